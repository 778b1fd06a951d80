"""What runs that push came to: documents and money by how they stand, and the documents themselves.

Reads the ledger; moves nothing. A document counts once in a run: as delivered when all its steps are, by the newest row
of each. Money stands at the first step of a document.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Sum, Value, When

from accounts.ui.sums import add_up
from integrations.models import IN_FLIGHT, Push, PushState, SyncRun

# What moves or needs somebody comes first.
ORDER: Final = (
    PushState.FAILED,
    PushState.SENDING,
    PushState.VERIFYING,
    PushState.QUEUED,
    PushState.WAITING,
    PushState.DELIVERED,
    PushState.TAKEN_BACK,
)


@dataclass
class Standing:
    """Documents that stand alike, and their money by currency."""

    count: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)

    def add(self, count: int, currency: str, amount: Decimal | None) -> None:
        self.count += count
        if amount is not None:
            add_up(self.money, currency, amount)


@dataclass
class PushFigures:
    """How the documents of one run stand. `open` are on their way still."""

    delivered: Standing = field(default_factory=Standing)
    failed: Standing = field(default_factory=Standing)
    open: Standing = field(default_factory=Standing)
    taken_back: Standing = field(default_factory=Standing)

    @property
    def asked(self) -> int:
        return self.delivered.count + self.failed.count + self.open.count

    @property
    def settled(self) -> int:
        return self.delivered.count + self.failed.count

    def take(self, state: PushState, count: int, currency: str, amount: Decimal | None) -> None:
        standing = self.open if state in IN_FLIGHT else _STANDINGS[state](self)
        standing.add(count, currency, amount)


_STANDINGS: Final[Mapping[PushState, Callable[[PushFigures], Standing]]] = {
    PushState.DELIVERED: lambda figures: figures.delivered,
    PushState.FAILED: lambda figures: figures.failed,
    PushState.TAKEN_BACK: lambda figures: figures.taken_back,
}


def rows_of(run: SyncRun) -> QuerySet[Push]:
    """What the run sent, and while it works will send."""
    found = Push.objects.filter(run=run)
    if run.is_active:
        mine = Q(run=run) | Q(connection=run.connection_id, flow=run.flow, state__in=IN_FLIGHT)
        found = Push.objects.filter(mine)
    return _newest(found)


def _newest(found: QuerySet[Push]) -> QuerySet[Push]:
    """Without rows that a later one of the same run follows, and without delivered steps of what has others left."""
    same = Push.objects.filter(flow=OuterRef("flow"), document_id=OuterRef("document_id"), run=OuterRef("run"))
    later = same.filter(step=OuterRef("step"), pk__gt=OuterRef("pk"))
    others = same.filter(state__in=[PushState.FAILED, *IN_FLIGHT]).exclude(step=OuterRef("step"))
    return found.filter(~Exists(later)).exclude(Q(state=PushState.DELIVERED) & Exists(others))


def figures_of(run: SyncRun) -> PushFigures:
    """How the documents of one run stand now."""
    figures = PushFigures()
    for state, currency, count, amount in _counted(rows_of(run), "state", "currency"):
        figures.take(PushState(state), count, currency, amount)
    return figures


def figures_of_runs(runs: Collection[SyncRun]) -> dict[int, PushFigures]:
    """The same for many runs in one query; of one at work what it has sent so far."""
    figures: dict[int, PushFigures] = {}
    if not runs:
        return figures
    found = _newest(Push.objects.filter(run__in=[run.pk for run in runs]))
    for run_id, state, currency, count, amount in _counted(found, "run_id", "state", "currency"):
        figures.setdefault(run_id, PushFigures()).take(PushState(state), count, currency, amount)
    return figures


def _counted(found: QuerySet[Push], *by: str) -> Iterable[tuple[Any, ...]]:
    """Documents and their money by these columns."""
    counted: Any = found.order_by().values_list(*by)
    rows: Iterable[tuple[Any, ...]] = counted.annotate(Count("document_id", distinct=True), Sum("amount"))
    return rows


def documents_of(run: SyncRun) -> QuerySet[Push]:
    """The rows of the run's documents for people: what failed first, then what moves, then what is done."""
    whens = [When(state=state, then=Value(position)) for position, state in enumerate(ORDER)]
    order = Case(*whens, default=Value(len(ORDER)), output_field=IntegerField())
    return rows_of(run).defer("planned", "expected", "sent", "error_detail").order_by(order, "pk")


def failed_documents(run: SyncRun) -> list[int]:
    """The documents of which a step failed in this run."""
    failed = rows_of(run).filter(state=PushState.FAILED)
    return list(failed.order_by("document_id").values_list("document_id", flat=True).distinct())
