"""What keeps documents from Intacct, by cause, over every document type: how many, how much money, since when.

Reads only, from stored columns: judges no document, and asks as many questions for 100,000 documents as for ten. A
cause is one code, field and sentence, so that what one act fixes is one entry, however much it concerns.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, NamedTuple

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    Count,
    DateTimeField,
    DecimalField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from accounts.tenancy import current_tenant
from accounts.ui.sums import add_up, own_first
from erp_admin.documents.facts import DIFFERS, FACTS, is_different, state_of
from erp_admin.documents.types import AnyType, document_types, type_for
from integrations.models import (
    MAY_DIFFER,
    Approval,
    Delivery,
    DocumentState,
    Push,
    PushHold,
    PushProblem,
    PushState,
    with_state,
)


class Source(StrEnum):
    """What kind of thing a cause is, the gravest first."""

    HELD = "held"
    FAILED = "failed"
    DIFFERS = "differs"
    BLOCKED = "blocked"
    REVIEW = "review"


STATES: Final = {
    Source.HELD: DocumentState.HELD,
    Source.FAILED: DocumentState.FAILED,
    Source.DIFFERS: DocumentState.DIFFERS,
    Source.BLOCKED: DocumentState.BLOCKED,
    Source.REVIEW: DocumentState.NEEDS_REVIEW,
}
_COMPARE: Final = "Open it and compare both sides: use Intacct’s version, or push ours again."


class Difference(NamedTuple):
    code: str
    sentence: str
    fix: str


# How the two sides differ.
DIFFERENCES: Final = {
    "missing": Difference(
        code="MISSING",
        sentence="Intacct does not show the record any more.",
        fix="Look there whether it was deleted. Then recreate it, or unlink it and link another record.",
    ),
    "both": Difference(
        code="DIFFERENT",
        sentence="It was changed in ERP Admin and in Intacct since it was pushed.",
        fix=_COMPARE,
    ),
    "there": Difference(code="DIFFERENT", sentence="It was changed in Intacct since it was pushed.", fix=_COMPARE),
    "otherwise": Difference(code="DIFFERENT", sentence="Intacct holds other values than were pushed.", fix=_COMPARE),
}
_REVIEW: Final = ("NOT-APPROVED", "It needs to be approved again before it is pushed.", "Look at what changed, then "
                  "approve it.")  # fmt: skip
_NO_REASON: Final = "It failed without a reason."
_ROW: Final = (
    "flow_key", "source", "cause_code", "cause_field", "cause_sentence", "cause_fix", "cause_currency",
)  # fmt: skip
_MONEY: Final = DecimalField(max_digits=20, decimal_places=2)


@dataclass
class Cause:
    """`counts` and `samples` are by key of the document type: how many documents, and the first one's key.

    `money` is by currency. `since` is None where nothing says since when.
    """

    source: Source
    code: str
    field_name: str
    sentence: str
    fix: str
    key: str
    counts: dict[str, int] = field(default_factory=dict)
    samples: dict[str, int] = field(default_factory=dict)
    money: dict[str, Decimal] = field(default_factory=dict)
    since: datetime | None = None
    hold: PushHold | None = None

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    def add(self, flow: str, currency: str, number: int, total: Decimal, first: int, since: datetime | None) -> None:
        self.counts[flow] = self.counts.get(flow, 0) + number
        add_up(self.money, currency, total)
        self.samples[flow] = min(first, self.samples.get(flow, first))
        self.note_since(since)

    def note_since(self, since: datetime | None) -> None:
        if since is not None and (self.since is None or since < self.since):
            self.since = since


def key_of(source: str, code: str, field_name: str, sentence: str) -> str:
    """By what a cause is known again; another one in each tenant, so that no address of one is of use in another."""
    tenant = current_tenant()
    parts = (str(tenant.pk if tenant else 0), source, code, field_name, sentence)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def open_causes() -> list[Cause]:
    """Every cause that there is now: holds first, then by how grave and how many documents."""
    causes = {cause.key: cause for cause in _of_holds()}
    holds = {cause.field_name: cause for cause in causes.values()}
    first, *others = [rows for document_type in document_types() for rows in _counted(document_type)]
    for flow, source, code, name, sentence, fix, currency, *facts, number, total, sample, since in first.union(
        *others, all=True
    ):
        if source != Source.BLOCKED and state_of(type_for(flow), facts) != STATES[source]:
            continue  # an index found it, and it is in another state
        if source == Source.HELD and flow in holds:
            code, sentence = holds[flow].code, holds[flow].sentence
        elif source == Source.DIFFERS:
            name = _way(*facts[2:5])
            code, sentence, fix = DIFFERENCES[name]
        key = key_of(source, code, name, sentence)
        cause = causes.setdefault(key, Cause(Source(source), code, name, sentence, fix, key))
        cause.add(flow, currency or "", number, total, sample, since)
    for cause in causes.values():
        cause.money = own_first(cause.money)
    order = list(Source)
    return sorted(causes.values(), key=lambda cause: (order.index(cause.source), -cause.count, cause.sentence))


def _way(changed_here: bool, changed_there: bool, missing_there: bool) -> str:
    """How the two sides differ: a key of DIFFERENCES."""
    if missing_there:
        return "missing"
    if changed_there:
        return "both" if changed_here else "there"
    return "otherwise"


# The same as a condition, for those that are listed.
_WAYS: Final = {
    "missing": Q(missing_there=True),
    "both": Q(missing_there=False, changed_there=True, changed_here=True),
    "there": Q(missing_there=False, changed_there=True, changed_here=False),
    "otherwise": Q(missing_there=False, changed_there=False),
}


def _of_holds() -> Iterator[Cause]:
    for hold in PushHold.objects.select_related("connection").order_by("held_at"):
        key = key_of(Source.HELD, hold.error_code, hold.flow, hold.sentence)
        yield Cause(
            Source.HELD, hold.error_code, hold.flow, hold.sentence, hold.advice, key, since=hold.held_at, hold=hold
        )


def documents_of(cause: Cause, document_type: AnyType) -> QuerySet[Any]:
    """The documents of a type that have the cause now, by number; each with `shown_as`."""
    found = with_state(document_type.model.objects.select_related(*document_type.columns.related))
    found = found.filter(shown_as=STATES[cause.source])
    if cause.source == Source.BLOCKED:
        problems = _problems(document_type).filter(
            code=cause.code, field_name=cause.field_name, sentence=cause.sentence
        )
        found = found.filter(pk__in=problems.values("document_id"))
    elif cause.source == Source.DIFFERS:
        found = found.filter(_WAYS[cause.field_name])
    elif cause.source == Source.HELD and cause.field_name != document_type.key:
        found = found.none()
    elif cause.source == Source.FAILED:
        wanted = {"cause_code": cause.code, "cause_field": cause.field_name, "cause_sentence": cause.sentence}
        found = dict(_causing(document_type, found))[Source.FAILED].filter(**wanted)
    return found.order_by(*document_type.columns.number, "pk")


def _text(value: str) -> Value:
    return Value(value, output_field=CharField())


def _causing(document_type: AnyType, found: QuerySet[Any]) -> Iterator[tuple[Source, QuerySet[Any]]]:
    """Documents that may need a person, by source, each with its cause; what blocks others stands in their problems.

    By what an index knows of them: which state they are in is worked out from their facts.
    """
    any_approval = found.filter(approval__in=Approval.values)
    nothing = {name: _text("") for name in ("cause_code", "cause_sentence", "cause_fix")}
    no_moment = Cast(Value(None), DateTimeField())
    held = any_approval.filter(delivery=Delivery.HELD)
    yield Source.HELD, held.annotate(**{**nothing, "cause_sentence": _text("Their push is held.")},
                                     cause_field=_text(document_type.key), cause_since=no_moment)  # fmt: skip
    newest = Push.objects.filter(flow=document_type.flow.key, document_id=OuterRef("pk"), state=PushState.FAILED)
    newest = newest.order_by("-pk")
    failed = any_approval.filter(delivery__in=[Delivery.FAILED, Delivery.PARTLY])
    yield Source.FAILED, failed.annotate(
        cause_code=Coalesce(Subquery(newest.values("error_code")[:1]), _text("")),
        cause_field=Coalesce(Subquery(newest.values("error_field")[:1]), _text("")),
        cause_sentence=Case(When(state_reason="", then=_text(_NO_REASON)), default=F("state_reason")),
        cause_fix=F("state_advice"),
        cause_since=Subquery(newest.values("finished_at")[:1]),
    )  # fmt: skip
    yield Source.DIFFERS, found.filter(MAY_DIFFER).annotate(**nothing, cause_field=_text(""), cause_since=no_moment)
    code, sentence, fix = _REVIEW
    yield Source.REVIEW, found.filter(approval=Approval.NEEDS_REVIEW).annotate(
        cause_code=_text(code), cause_field=_text(""), cause_sentence=_text(sentence), cause_fix=_text(fix),
        cause_since=no_moment,
    )  # fmt: skip


def _counted(document_type: AnyType) -> Iterator[QuerySet[Any, Any]]:
    """Rows of count, money, first document and moment, by cause and currency, of each source."""
    for source, documents in _causing(document_type, document_type.model.objects.all()):
        named = documents.order_by().annotate(
            flow_key=_text(document_type.key), source=_text(source), cause_currency=F(document_type.columns.currency),
            **{DIFFERS: is_different()},
        )  # fmt: skip
        yield named.values_list(*_ROW, *FACTS).annotate(
            how_many=Count("pk"),
            amounts_to=Sum("total", output_field=_MONEY),
            first_one=Min("pk"),
            earliest=Min("cause_since"),
        )
    yield _blocked(document_type)


def _problems(document_type: AnyType) -> QuerySet[PushProblem]:
    return PushProblem.objects.filter(flow=document_type.flow.key)


def _blocked(document_type: AnyType) -> QuerySet[Any, Any]:
    """A document counts once for a cause, on however many of its lines it stands."""
    mine = with_state(document_type.model.objects.all()).filter(is_blocked=True, shown_as=DocumentState.BLOCKED)
    same = _problems(document_type).filter(
        document_id=OuterRef("document_id"), code=OuterRef("code"), field_name=OuterRef("field_name"),
        sentence=OuterRef("sentence"), pk__lt=OuterRef("pk"),
    )  # fmt: skip
    document = document_type.model.objects.filter(pk=OuterRef("document_id"))
    rows = _problems(document_type).filter(~Exists(same), document_id__in=mine.values("pk")).order_by()
    named = rows.annotate(
        flow_key=_text(document_type.key),
        source=_text(Source.BLOCKED),
        cause_currency=Subquery(document.values(document_type.columns.currency)[:1], output_field=CharField()),
        document_total=Subquery(document.values("total")[:1], output_field=_MONEY),
        cause_code=F("code"),
        cause_field=F("field_name"),
        cause_sentence=F("sentence"),
        cause_fix=F("fix"),
        approval=_text(""),
        delivery=_text(""),
        **{name: Value(False, output_field=BooleanField()) for name in FACTS[2:]},  # it is blocked; no more is asked
    )
    return named.values_list(*_ROW, *FACTS).annotate(
        how_many=Count("pk"),
        amounts_to=Sum("document_total", output_field=_MONEY),
        first_one=Min("document_id", output_field=BigIntegerField()),
        earliest=Min("since"),
    )
