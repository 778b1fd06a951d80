"""What needs a person: causes with the records each blocks, over every document type.

Reads only. A cause is one code, field and sentence, so that what one act fixes is one entry, however much it blocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from erp_admin.documents.selectors import documents
from erp_admin.documents.types import document_types
from integrations.approval.selectors import read_covered
from integrations.delivery.planning import approval_problems, context_for, judge, prepared
from integrations.models import NEEDS_A_PERSON, TO_PUSH, Connection, DocumentState, Push, PushHold, PushState

JUDGED: Final = 500  # ready documents of each kind that are judged on one page
LISTED: Final = 20  # documents shown of one cause
_STUCK: Final = tuple(state for state in NEEDS_A_PERSON if state not in TO_PUSH)


@dataclass
class Cause:
    """`document` is the first it blocks; `flow_key` says of which kind they are."""

    flow_key: str
    code: str
    field_name: str
    sentence: str
    fix: str
    count: int = 0
    documents: list[Any] = field(default_factory=list)

    def add(self, document: Any) -> None:
        self.count += 1
        if len(self.documents) < LISTED:
            self.documents.append(document)


@dataclass
class Attention:
    holds: list[PushHold]
    causes: list[Cause]
    unjudged: int

    @property
    def blocked(self) -> int:
        return sum(cause.count for cause in self.causes)


def attention(connection: Connection | None) -> Attention:
    """Holds, then causes with the most records first. `unjudged` counts ready documents that were not looked at."""
    holds = list(PushHold.objects.select_related("connection").order_by("held_at"))
    causes: dict[tuple[str, ...], Cause] = {}
    unjudged = 0
    for document_type in document_types():
        flow = document_type.flow
        for code, name, sentence, fix, document in _stuck(flow):
            _add(causes, flow.key, code, name, sentence, fix, document)
        if connection is None:
            continue
        context = context_for(connection)
        ready = documents(flow.model).filter(shown_as__in=TO_PUSH).order_by("pk")
        unjudged += max(ready.count() - JUDGED, 0)
        for document in prepared(flow, ready[:JUDGED], context):
            for problem in judge(flow, document, context).problems:
                place = problem.field if not problem.line else f"line {problem.field}"
                _add(causes, flow.key, problem.code, place, problem.sentence, problem.fix, document)
    return Attention(holds, sorted(causes.values(), key=lambda cause: (-cause.count, cause.sentence)), unjudged)


def _add(
    causes: dict[tuple[str, ...], Cause], flow: str, code: str, name: str, sentence: str, fix: str, document: Any
) -> None:
    key = (flow, code, name, sentence)
    cause = causes.setdefault(key, Cause(flow, code, name, sentence, fix))
    if not cause.documents or cause.documents[-1].pk != document.pk:
        cause.add(document)


def _stuck(flow: Any) -> Iterator[tuple[str, str, str, str, Any]]:
    """What failed, differs in Intacct, or needs another approval: code, field, sentence, fix, document."""
    found = documents(flow.model).filter(shown_as__in=_STUCK).order_by("pk").iterator(chunk_size=500)
    while batch := list(islice(found, 500)):
        failed = Push.objects.filter(
            flow=flow.key, state=PushState.FAILED, document_id__in=[document.pk for document in batch]
        )
        newest = {push.document_id: push for push in failed.order_by("pk").defer("planned", "expected", "sent")}
        read_covered([document for document in batch if document.shown_as == DocumentState.NEEDS_REVIEW])
        for document in batch:
            push = newest.get(document.pk)
            if document.shown_as == DocumentState.NEEDS_REVIEW:
                for problem in approval_problems(flow, document):
                    yield problem.code, problem.field, problem.sentence, problem.fix, document
            elif document.missing_there and document.shown_as == DocumentState.DIFFERS:
                sentence = "Intacct does not show the record any more."
                fix = "Look there whether it was deleted. Then recreate it, or unlink it and link another record."
                yield "MISSING", "", sentence, fix, document
            elif document.difference and not document.state_reason:
                fix = "Open it and compare both sides: use Intacct's version, or push ours again."
                yield "DIFFERENT", "", document.difference, fix, document
            elif push is not None:
                yield push.error_code, push.error_field, document.state_reason, document.state_advice, document
            else:
                yield "", "", document.state_reason, document.state_advice, document
