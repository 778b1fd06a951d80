"""When something recurring is due: cadences, quiet hours, daylight saving. Pure computation on a rule and a moment.

Owns the time logic alone. Must not know profiles, runs or the database, nor read the clock: every moment is handed in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from integrations.models.states import Cadence

# Far enough back for a slot that quiet hours defer into the present, far enough ahead for the next week's.
_LOOK_BACK: Final = timedelta(days=3)
_HORIZON: Final = timedelta(days=20)
_LONGEST_DEFERRAL: Final = 4
_A_DAY: Final = timedelta(days=1)
EVERY_DAY: Final = frozenset(range(7))


# Cadences that follow elapsed time: an hour the clock shows twice is two hours. The others follow the calendar.
_ELAPSED: Final = frozenset({Cadence.QUARTER_HOURLY, Cadence.HOURLY})
_CLOCK_TIMES: Final = {
    Cadence.QUARTER_HOURLY: tuple(time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45)),
    Cadence.HOURLY: tuple(time(hour) for hour in range(24)),
    Cadence.FOUR_HOURLY: tuple(time(hour) for hour in range(0, 24, 4)),
}


@dataclass(frozen=True)
class QuietHours:
    """From one clock time up to another, past midnight where the first is later. Equal times would be a whole day."""

    begins: time
    ends: time

    def __post_init__(self) -> None:
        if self.begins == self.ends:
            raise ValueError("Quiet hours that end when they begin would last for ever.")

    def contain(self, clock: time) -> bool:
        if self.begins < self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends


@dataclass(frozen=True)
class Rule:
    """What recurs: how often, in which zone, at which time of day (daily, weekly) and weekday (weekly; Monday is 0).

    `days` are those on which anything but a weekly slot may be due.
    """

    cadence: Cadence
    zone: ZoneInfo
    at: time = time(0)
    weekday: int = 0
    quiet: QuietHours | None = None
    days: frozenset[int] = EVERY_DAY

    @property
    def clock_times(self) -> tuple[time, ...]:
        return _CLOCK_TIMES.get(self.cadence, (self.at,))

    def is_on(self, day: date) -> bool:
        return day.weekday() == self.weekday if self.cadence == Cadence.WEEKLY else day.weekday() in self.days

    def may_begin(self, moment: datetime) -> bool:
        """Whether a slot that quiet hours deferred may still be due then: a weekly one may on any day."""
        return self.cadence == Cadence.WEEKLY or moment.astimezone(self.zone).weekday() in self.days


def next_due(rule: Rule, after: datetime) -> datetime | None:
    """The first moment later than `after` at which the rule is due, in UTC; None when it never is.

    A slot in quiet hours is due at their end, unless that is a day on which nothing is. A clock time that daylight
    saving leaves out is due when the clock goes on; one that the clock shows twice is due the first time only, unless
    the cadence counts hours or less.
    """
    if rule.cadence == Cadence.NEVER or not rule.days:
        return None
    in_quiet = is_quiet(rule, after)  # only then can an earlier slot be deferred to a later moment
    rare = rule.cadence in (Cadence.DAILY, Cadence.WEEKLY)  # any other has had a slot within a day
    first = after.astimezone(rule.zone).date() - (_LOOK_BACK if in_quiet and rare else _A_DAY)
    slots = (slot for slot in _slots(rule, first, first + _HORIZON) if in_quiet or slot > after)
    moments = (deferred(rule, slot) for slot in slots)
    return next((moment for moment in moments if moment > after and rule.may_begin(moment)), None)


def deferred(rule: Rule, moment: datetime) -> datetime:
    """`moment`, or the end of the quiet hours it falls into."""
    for _ in range(_LONGEST_DEFERRAL):
        if not is_quiet(rule, moment):
            return moment
        moment = _end_of_quiet(rule, moment)
    raise ValueError("The quiet hours leave no moment free for days.")


def is_quiet(rule: Rule, moment: datetime) -> bool:
    return rule.quiet is not None and rule.quiet.contain(moment.astimezone(rule.zone).time())


def _slots(rule: Rule, first: date, last: date) -> Iterator[datetime]:
    """Every moment of the cadence, quiet or not, from one day to another, in order."""
    day = first
    while day <= last:
        if rule.is_on(day):
            moments = {
                moment
                for clock in rule.clock_times
                for moment in _moments(datetime.combine(day, clock), rule.zone)[: 2 if rule.cadence in _ELAPSED else 1]
            }
            yield from sorted(moments)
        day += _A_DAY


def _end_of_quiet(rule: Rule, moment: datetime) -> datetime:
    """The first moment after `moment` at which the clock shows the end of the quiet hours, or jumps over it."""
    assert rule.quiet is not None  # noqa: S101 - asked for only inside them
    day = moment.astimezone(rule.zone).date()
    ends = (datetime.combine(day + _A_DAY * days, rule.quiet.ends) for days in range(4))
    return min(end for shown in ends for end in _moments(shown, rule.zone) if end > moment)


def _moments(shown: datetime, zone: ZoneInfo) -> list[datetime]:
    """When the clock of the zone shows this: once, twice, or, where it jumps over it, the moment of the jump."""
    early, late = (shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early == late:
        return [early]
    if early < late:
        return [early, late]
    # In a gap `late` is reckoned with the clock after the jump and so lies before it, `early` after it.
    return [_jump_between(late, early, zone)]


def _jump_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment the zone's clock jumps, known to lie between two moments; to the second."""
    offset = before.astimezone(zone).utcoffset()
    seconds = int((after - before).total_seconds())
    low, high = 0, seconds
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


@dataclass(frozen=True)
class Upcoming:
    """A moment at which something is due, and all that is due then, in the order in which it was named."""

    at: datetime
    names: tuple[str, ...]


def upcoming(rules: Mapping[str, Rule], after: datetime, limit: int) -> list[Upcoming]:
    """The next moments at which any of the rules is due; what is due at the same moment is one of them."""
    due = {name: next_due(rule, after) for name, rule in rules.items()}
    found: list[Upcoming] = []
    while len(found) < limit:
        moment = min((each for each in due.values() if each is not None), default=None)
        if moment is None:
            break
        names = tuple(name for name, each in due.items() if each == moment)
        found.append(Upcoming(moment, names))
        due.update({name: next_due(rules[name], moment) for name in names})
    return found
