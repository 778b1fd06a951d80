"""The pictures of Home: where approved money stands, pushes and syncs by day, freshness of lists, API use and forecast.

Reads only, from counts that runs and states keep; a day is one of the company's time zone, of API use one in UTC.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import Tenant
from accounts.ui.charts import Chart, Mark, Series
from accounts.ui.formats import shown_day, shown_short_day
from erp_admin.documents.types import document_types
from erp_admin.overview.standing import ON_ITS_WAY, STUCK, Standing, of
from integrations.delivery.contract import push_flows
from integrations.delivery.requests import PUSH_STEP
from integrations.mirror.flow import LISTS
from integrations.models import Connection, DocumentState, Freshness, RunState, RunStep, SyncRun
from integrations.models.states import shown
from integrations.schedules.freshness import ListFreshness
from integrations.usage.selectors import budget_of, days_of, month_of, next_month

DAYS: Final = 14
_TONES: Final = {"success": "success", "warning": "warning", "danger": "danger"}
Address = Callable[..., str]


def approved_money(found: Collection[Standing], tenant: Tenant, address: Address) -> list[Chart]:
    """What was approved of each type, by how far it is: a picture for each currency, the company's own first."""
    approved = of(found, [*STUCK, *ON_ITS_WAY, DocumentState.READY, DocumentState.IN_INTACCT])
    own = tenant.base_currency
    currencies = sorted({each.currency for each in approved}, key=lambda code: (code != own, code))
    return [
        _money_in([each for each in approved if each.currency == currency], currency, currency == own, address)
        for currency in currencies
    ]


def _money_in(approved: Collection[Standing], currency: str, is_own: bool, address: Address) -> Chart:
    series = (
        Series("In Intacct", "success"),
        Series("On its way", "accent"),
        Series("Ready to push", "neutral"),
        Series("Needs somebody", "danger"),
    )
    states = ([DocumentState.IN_INTACCT], ON_ITS_WAY, [DocumentState.READY], STUCK)
    marks = [
        Mark(
            each.title,
            tuple(sum((one.total for one in of(approved, group, each.key)), Decimal(0)) for group in states),
            url=address(each.key),
        )
        for each in document_types()
        if any(one.key == each.key for one in approved)
    ]
    title = "Approved, by where it stands" if is_own else f"Approved in {currency}, by where it stands"
    return Chart(title, series, marks, kind="bars", is_money=True, currency=currency, head="Documents")


def _last_days() -> list[date]:
    today = timezone.localdate()
    return [today - timedelta(days=number) for number in reversed(range(DAYS))]


def pushes_by_day() -> Chart | None:
    """Documents that arrived in Intacct and that failed, by day; None where nothing was pushed at all."""
    days = _last_days()
    flows = [flow.key for flow in push_flows()]
    steps = RunStep.objects.filter(key=PUSH_STEP, run__flow__in=flows, run__created_at__gte=_start(days[0])).order_by()
    counted = {
        day: (arrived or 0, failed or 0)
        for day, arrived, failed in steps.annotate(day=TruncDate("run__created_at"))
        .values_list("day")
        .annotate(arrived=Sum(F("new") + F("changed")), lost=Sum("failed"))
    }
    if not any(sum(values) for values in counted.values()):
        return None
    marks = [Mark(shown_day(day), counted.get(day, (0, 0)), short=shown_short_day(day)) for day in days]
    series = (Series("Arrived in Intacct", "success"), Series("Failed", "danger"))
    return Chart("Pushed, by day", series, marks, head="Day")


def syncs_by_day(address: Address) -> Chart | None:
    """How the syncs of lists ended, by day; None where nothing was synced."""
    days = _last_days()
    runs = SyncRun.objects.filter(flow=LISTS, created_at__gte=_start(days[0])).order_by()
    counted = {
        day: tuple(numbers)
        for day, *numbers in runs.annotate(day=TruncDate("created_at"))
        .values_list("day")
        .annotate(
            good=Count("pk", filter=Q(state=RunState.SUCCEEDED)),
            partly=Count("pk", filter=Q(state=RunState.PARTLY)),
            bad=Count("pk", filter=Q(state__in=(RunState.FAILED, RunState.HELD))),
        )
    }
    if not any(sum(values) for values in counted.values()):
        return None
    marks = [
        Mark(
            shown_day(day),
            counted.get(day, (0, 0, 0)),
            url=f"{address('runs')}?flow={LISTS}&day={day.isoformat()}",
            short=shown_short_day(day),
        )
        for day in days
    ]
    series = (Series("Succeeded", "success"), Series("Partly", "warning"), Series("Failed or held", "danger"))
    return Chart("Syncs of lists, by day", series, marks, kind="strip", head="Day")


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def fresh_lists(lists: Iterable[ListFreshness], address: Address) -> Chart | None:
    """How many lists are on time, late and so on."""
    counted = Counter(each.state.value for each in lists)
    looks = [(state, shown(state)) for state in Freshness if counted[state.value]]
    if not looks:
        return None
    tones = ("success", "warning", "danger", "neutral")
    words = ("Up to date", "Late or in part", "Stopped", "Without a schedule, or never read")
    series = tuple(Series(word, tone) for word, tone in zip(words, tones, strict=True))
    marks = [
        Mark(
            look.label,
            tuple(counted[state.value] if _TONES.get(look.tone, "neutral") == tone else 0 for tone in tones),
            url=f"{address('lists')}?state={state.value}",
        )
        for state, look in looks
    ]
    return Chart("Intacct lists, by how recent they are", series, marks, kind="bars", head="State")


def api_use(connection: Connection) -> Chart | None:
    """API transactions of the month so far, added up day by day, with what the rest of the month would come to."""
    month = month_of(timezone.now())
    days, budget = days_of(connection, month), budget_of(connection)
    used, marks = 0, []
    for each in days:
        used += each.billable
        marks.append(Mark(shown_day(each.day), (used, 0), short=str(each.day.day)))
    last, forecast = days[-1].day, Decimal(used) / len(days)
    ahead = Decimal(used)
    day = last + timedelta(days=1)
    while day < next_month(month):
        ahead += forecast
        marks.append(Mark(shown_day(day), (0, int(ahead)), short=str(day.day)))
        day += timedelta(days=1)
    series = (Series("Used", "accent"), Series("Forecast", "neutral"))
    text = f"{used:,} of {budget:,} API transactions were used this month; at this pace it comes to {int(ahead):,}."
    return Chart("API use this month, against the budget", series, marks, limit=budget, limit_label="Budget",
                 head="Day", summary=text)  # fmt: skip
