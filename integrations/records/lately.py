"""What changed lately in the mirrored lists: the last sync of each, and the days before it as a small picture.

Reads what runs wrote down of their steps, never the records. Needs the tenant's scope.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Max, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from integrations.models import READ_TO_THE_END, Connection, RunStep

DAYS: Final = 14
_PREFIX: Final = "list:"
_HIGH: Final = 20  # of the picture, in units of its box
_WIDE: Final = 7


@dataclass(frozen=True)
class Bar:
    """One day of the picture, with its place in the box."""

    day: date
    number: int
    x: int
    y: int
    height: int


@dataclass(frozen=True)
class Lately:
    """The last sync of a list: when, in which run, and what it brought. `bars` are the days up to today."""

    at: datetime | None
    run_number: int
    new: int
    changed: int
    missing: int
    bars: Sequence[Bar]

    @property
    def number(self) -> int:
        return self.new + self.changed + self.missing

    @property
    def of_days(self) -> int:
        return sum(bar.number for bar in self.bars)


def lately(connection: Connection) -> Mapping[str, Lately]:
    """By key of the list, for those that were read to their end in any way. Two questions."""
    steps = RunStep.objects.filter(READ_TO_THE_END, run__connection=connection, key__startswith=_PREFIX)
    newest = steps.order_by().values("key").annotate(newest=Max("pk")).values("newest")
    today = timezone.localdate()
    since = timezone.now() - timedelta(days=DAYS)
    per_day = (
        steps.filter(finished_at__gte=since)
        .order_by()
        .annotate(day=TruncDate("finished_at"))
        .values_list("key", "day")
        .annotate(number=Sum("new") + Sum("changed") + Sum("missing"))
    )
    days: dict[str, dict[date, int]] = {}
    for key, day, number in per_day:
        days.setdefault(key, {})[day] = number
    return {
        step.key.removeprefix(_PREFIX): Lately(
            step.finished_at,
            step.run.number,
            step.new,
            step.changed,
            step.missing,
            _bars(days.get(step.key, {}), today),
        )
        for step in RunStep.objects.filter(pk__in=newest).select_related("run")
    }


def _bars(numbers: Mapping[date, int], today: date) -> list[Bar]:
    """The highest day fills the box; a day with anything at all can be seen."""
    highest = max(numbers.values(), default=0)
    bars = []
    for place in range(DAYS):
        day = today - timedelta(days=DAYS - 1 - place)
        number = numbers.get(day, 0)
        height = max(round(_HIGH * number / highest), 3) if number else 1
        bars.append(Bar(day, number, place * _WIDE, _HIGH - height, height))
    return bars
