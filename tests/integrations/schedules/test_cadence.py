"""When schedules are due, judged by a clock watched minute by minute across the changes of daylight saving."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from integrations.models import Cadence
from integrations.schedules.cadence import EVERY_DAY, QuietHours, Rule, deferred, is_quiet, next_due

NEW_YORK, BERLIN, LORD_HOWE = (ZoneInfo(name) for name in ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe"))
# The days around which the clocks change in 2026 and 2027, for all three.
CHANGES = [
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
]
MINUTE = timedelta(minutes=1)

zones = st.sampled_from([NEW_YORK, BERLIN, LORD_HOWE])
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 10, 15, 30, 45, 59]))
quiet_hours = st.none() | st.tuples(clocks, clocks).filter(lambda pair: pair[0] != pair[1]).map(
    lambda pair: QuietHours(*pair)
)
recurring = st.sampled_from([cadence for cadence in Cadence if cadence != Cadence.NEVER])
weekdays = st.just(EVERY_DAY) | st.frozensets(st.integers(0, 6), min_size=1)
every_day_rules = st.builds(Rule, recurring, zones, clocks, st.integers(0, 6), quiet_hours)
rules = every_day_rules | st.builds(Rule, recurring, zones, clocks, st.integers(0, 6), st.none(), weekdays)
some_days_rules = st.builds(Rule, recurring, zones, clocks, st.integers(0, 6), quiet_hours, weekdays)
moments = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-36 * 60, 36 * 60),
)


def clock_times(rule: Rule) -> set[time]:
    return {
        Cadence.QUARTER_HOURLY: {time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45)},
        Cadence.HOURLY: {time(hour) for hour in range(24)},
        Cadence.FOUR_HOURLY: {time(hour) for hour in (0, 4, 8, 12, 16, 20)},
    }.get(rule.cadence, {rule.at})


def watched(rule: Rule, after: datetime) -> datetime | None:
    """The answer of somebody who watches the clock each minute, and at each of its times notes what is due."""
    is_weekly = rule.cadence == Cadence.WEEKLY
    moment = (after - timedelta(days=9 if is_weekly else 3)).replace(second=0, microsecond=0)
    shown_before = moment.astimezone(rule.zone).replace(tzinfo=None) - MINUTE
    seen: set[datetime] = set()
    is_due = False
    times = clock_times(rule)
    repeats = rule.cadence in (Cadence.QUARTER_HOURLY, Cadence.HOURLY)
    while moment < after + timedelta(days=19):
        shown = moment.astimezone(rule.zone).replace(tzinfo=None)
        # Every minute the clock has passed since the last look; after a jump ahead those are many.
        passed = shown_before + MINUTE if shown > shown_before else shown
        while passed <= shown:
            on_the_day = passed.weekday() == rule.weekday if is_weekly else passed.weekday() in rule.days
            if passed.time() in times and on_the_day and (repeats or passed not in seen):
                seen.add(passed)
                is_due = True
            passed += MINUTE
        shown_before = shown
        if is_due and not (rule.quiet and rule.quiet.contain(shown.time())):
            is_due = False
            if moment > after and (is_weekly or shown.weekday() in rule.days):
                return moment
        moment += MINUTE
    return None


@settings(max_examples=25, deadline=None)
@given(rules | some_days_rules, moments)
@example(Rule(Cadence.HOURLY, BERLIN, quiet=QuietHours(time(20), time(6)), days=frozenset(range(5))), CHANGES[2])
@example(Rule(Cadence.DAILY, BERLIN, time(23), 0, QuietHours(time(22), time(6)), frozenset({5})), CHANGES[2])
@example(Rule(Cadence.DAILY, NEW_YORK, time(2, 30)), CHANGES[0] - timedelta(hours=12))
@example(Rule(Cadence.FOUR_HOURLY, LORD_HOWE, quiet=QuietHours(time(2, 10), time(2, 20))), CHANGES[5])
@example(Rule(Cadence.DAILY, NEW_YORK, time(23), quiet=QuietHours(time(22), time(6))), CHANGES[1])
@example(Rule(Cadence.HOURLY, BERLIN, quiet=QuietHours(time(2, 30), time(2, 15))), CHANGES[2])
def test_it_is_due_when_somebody_watching_the_clock_would_say_so(rule: Rule, after: datetime) -> None:
    assert next_due(rule, after) == watched(rule, after)


@settings(max_examples=150, deadline=None)
@given(rules, moments, st.integers(0, 48 * 60))
def test_later_questions_never_get_earlier_answers(rule: Rule, after: datetime, minutes: int) -> None:
    due, later = next_due(rule, after), next_due(rule, after + timedelta(minutes=minutes))
    assert due is not None
    assert later is not None
    assert after < due <= later
    assert not is_quiet(rule, due)
    assert due.tzinfo is UTC


@settings(max_examples=60, deadline=None)
@given(zones, clocks, st.sampled_from(CHANGES))
def test_daily_is_once_on_each_day_of_the_calendar(zone: ZoneInfo, at: time, change: datetime) -> None:
    rule, moment, days = Rule(Cadence.DAILY, zone, at), change - timedelta(days=3), []
    for _ in range(6):
        due = next_due(rule, moment)
        assert due is not None
        days.append(due.astimezone(zone).date())
        moment = due
    assert days == [days[0] + timedelta(days=number) for number in range(6)]


@settings(max_examples=60, deadline=None)
@given(zones, moments)
def test_every_quarter_of_an_hour_means_fifteen_minutes_also_when_the_clock_changes(
    zone: ZoneInfo, after: datetime
) -> None:
    due = next_due(Rule(Cadence.QUARTER_HOURLY, zone), after)
    assert due is not None
    assert due - after <= timedelta(minutes=15)


@pytest.mark.parametrize(
    ("zone", "at", "after", "expected"),
    [
        # The night in which 02:30 does not exist: at the next moment there is.
        (NEW_YORK, time(2, 30), datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 3, 8, 7, tzinfo=UTC)),
        (BERLIN, time(2, 30), datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (LORD_HOWE, time(2, 10), datetime(2026, 10, 3, 12, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        # The night in which 01:30 comes twice: the first of them, and not again an hour later.
        (NEW_YORK, time(1, 30), datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        (NEW_YORK, time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 2, 6, 30, tzinfo=UTC)),
        (LORD_HOWE, time(1, 45), datetime(2026, 4, 4, 14, tzinfo=UTC), datetime(2026, 4, 4, 14, 45, tzinfo=UTC)),
    ],
)
def test_nights_without_and_with_a_second_half_past(
    zone: ZoneInfo, at: time, after: datetime, expected: datetime
) -> None:
    assert next_due(Rule(Cadence.DAILY, zone, at), after) == expected


def test_a_day_that_the_calendar_leaves_out_is_made_up_for_when_the_next_begins() -> None:
    apia = ZoneInfo("Pacific/Apia")  # crossed the date line: there was no 30 December 2011
    rule = Rule(Cadence.DAILY, apia, time(9))
    due = next_due(rule, datetime(2011, 12, 29, 20, tzinfo=UTC))
    assert due == datetime(2011, 12, 30, 10, tzinfo=UTC)
    assert due.astimezone(apia).date() == date(2011, 12, 31)


def test_quiet_hours_past_midnight_defer_to_their_end() -> None:
    rule = Rule(Cadence.HOURLY, BERLIN, quiet=QuietHours(time(22), time(6)))
    evening = datetime(2026, 6, 10, 19, 30, tzinfo=UTC)  # 21:30 in Berlin
    assert next_due(rule, evening) == datetime(2026, 6, 11, 4, tzinfo=UTC)
    assert deferred(rule, evening) == evening
    assert deferred(rule, evening + timedelta(hours=1)) == datetime(2026, 6, 11, 4, tzinfo=UTC)


def test_weekly_keeps_to_its_weekday_and_may_be_deferred_into_the_next_day() -> None:
    rule = Rule(Cadence.WEEKLY, NEW_YORK, time(23, 30), weekday=6, quiet=QuietHours(time(23), time(1)))
    due = next_due(rule, datetime(2026, 6, 10, tzinfo=UTC))
    assert due is not None
    assert due.astimezone(NEW_YORK) == datetime(2026, 6, 15, 1, tzinfo=NEW_YORK)


def test_never_is_never() -> None:
    assert next_due(Rule(Cadence.NEVER, BERLIN), CHANGES[0]) is None


def test_quiet_hours_cannot_last_for_ever() -> None:
    with pytest.raises(ValueError, match="for ever"):
        QuietHours(time(5), time(5))
