"""A document that is pushed to Intacct: its stored facts, from which one state is derived.

Approval says what people decided, delivery what the ledger does with it, drift how the two sides compare, and whether
it is blocked what the last judgment of it came to. Lists filter on these plain columns. Approval is written by
`integrations.approval.service` alone, what drift says by `integrations.delivery.drift` alone, whether it is blocked by
`integrations.delivery.blocked` alone.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, CharField, Q, QuerySet, Value, When

from accounts.ui.shown import ShownState
from integrations.models.link import LinkedDocument
from integrations.models.states import Approval, Delivery, DocumentState, shown

# What an approval covers: by place ("" for the head, "line 2") and name, for people to read. A whole number is the key
# of a record of ours and is never shown.
CoveredValue = str | int | Decimal | date | None
Covered = Mapping[str, Mapping[str, CoveredValue]]


class PushedDocument(LinkedDocument):
    covered_relations: ClassVar[tuple[str, ...]] = ()  # what `approval_covers` reads besides the document itself

    approval = models.CharField(max_length=12, choices=Approval.choices, default=Approval.DRAFT)
    approval_before = models.CharField(
        max_length=12, choices=Approval.choices, blank=True, help_text="What it was when it was ignored."
    )
    approval_reason = models.CharField(max_length=500, blank=True, help_text="Why it was decided so, or why it fell.")
    approved_digest = models.CharField(max_length=64, blank=True, help_text="Of what the approval covers.")
    delivery = models.CharField(max_length=12, choices=Delivery.choices, default=Delivery.NONE)
    changed_here = models.BooleanField(default=False, help_text="Other values would be written now than were written.")
    changed_there = models.BooleanField(default=False, help_text="Its record was changed in Intacct.")
    missing_there = models.BooleanField(default=False, help_text="Intacct does not show its record any more.")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    state_reason = models.CharField(max_length=500, blank=True, help_text="Why it waits or failed.")
    state_advice = models.CharField(max_length=500, blank=True)
    remote_state = models.CharField(max_length=40, blank=True, help_text="Its state in Intacct when last read back.")
    delivered_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True, help_text="When it was compared and was equal.")
    difference = models.CharField(max_length=500, blank=True, help_text="What Intacct holds otherwise, in words.")
    compared_fields = models.PositiveIntegerField(default=0, help_text="How many of them the last reading showed.")
    comparable_fields = models.PositiveIntegerField(default=0, help_text="Fields we wrote that can be read back.")
    remote_facts = models.JSONField(default=dict, blank=True, help_text="What Intacct held when last read back.")
    is_blocked = models.BooleanField(default=False, db_default=False, help_text="A push would be refused, judged last.")
    blocked_reason = models.CharField(
        max_length=500, blank=True, db_default="", help_text="The first of what keeps it from being pushed."
    )
    judged_for = models.PositiveIntegerField(
        null=True, blank=True, help_text="The connection's judging number it was judged for; empty: to be judged."
    )
    judged_at = models.DateTimeField(null=True, blank=True, help_text="When it was last judged; empty: never.")

    class Meta:
        abstract = True

    @property
    def state(self) -> DocumentState:
        """The one state shown; the same rules as `with_state`, which a test compares it with."""
        for state, holds in _RULES:
            if all(_holds(getattr(self, name), wanted) for name, wanted in holds.items()):
                return state
        return DocumentState.READY

    @property
    def shown_state(self) -> ShownState:
        state = self.state
        found = shown(state, self._reason_of(state))
        if state == DocumentState.IN_INTACCT and self.verified_at is None:
            return replace(found, tone="info", icon="check-circle")  # no green light for what was not compared
        if state == DocumentState.DIFFERS and (self.missing_there or (self.changed_here and self.changed_there)):
            return replace(found, tone="danger")
        return found

    def _reason_of(self, state: DocumentState) -> str:
        """Why it is in this state, in one or two sentences; "" where the state says all."""
        if state in _DECIDED:
            return self.approval_reason
        if state == DocumentState.BLOCKED:
            return self.blocked_reason
        told = self.state_reason or self.difference
        why = _WHY.get(state)
        before = why(self) if why else ""
        return told if told.startswith(before) else f"{before} {told}".strip()

    def approval_covers(self) -> Covered:
        """What an approval of this document is bound to: when any of it changes, the approval falls.

        What is declared here is digested and stored with each approval. To declare more or less needs a data migration
        that renews the digests of the approvals that hold; without one they all fall.
        """
        raise NotImplementedError

    @property
    def held_facts(self) -> Mapping[str, Any]:
        """`remote_facts` as pages read them; nothing where what is stored are no facts."""
        return self.remote_facts if isinstance(self.remote_facts, dict) else {}

    @property
    def is_locked(self) -> bool:
        """Accounting fields may not change while a push is under way."""
        return self.delivery in _UNDER_WAY

    @property
    def is_delivered(self) -> bool:
        return self.delivery == Delivery.DELIVERED

    @property
    def is_in_intacct(self) -> bool:
        """Whether it became a record there, or some of its records."""
        return bool(self.remote_id) or self.delivery in (Delivery.DELIVERED, Delivery.PARTLY)


def _why_it_differs(document: PushedDocument) -> str:
    if document.missing_there:
        partly = "Only some of its records were delivered. " if document.delivery == Delivery.PARTLY else ""
        return f"{partly}Missing in Intacct."
    if document.changed_here and document.changed_there:
        return "Changed on both sides."
    return "Changed in Intacct." if document.changed_there else ""


def _why_it_is_ready(document: PushedDocument) -> str:
    changed = "Changed in ERP Admin since it was pushed." if document.delivery == Delivery.DELIVERED else ""
    unchecked = "Not checked yet." if document.judged_for is None else ""
    return f"{changed} {unchecked}".strip()


_UNDER_WAY = frozenset({Delivery.WAITING, Delivery.QUEUED, Delivery.HELD, Delivery.SENDING, Delivery.VERIFYING})
_SOMETHING = object()
_DECIDED = frozenset(
    {
        DocumentState.IGNORED,
        DocumentState.VOID,
        DocumentState.REJECTED,
        DocumentState.NEEDS_REVIEW,
        DocumentState.DRAFT,
    }
)  # states whose reason is the approval's
_WHY: Mapping[DocumentState, Callable[[PushedDocument], str]] = {
    DocumentState.DIFFERS: _why_it_differs,
    DocumentState.READY: _why_it_is_ready,
    DocumentState.IN_INTACCT: lambda document: "" if document.verified_at else "Not compared with Intacct yet.",
    DocumentState.FAILED: lambda document: (
        "Only some of its records are in Intacct." if document.delivery == Delivery.PARTLY else ""
    ),
}
# Documents that were approved, those included that were ignored since: they count in totals, though none is pushed.
AGREED = Q(approval=Approval.APPROVED) | Q(approval=Approval.IGNORED, approval_before=Approval.APPROVED)

# Without one of these no document differs from its record: what an index of the few that may is made by.
MAY_DIFFER = Q(missing_there=True) | Q(changed_there=True) | ~Q(difference="")

# The first rule that holds decides. Later rules may rely on earlier ones not holding.
_DELIVERED: dict[str, Any] = {"delivery": Delivery.DELIVERED}
_CHANGED: dict[str, Any] = {**_DELIVERED, "changed_here": True}
_RULES: tuple[tuple[DocumentState, dict[str, Any]], ...] = (
    (DocumentState.SENDING, {"delivery": Delivery.SENDING}),
    (DocumentState.CHECKING, {"delivery": Delivery.VERIFYING}),
    (DocumentState.WAITING, {"delivery": Delivery.QUEUED}),
    (DocumentState.HELD, {"delivery": Delivery.HELD}),
    (DocumentState.WAITING, {"delivery": Delivery.WAITING}),
    (DocumentState.IGNORED, {"approval": Approval.IGNORED}),
    (DocumentState.VOID, {"approval": Approval.VOID}),
    (DocumentState.FAILED, {"delivery": Delivery.FAILED}),
    (DocumentState.DIFFERS, {"missing_there": True}),  # also of one that is there partly: what is gone comes first
    (DocumentState.FAILED, {"delivery": Delivery.PARTLY}),
    (DocumentState.DIFFERS, {**_CHANGED, "changed_there": True}),
    # What was changed here and is not approved cannot be pushed: that is the next thing to do, not the push.
    (DocumentState.REJECTED, {**_CHANGED, "approval": Approval.REJECTED}),
    (DocumentState.NEEDS_REVIEW, {**_CHANGED, "approval": Approval.NEEDS_REVIEW}),
    (DocumentState.DRAFT, {**_CHANGED, "approval": Approval.DRAFT}),
    (DocumentState.BLOCKED, {**_CHANGED, "is_blocked": True}),
    (DocumentState.READY, _CHANGED),
    (DocumentState.DIFFERS, {**_DELIVERED, "changed_there": True}),
    (DocumentState.DIFFERS, {**_DELIVERED, "difference": _SOMETHING}),
    (DocumentState.IN_INTACCT, _DELIVERED),
    (DocumentState.DRAFT, {"approval": Approval.DRAFT}),
    (DocumentState.NEEDS_REVIEW, {"approval": Approval.NEEDS_REVIEW}),
    (DocumentState.REJECTED, {"approval": Approval.REJECTED}),
    (DocumentState.BLOCKED, {"is_blocked": True}),
)


def _holds(value: Any, wanted: Any) -> bool:
    return bool(value) if wanted is _SOMETHING else bool(value == wanted)


def _condition(name: str, wanted: Any) -> Q:
    if wanted is not _SOMETHING:
        return Q(**{name: wanted})
    return ~Q(**{name: ""}) if name == "difference" else Q(**{f"{name}__isnull": False})


def in_states(documents: "QuerySet[Any]", states: "Collection[DocumentState]") -> "QuerySet[Any]":
    """Those annotated by `with_state` that are in one of the states.

    The columns that each state asks for are named besides, for a database derives a state of no more rows than it must.
    """
    possible = Q()
    for state, holds in _RULES:
        if state in states:
            possible |= _all_of(holds)
    found: QuerySet[Any] = documents.filter(shown_as__in=[state.value for state in states])
    return found if DocumentState.READY in states else found.filter(possible)


def _all_of(holds: Mapping[str, Any]) -> Q:
    condition = Q()
    for name, wanted in holds.items():
        condition &= _condition(name, wanted)
    return condition


def with_state(documents: "QuerySet[Any]") -> "QuerySet[Any]":
    """Annotate `shown_as`, the value of the derived state, by the rules that `PushedDocument.state` follows."""
    annotated: QuerySet[Any] = documents.annotate(shown_as=_state_by_rules())
    return annotated


@cache
def _state_by_rules() -> Case:
    whens = []
    for state, holds in _RULES:
        whens.append(When(_all_of(holds), then=Value(state.value)))
    return Case(*whens, default=Value(DocumentState.READY.value), output_field=CharField())
