"""Syncs, pushes and imports as lists and pictures show them: a line each with what it came to, and the last 30 days.

Owns the lines and the picture. Counting is the selectors', the sentences are run_words'.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.urls import reverse
from django.utils import timezone

from accounts.access import TenantRequest
from accounts.ui.charts import Chart, Mark, Series
from accounts.ui.filters import query_url
from accounts.ui.formats import shown_day, shown_number, shown_short_day
from integrations.delivery.figures import figures_of_runs
from integrations.delivery.selectors import is_push
from integrations.models import RunState, SyncRun
from integrations.runs.selectors import ends_by_day, run_lines
from integrations.views.run_words import Told, noun_of, told_of

DAYS: Final = 30
_SERIES: Final = (
    (Series("Succeeded", "success"), (RunState.SUCCEEDED,)),
    (Series("Partly", "warning"), (RunState.PARTLY,)),
    (Series("Failed or held", "danger"), (RunState.FAILED, RunState.HELD)),
)


@dataclass(frozen=True)
class ToldLine:
    """A run as a list shows it. `seconds` is None before it began."""

    run: SyncRun
    noun: str
    starter: str
    seconds: float | None
    told: Told


def told_lines(found: Iterable[SyncRun]) -> list[ToldLine]:
    """The runs, in as many queries however many there are."""
    lines = run_lines(found)
    figures = figures_of_runs([line.run for line in lines if is_push(line.run.flow)])
    return [
        ToldLine(
            line.run, noun_of(line.run), line.starter, line.seconds,
            told_of(line.run, line.sums, figures.get(line.run.pk)),
        )
        for line in lines
    ]  # fmt: skip


def strip_of(request: TenantRequest) -> Chart:
    """A mark for each of the last days, today last; each leads to the runs of its day. Follows the filters but state
    and time."""
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    counted = ends_by_day(request.GET.dict(), days[0])
    address = reverse("runs", kwargs={"tenant_slug": request.tenant.slug})
    marks = []
    for day in days:
        of_day = counted.get(day, {})
        values = tuple(sum(of_day.get(state, 0) for state in states) for _, states in _SERIES)
        link = f"{address}{query_url(request, day=day.isoformat(), state=None, period=None, page=None)}"
        marks.append(Mark(shown_day(day), values, url=link, short=shown_short_day(day)))
    totals = [sum(mark.values[position] for mark in marks) for position in range(len(_SERIES))]
    said = ", ".join(
        f"{shown_number(total)} {series.label.lower()}" for (series, _), total in zip(_SERIES, totals, strict=True)
    )
    series = tuple(series for series, _ in _SERIES)
    title = f"The last {DAYS} days"
    return Chart(title, series, marks, kind="strip", head="Day", summary=f"{title}: {said}.")
