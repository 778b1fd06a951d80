"""What requests to Intacct have cost and will cost: month to date, by day, by flow, against the budget; estimates.

Reads only. Needs the tenant's scope. Of other tenants that are connected to the same company it shows one number only.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from accounts.tenancy import cross_tenant
from integrations.lists import MODIFIED, ListKind
from integrations.mirror.flow import LISTS
from integrations.mirror.pull import list_step_key
from integrations.models import (
    DEFAULT_BUDGET,
    READ_TO_THE_END,
    ApiBudget,
    ApiUsage,
    Connection,
    ConnectionState,
    ListState,
    Mode,
    RunState,
    RunStep,
    SyncRun,
)
from integrations.records.kinds import kinds_for

WARN_PERCENT, SPENT_PERCENT = 80, 100
# Past steps an estimate is measured from: few, so that it follows what changes.
MEASURED_STEPS = 5
_GOOD = (RunState.SUCCEEDED, RunState.PARTLY)


def month_of(moment: datetime) -> date:
    """The first day of the month, in UTC: one company can have tenants in many zones, and one count."""
    return moment.astimezone(UTC).date().replace(day=1)


def next_month(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def billable_of_companies(month: date, company_ids: Iterable[str] | None = None) -> dict[str, int]:
    """API transactions of each company in a month, over all tenants that are connected to it."""
    with cross_tenant("API usage of companies"):
        rows = ApiUsage.objects.filter(day__gte=month, day__lt=next_month(month))
        if company_ids is not None:
            rows = rows.filter(company_id__in=list(company_ids))
        return dict(rows.order_by().values_list("company_id").annotate(Sum("billable")))


@dataclass(frozen=True)
class Gauge:
    """Month to date against the budget. `own` is this tenant's part of `used`, the rest is other tenants'."""

    month: date
    used: int
    own: int
    budget: int

    @property
    def percent(self) -> int:
        return self.used * 100 // self.budget

    @property
    def share(self) -> str:
        """The percentage in words, which keeps little apart from nothing."""
        return "under 1 %" if self.used and not self.percent else f"{self.percent:,} %"

    @property
    def others(self) -> int:
        return max(self.used - self.own, 0)

    @property
    def left(self) -> int:
        return max(self.budget - self.used, 0)

    def forecast(self, now: datetime) -> int | None:
        """What the month comes to at the pace so far; None before two days of it say anything."""
        begun = datetime.combine(self.month, time(), UTC)
        passed = min((now - begun) / timedelta(days=1), (next_month(self.month) - self.month).days)
        return math.ceil(self.used * (next_month(self.month) - self.month).days / passed) if passed >= 2 else None

    @property
    def threshold(self) -> int:
        """The highest threshold that has been reached: 0, 80 or 100 percent."""
        return max((level for level in (WARN_PERCENT, SPENT_PERCENT) if self.percent >= level), default=0)

    @property
    def tone(self) -> str:
        return {0: "success", WARN_PERCENT: "warning", SPENT_PERCENT: "danger"}[self.threshold]


def budget_row(connection: Connection) -> ApiBudget:
    """What is stored of its budget; one that is not stored where none was ever set."""
    found: ApiBudget | None = ApiBudget.objects.filter(connection=connection).first()
    return found or ApiBudget(connection=connection, tenant_id=connection.tenant_id, monthly=DEFAULT_BUDGET)


def budget_of(connection: Connection) -> int:
    return budget_row(connection).monthly


def gauge(connection: Connection) -> Gauge:
    """Month to date of the connection's company."""
    month = month_of(timezone.now())
    own = ApiUsage.objects.filter(company_id=connection.company_id, day__gte=month, day__lt=next_month(month))
    used = billable_of_companies(month, [connection.company_id]).get(connection.company_id, 0)
    return Gauge(month, used, own.aggregate(sum=Sum("billable"))["sum"] or 0, budget_of(connection))


def warning_gauge(connection: Connection | None) -> Gauge | None:
    """The gauge when a threshold of the budget has been reached, else None: what the banners show."""
    if connection is None:
        return None
    found = gauge(connection)
    return found if found.threshold else None


@dataclass(frozen=True)
class Day:
    day: date
    billable: int
    requests: int


def days_of(connection: Connection, month: date) -> list[Day]:
    """Each day of the month up to today, also those without a request; this tenant's part."""
    rows = ApiUsage.objects.filter(company_id=connection.company_id, day__gte=month, day__lt=next_month(month))
    sums = rows.order_by().values_list("day").annotate(Sum("billable"), Sum("requests"))
    counted = {day: (billable, requests) for day, billable, requests in sums}
    last = min(timezone.now().astimezone(UTC).date(), next_month(month) - timedelta(days=1))
    each = (month + timedelta(days=number) for number in range((last - month).days + 1))
    return [Day(day, *counted.get(day, (0, 0))) for day in each]


@dataclass(frozen=True)
class FlowUsage:
    flow: str
    billable: int
    requests: int


def flows_of(connection: Connection, month: date) -> list[FlowUsage]:
    """What each flow has cost this tenant in the month, the dearest first."""
    rows = ApiUsage.objects.filter(company_id=connection.company_id, day__gte=month, day__lt=next_month(month))
    sums = rows.order_by().values_list("flow").annotate(Sum("billable"), Sum("requests"))
    return sorted((FlowUsage(*row) for row in sums), key=lambda row: (-row.billable, row.flow))


def months_with_usage(connection: Connection, limit: int = 12) -> list[date]:
    """The months in which the tenant asked this company anything, the newest first; always the present one."""
    rows = ApiUsage.objects.filter(company_id=connection.company_id).order_by()
    found = {day.replace(day=1) for day in rows.dates("day", "month")} | {month_of(timezone.now())}
    return sorted(found, reverse=True)[:limit]


def over_budget(now: datetime) -> list[tuple[Connection, int]]:
    """Live connections whose admins have not been told of a threshold reached this month.

    Of the current tenant, or of all behind the open door.
    """
    month = month_of(now)
    used = billable_of_companies(month)
    live = Connection.objects.exclude(state=ConnectionState.DISCONNECTED).filter(company_id__in=used)
    found = []
    for connection in live.select_related("tenant", "api_budget").order_by("pk"):
        budget = getattr(connection, "api_budget", None)
        reached = Gauge(month, used[connection.company_id], 0, budget.monthly if budget else DEFAULT_BUDGET).threshold
        told = budget.warned_percent if budget is not None and budget.warned_month == month else 0
        if reached > told:
            found.append((connection, reached))
    return found


@dataclass(frozen=True)
class KindEstimate:
    """What reading one list will probably take. None where nothing has been measured yet."""

    kind: ListKind
    records: int | None
    requests: int | None = None
    billable: int | None = None
    seconds: float | None = None

    @property
    def is_known(self) -> bool:
        return self.requests is not None


@dataclass(frozen=True)
class Overhead:
    """What a sync asks beside reading its lists, such as which records were deleted."""

    requests: int = 0
    billable: int = 0
    seconds: float = 0


@dataclass(frozen=True)
class Estimate:
    """What a sync will probably take: sums over the lists that are known. `unknown` lists are in no sum."""

    lines: list[KindEstimate]
    overhead: Overhead

    @property
    def known(self) -> list[KindEstimate]:
        return [line for line in self.lines if line.is_known]

    @property
    def unknown(self) -> list[KindEstimate]:
        return [line for line in self.lines if not line.is_known]

    @property
    def records(self) -> int:
        return sum(line.records or 0 for line in self.known)

    @property
    def requests(self) -> int:
        return sum(line.requests or 0 for line in self.known) + self.overhead.requests

    @property
    def billable(self) -> int:
        return sum(line.billable or 0 for line in self.known) + self.overhead.billable

    @property
    def seconds(self) -> float:
        return sum(line.seconds or 0 for line in self.known) + self.overhead.seconds


def estimate(connection: Connection, entity_id: str, kinds: Iterable[str], mode: Mode) -> Estimate:
    """What syncing these lists (all when none is named) will take, measured by past runs. Asks Intacct nothing."""
    wanted = set(kinds)
    chosen = [kind for kind in kinds_for(connection) if not wanted or kind.key in wanted]
    states = ListState.objects.filter(connection=connection, entity_id=entity_id)
    held = {state.kind: state.records for state in states if state.last_read_at is not None}
    measured = _measured_steps(connection, entity_id)
    lines = [_estimate_of(kind, mode, held.get(kind.key), measured) for kind in chosen]
    return Estimate(lines, _overhead(connection, entity_id, mode))


def _overhead(connection: Connection, entity_id: str, mode: Mode) -> Overhead:
    """As in the last runs of the same mode; each of their steps that reads no list counts."""
    runs = SyncRun.objects.filter(connection=connection, flow=LISTS, entity_id=entity_id, mode=mode, state__in=_GOOD)
    last = [run.pk for run in runs.order_by("-pk")[:MEASURED_STEPS]]
    steps = list(RunStep.objects.filter(READ_TO_THE_END, run__in=last).exclude(key__startswith="list:"))
    if not steps:
        return Overhead()
    requests, billable = sum(step.requests for step in steps), sum(step.billable for step in steps)
    seconds = sum(step.duration or 0 for step in steps)
    return Overhead(round(requests / len(last)), round(billable / len(last)), seconds / len(last))


def _measured_steps(connection: Connection, entity_id: str) -> Mapping[tuple[str, str], list[RunStep]]:
    """The last steps that read a list to its end, by step key and mode."""
    steps = RunStep.objects.filter(
        READ_TO_THE_END,
        run__connection=connection,
        run__entity_id=entity_id,
        key__startswith="list:",
        requests__gt=0,
    )
    found: dict[tuple[str, str], list[RunStep]] = {}
    recent = steps.filter(run__created_at__gte=timezone.now() - timedelta(days=90)).select_related("run")
    for step in recent.defer("checkpoint", "message").order_by("-pk")[:2000]:
        rows = found.setdefault((step.key, step.run.mode), [])
        if len(rows) < MEASURED_STEPS:
            rows.append(step)
    return found


def _estimate_of(
    kind: ListKind, mode: Mode, held: int | None, measured: Mapping[tuple[str, str], list[RunStep]]
) -> KindEstimate:
    """Pages by the records expected, the rest of the requests and the pace as in past steps."""
    whole = mode == Mode.FULL or MODIFIED not in kind.wanted_fields
    key = list_step_key(kind)
    steps = measured.get((key, Mode.FULL if mode == Mode.FULL else Mode.PARTIAL), [])
    if whole and not steps:
        steps = measured.get((key, Mode.FULL), [])
    if not steps:
        return KindEstimate(kind, held if whole else None)
    records = held if whole and held is not None else round(median(step.read for step in steps))
    pages = _pages(records)
    beside = median(step.requests - _pages(step.read) for step in steps)
    unbilled = median(step.requests - step.billable for step in steps)
    requests = max(pages + round(beside), 1)
    asked = sum(step.requests for step in steps)
    pace = sum(step.duration or 0 for step in steps) / asked
    return KindEstimate(kind, records, requests, max(requests - round(unbilled), 0), pace * requests)


def _pages(records: int) -> int:
    return math.ceil(records / settings.SYNC_PAGE_SIZE)
