"""What pushing chosen documents would do, before anything is done: judged exactly as the ledger judges them.

Reads only, and asks Intacct nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from accounts.ui.grouped import Grouped
from accounts.ui.sums import add_up
from erp_admin.documents.types import type_of
from integrations.delivery.contract import Plan, Problem, PushFlow
from integrations.delivery.ledger import LOOK_UP_BATCH
from integrations.delivery.planning import context_for, judge, mark_of, prepared
from integrations.models import Connection

READY, WAITING, BLOCKED, LEFT = GROUPS = ("ready", "waiting", "blocked", "left")
SHOWN = 100  # of each group; the rest is counted
EXPLAINED = 20  # whose fields are shown as well


@dataclass(frozen=True)
class Effect:
    document: Any
    plan: Plan | None = None
    problems: tuple[Problem, ...] = ()
    why: str = ""


class PushPreview(Grouped[Effect]):
    """Counts and money of everything chosen, and the first SHOWN effects of each group; the plans of the first
    EXPLAINED. `reasons` says why how many are left as they are, `marks` what a confirmation is bound to: what would be
    written of each document that a push would take up."""

    def __init__(self, flow: PushFlow) -> None:
        super().__init__(GROUPS, SHOWN)
        self.flow = flow
        self.money: dict[str, dict[str, Decimal]] = {group: {} for group in GROUPS}
        self.entities: dict[str, int] = {}
        self.reasons: Counter[str] = Counter()
        self.marks: dict[int, str] = {}
        self.writes = 0

    def add(self, group: str, effect: Effect) -> None:
        is_explained = self.counts[group] < EXPLAINED
        super().add(group, effect if is_explained else replace(effect, plan=None))
        add_up(self.money[group], currency_of(effect.document), effect.document.total)
        if group == LEFT:
            self.reasons[effect.why] += 1

    @property
    def totals(self) -> Mapping[str, Decimal]:
        """What would be sent, by currency."""
        return self.money[READY]

    @property
    def possible(self) -> int:
        """How many a push would take up: sent at once, or waiting for another document."""
        return self.counts[READY] + self.counts[WAITING]

    @property
    def reads(self) -> int:
        """Queries that reading everything back costs; which fields the company offers is asked once for each object."""
        batches = -(-self.writes // LOOK_UP_BATCH)
        return batches * self.flow.reads_per_batch + (2 if batches else 0)


def preview_of(connection: Connection, flow: PushFlow, documents: Iterable[Any]) -> PushPreview:
    """What pushing `documents` would do; only the first of each group are kept."""
    preview, context = PushPreview(flow), context_for(connection)
    for document in prepared(flow, documents, context):
        verdict = judge(flow, document, context)
        if verdict.left:
            preview.add(LEFT, Effect(document, why=verdict.left))
        elif verdict.problems:
            preview.add(BLOCKED, Effect(document, problems=verdict.problems))
        elif verdict.waits is not None:
            preview.add(WAITING, Effect(document, why=verdict.waits.sentence))
            preview.marks[document.pk] = mark_of(document, verdict, context)
        else:
            preview.add(READY, Effect(document, plan=verdict.plan))
            preview.marks[document.pk] = mark_of(document, verdict, context)
            preview.writes += len(verdict.plan.steps) if verdict.plan is not None else 0
            entity = flow.entity_of(document)
            preview.entities[entity] = preview.entities.get(entity, 0) + 1
    return preview


def currency_of(document: Any) -> str:
    return type_of(document).currency_of(document)
