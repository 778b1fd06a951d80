"""Deciding about many documents at once: what it would come to, and doing exactly what was seen.

Owns the preview and the loop. A decision is bound to the digest that its person saw; whether one is possible is said by
integrations.approval, what it needs besides by the document type.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.refusal import Refused
from accounts.ui.grouped import Grouped
from accounts.ui.sums import add_up
from erp_admin.documents.preview import currency_of
from erp_admin.documents.types import AnyType
from integrations.approval.selectors import covered_digest, read_covered, why_not_act
from integrations.approval.transitions import Act
from integrations.delivery import requests
from integrations.delivery.contract import Problem
from integrations.delivery.planning import PREPARED_AT_ONCE, context_for, prepared, problems_once_approved
from integrations.models import Connection

POSSIBLE, REFUSED = GROUPS = ("possible", "refused")
SHOWN = 100  # of each group; the rest is counted
MOST = 1000  # documents that one confirmation decides about: a request has to end
AT_ONCE = 50  # documents of one transaction


@dataclass(frozen=True)
class Candidate:
    """A document, why it cannot be decided about, and what would keep it from being pushed afterwards."""

    document: Any
    why: str = ""
    problems: tuple[Problem, ...] = ()


class BulkPreview(Grouped[Candidate]):
    """Counts and money of everything chosen, and the first SHOWN of each group.

    `seen` are the digests of the first MOST that are possible: what a confirmation is bound to.
    """

    def __init__(self) -> None:
        super().__init__(GROUPS, SHOWN)
        self.money: dict[str, dict[str, Decimal]] = {group: {} for group in GROUPS}
        self.seen: dict[int, str] = {}
        self.seen_money: dict[str, Decimal] = {}
        self.blocked = 0

    def take(self, candidate: Candidate) -> None:
        group = REFUSED if candidate.why else POSSIBLE
        self.add(group, candidate)
        add_up(self.money[group], currency_of(candidate.document), candidate.document.total)
        if group == POSSIBLE and len(self.seen) < MOST:
            self.seen[candidate.document.pk] = covered_digest(candidate.document)
            add_up(self.seen_money, currency_of(candidate.document), candidate.document.total)
            self.blocked += bool(candidate.problems)


def approvals_of(document_type: AnyType, connection: Connection | None, documents: Iterable[Any]) -> BulkPreview:
    """What approving would come to. Without a connection nobody knows what would keep them from being pushed."""
    preview = BulkPreview()
    if connection is None:
        for document in _with_covered(documents):
            preview.take(Candidate(document, _why_not_approve(document_type, document)))
        return preview
    context = context_for(connection)
    for document in prepared(document_type.flow, documents, context):
        why = _why_not_approve(document_type, document)
        problems = () if why else problems_once_approved(document_type.flow, document, context)
        preview.take(Candidate(document, why, problems))
    return preview


def ignores_of(documents: Iterable[Any]) -> BulkPreview:
    """What ignoring would come to."""
    preview = BulkPreview()
    for document in _with_covered(documents):
        preview.take(Candidate(document, str(why_not_act(document, Act.IGNORE) or "")))
    return preview


def _why_not_approve(document_type: AnyType, document: Any) -> str:
    refused = why_not_act(document, Act.APPROVE) or document_type.decisions.why_not_approve(document)
    return str(refused or "")


def _with_covered(documents: Iterable[Any]) -> Iterator[Any]:
    """The documents, with what their approvals are bound to read many at once."""
    remaining = iter(documents)
    while batch := list(islice(remaining, PREPARED_AT_ONCE)):
        read_covered(batch)
        yield from batch


@dataclass
class BulkOutcome:
    """How many were decided about and their money; which were not, and why."""

    done: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)
    left: list[tuple[str, str]] = field(default_factory=list)


Decide = Callable[[Any, str], object]


def approve_seen(document_type: AnyType, seen: Mapping[int, str], *, by: User | None = None) -> BulkOutcome:
    """Approve each document as it was seen. What was changed since stays as it is and is named."""
    approve = document_type.decisions.approve
    return _decided(document_type, seen, lambda document, digest: approve(document, by=by, seen=digest))


def ignore_seen(
    document_type: AnyType, seen: Mapping[int, str], *, reason: str = "", by: User | None = None
) -> BulkOutcome:
    """Set each document aside as it was seen. What was changed since stays as it is and is named."""
    return _decided(
        document_type, seen, lambda document, digest: requests.ignore(document, reason=reason, by=by, seen=digest)
    )


def _decided(document_type: AnyType, seen: Mapping[int, str], decide: Decide) -> BulkOutcome:
    outcome, keys = BulkOutcome(), iter(sorted(seen))
    related = document_type.columns.related
    while page := list(islice(keys, AT_ONCE)):
        with transaction.atomic():
            for document in document_type.model.objects.select_related(*related).filter(pk__in=page).order_by("pk"):
                try:
                    decide(document, seen[document.pk])
                except Refused as refused:
                    outcome.left.append((str(document), str(refused)))
                else:
                    outcome.done += 1
                    add_up(outcome.money, currency_of(document), document.total)
    return outcome
