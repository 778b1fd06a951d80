"""Every state of here, sent, found and noted, and what the one judge makes of it."""

import itertools
from collections.abc import Collection
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.delivery.drift import DriftFacts, adopted, judge, noted_after_delivery
from integrations.delivery.snapshot import LINE_COUNT, Field, FieldDifference, Fields, Snapshot
from integrations.delivery.values import Kind, same, shown

FIELDS = Fields(
    head={
        "day": Field("Date", Kind.DATE),
        "total": Field("Total", Kind.AMOUNT),
        "title": Field("Title"),
        "secret": Field("Secret", is_read=False),
        "state": Field("State", is_read=False),
        "modified": Field("Modified", is_read=False, is_trace=True),
        LINE_COUNT: Field("Lines", Kind.NUMBER),
    },
    lines={"price": Field("Price", Kind.AMOUNT), "memo": Field("Memo")},
)


def head(**values: str) -> Snapshot:
    return Snapshot(values)


def judged(here: str, sent: str, found: str | None, noted: str, **more: object) -> DriftFacts:
    return judge(
        here=head(title=here),
        sent=head(title=sent),
        found=None if found is None else head(title=found),
        noted=head(title=noted),
        fields=FIELDS,
        **more,  # type: ignore[arg-type]
    )


# here, sent, found ("-": missing), noted -> changed here, changed there, missing, verified
TABLE = {
    "AAAA": (False, False, False, True),
    "BAAA": (True, False, False, False),
    "AABA": (False, True, False, False),
    "AABB": (False, False, False, False),  # found otherwise when it was delivered, and noted so
    "BABA": (True, True, False, False),
    "BABB": (True, False, False, False),
    "BACA": (True, True, False, False),
    "AAAB": (False, True, False, False),  # back to what was sent, but it was noted otherwise: somebody did that
    "BAAB": (True, True, False, False),
    "BBAA": (False, False, False, False),
    "BBAB": (False, True, False, False),
    "BBBA": (False, True, False, False),
    "BBBB": (False, False, False, True),
    "ABBB": (True, False, False, False),
    "ABAA": (True, False, False, False),  # equal in value on both sides, but not what was written: not verified
    "ABAB": (True, True, False, False),
    "ABBA": (True, True, False, False),
    "AA-A": (False, False, True, False),
    "BA-A": (True, False, True, False),
    "AA-B": (False, False, True, False),
    "BB-B": (False, False, True, False),
    "AB-B": (True, False, True, False),
}


@pytest.mark.parametrize(("case", "facts"), TABLE.items())
def test_each_state_of_the_four_texts(case: str, facts: tuple[bool, bool, bool, bool]) -> None:
    here, sent, found, noted = case
    said = judged(here, sent, None if found == "-" else found, noted)
    assert (said.changed_here, said.changed_there, said.missing_there, said.is_verified) == facts


def test_every_combination_keeps_the_definitions() -> None:
    for here, sent, found, noted in itertools.product("ABC", "ABC", ("A", "B", "C", None), "ABC"):
        said = judged(here, sent, found, noted)
        assert said.changed_here == (here != sent)
        assert said.missing_there == (found is None)
        assert said.changed_there == (found is not None and found != noted)
        assert said.is_verified == (here == sent == found == noted)
        assert bool(said.there) == (found is not None and (found not in (sent, noted) or sent != noted))


def test_a_change_waits_for_a_person_and_is_noted_only_then() -> None:
    waits = judged("A", "A", "B", "A")
    assert waits.noted.head == {"title": "A"}
    assert judged("A", "A", "A", "A").noted.head == {"title": "A"}
    ordinary = judged("A", "A", "B", "A", is_ordinary=lambda changed: True)
    assert (ordinary.changed_there, ordinary.noted.head) == (False, {"title": "B"})
    known = judged("A", "A", "B", "A", is_ordinary=lambda changed: True, was_changed_there=True)
    assert known.changed_there  # what a person has to see is not explained away later


def test_what_a_reading_does_not_show_stays_noted() -> None:
    """A field that is refused for a while hides no change: it is compared with what was noted before."""
    sent = Snapshot({"title": "A"}, {"1": {"memo": "m"}})
    noted = Snapshot({"title": "A", "day": "03/02/2026"}, {"1": {"memo": "m", "price": "5"}})
    hidden = judge(
        here=sent, sent=sent, found=Snapshot({"title": "A"}, {"1": {"memo": "m"}}), noted=noted, fields=FIELDS
    )
    assert hidden.noted == noted
    back = Snapshot({"title": "A", "day": "03/09/2026"}, {"1": {"memo": "m", "price": "6"}})
    assert judge(here=sent, sent=sent, found=back, noted=hidden.noted, fields=FIELDS).changed_there


def test_ordinary_is_asked_of_exactly_what_changed() -> None:
    asked: list[Collection[str]] = []

    def ordinary(changed: Collection[str]) -> bool:
        asked.append(changed)
        return False

    sent = Snapshot({"title": "A"}, {"1": {"price": "5"}})
    found = Snapshot({"title": "A", "state": "Converted"}, {"1": {"price": "6"}, "#9": {"price": "1"}})
    noted = Snapshot({"title": "A", "state": "Pending"}, {"1": {"price": "5"}})
    judge(here=sent, sent=sent, found=found, noted=noted, fields=FIELDS, is_ordinary=ordinary)
    assert asked == [{"state", "price", "lines"}]


def test_a_new_time_of_change_alone_is_a_change_and_is_not_named_beside_others() -> None:
    sent, noted = head(title="A"), head(title="A", modified="one")
    alone = judge(here=sent, sent=sent, found=head(title="A", modified="two"), noted=noted, fields=FIELDS)
    assert alone.named == ["Modified: two in Intacct, one before"]
    beside = judge(here=sent, sent=sent, found=head(title="B", modified="two"), noted=noted, fields=FIELDS)
    assert beside.named == ["Title: B in Intacct, A in ERP Admin"]


def test_what_is_never_shown_counts_as_not_compared_and_what_was_not_looked_at_is_never_verified() -> None:
    sent = head(title="A", total="5", secret="s")
    some = judge(here=sent, sent=sent, found=head(title="A"), noted=head(), fields=FIELDS)
    assert (some.compared, some.comparable, some.is_verified) == (1, 3, True)
    nothing = judge(here=sent, sent=sent, found=head(), noted=head(), fields=FIELDS)
    assert (nothing.compared, nothing.comparable, nothing.is_verified) == (0, 3, False)
    with_lines = Snapshot({"title": "A"}, {"1": {"price": "5"}})
    unseen = judge(here=with_lines, sent=with_lines, found=head(title="A"), noted=head(), fields=FIELDS)
    assert not unseen.is_verified


def test_lines_that_came_and_went_there_are_named() -> None:
    sent = Snapshot({}, {"1": {"price": "5", "amount": "5"}, "2": {"price": "7", "amount": "7"}})
    found = Snapshot({LINE_COUNT: "2"}, {"1": {"price": "5", "amount": "5"}, "#9": {"price": "1", "amount": "1"}})
    noted = Snapshot({LINE_COUNT: "2"}, sent.lines)
    names = {"1": "Line 1", "2": "Line 2"}
    said = judge(here=sent, sent=sent, found=found, noted=noted, fields=FIELDS, line_names=names)
    assert said.changed_there
    assert said.named == [
        "Another line in Intacct: 1.00 in Intacct, empty in ERP Admin",
        "Line 2: empty in Intacct, 7.00 in ERP Admin",
    ]


def test_a_cross_check_is_a_difference_and_is_not_noted() -> None:
    check = FieldDifference(("", "state"), "State", "Draft", "Draft", "Pending")
    sent, found = head(title="A"), head(title="A", state="Pending")
    said = judge(here=sent, sent=sent, found=found, noted=head(), fields=FIELDS, cross_checks=[check])
    assert (said.is_verified, said.changed_there, said.named) == (False, False, [str(check)])
    assert said.noted.head == {"title": "A"}


@pytest.mark.parametrize(
    ("one", "other", "kind", "equal"),
    [
        ("2026-03-02", "03/02/2026", Kind.DATE, True),
        ("2026-03-02", "3/2/2026", Kind.DATE, True),
        ("2026-03-02", "03/02/2026 10:00:00", Kind.DATE, True),
        ("2026-03-02", "02/03/2026", Kind.DATE, False),
        ("", None, Kind.DATE, True),
        ("2026-03-02", "", Kind.DATE, False),
        ("soon", "soon", Kind.DATE, True),
        ("99/99/2026", "2026-03-02", Kind.DATE, False),
        ("1000", "1000.00", Kind.AMOUNT, True),
        ("", "0.00", Kind.AMOUNT, True),
        (None, "0", Kind.NUMBER, True),
        ("1E+3", "1000", Kind.AMOUNT, True),
        ("10.001", "10", Kind.AMOUNT, False),
        ("NaN", "NaN", Kind.AMOUNT, True),
        ("Infinity", "0", Kind.AMOUNT, False),
        ("-0", "0", Kind.AMOUNT, True),
        (" Footings ", "Footings", Kind.TEXT, True),
        ("a\r\nb", "a\nb", Kind.TEXT, True),
        ("1.0", "1", Kind.TEXT, False),
    ],
)
def test_values_are_compared_by_their_kind(one: str | None, other: str | None, kind: Kind, equal: bool) -> None:
    assert same(one, other, kind) is equal
    assert same(other, one, kind) is equal


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("03/10/2026", Kind.DATE, "Mar 10, 2026"),
        ("", Kind.DATE, ""),
        ("1234.5", Kind.AMOUNT, "1,234.50"),
        ("0.333333", Kind.AMOUNT, "0.333333"),
        ("1E+40", Kind.AMOUNT, f"{10**40:,}.00"),
        ("10.00", Kind.NUMBER, "10"),
        ("many", Kind.NUMBER, "many"),
        (None, Kind.TEXT, ""),
    ],
)
def test_values_read_as_people_write_them(value: str | None, kind: Kind, text: str) -> None:
    assert shown(value, kind) == text


VALUES = st.sampled_from(["", "A", "B", "0", "0.00", "1", "2026-03-02", "03/02/2026", "NaN"])
ROWS = st.dictionaries(st.sampled_from(["price", "memo"]), VALUES)
HEADS = st.dictionaries(st.sampled_from(["day", "total", "title", "secret", "state", "modified"]), VALUES)
SNAPSHOTS = st.builds(Snapshot, HEADS, st.none() | st.dictionaries(st.sampled_from(["1", "2", "#9"]), ROWS))


@settings(max_examples=300, deadline=None)
@given(here=SNAPSHOTS, sent=SNAPSHOTS, found=st.none() | SNAPSHOTS, noted=SNAPSHOTS, ordinary=st.booleans())
def test_verified_means_equal_in_every_compared_field(
    here: Snapshot, sent: Snapshot, found: Snapshot | None, noted: Snapshot, ordinary: bool
) -> None:
    said = judge(
        here=here, sent=sent, found=found, noted=noted, fields=FIELDS, is_ordinary=lambda changed: ordinary
    )  # fmt: skip
    if not said.is_verified:
        return
    assert found is not None
    for (line, name), value in sent.paths():
        field = FIELDS.of((line, name))
        ours = (here.lines or {}).get(line, {}) if line else here.head
        theirs = (found.lines or {}).get(line, {}) if line else found.head
        if here.lines is not None or not line:
            assert same(ours.get(name), value, field.kind)
        if field.is_read and name in theirs:
            assert same(theirs[name], value, field.kind)
    assert (said.changed_here, said.changed_there, said.missing_there, said.differences) == (False, False, False, ())


@settings(max_examples=300, deadline=None)
@given(here=SNAPSHOTS, sent=SNAPSHOTS, found=SNAPSHOTS, noted=SNAPSHOTS, ordinary=st.booleans())
def test_judging_the_same_record_again_says_the_same(
    here: Snapshot, sent: Snapshot, found: Snapshot, noted: Snapshot, ordinary: bool
) -> None:
    """Anyone who looks, and however often: the facts stand until something changes or a person decides."""

    def once(noted: Snapshot, was_changed_there: bool) -> DriftFacts:
        return judge(
            here=here, sent=sent, found=found, noted=noted, fields=FIELDS, is_ordinary=lambda changed: ordinary,
            was_changed_there=was_changed_there,
        )  # fmt: skip

    first = once(noted, False)
    again = once(first.noted, first.changed_there)
    assert (again.changed_here, again.changed_there, again.is_verified, again.named) == (
        first.changed_here, first.changed_there, first.is_verified, first.named
    )  # fmt: skip


@given(snapshot=SNAPSHOTS)
def test_a_snapshot_is_kept_as_json(snapshot: Snapshot) -> None:
    assert Snapshot.of(snapshot.as_json()) == snapshot


def test_what_we_wrote_is_not_noted_as_somebodys_change() -> None:
    before = Snapshot({"title": "A", "total": "5"}, {"1": {"price": "5"}, "2": {"price": "7"}})
    now = Snapshot({"title": "B", "total": "6"}, {"1": {"price": "6"}, "3": {"price": "1"}})
    noted = Snapshot(
        {"title": "A", "total": "5", "day": "03/02/2026", "modified": "one"},
        {"1": {"price": "5", "memo": "x"}, "2": {"price": "7"}, "#9": {"price": "4"}},
    )
    left = noted_after_delivery(noted, before, now, {"modified"}, FIELDS)
    assert left.head == {"day": "03/02/2026"}
    assert left.lines == {"1": {"memo": "x"}, "3": {}, "#9": {"price": "4"}}
    assert noted_after_delivery(Snapshot(), Snapshot(), now, (), FIELDS) == Snapshot()


def test_adopting_takes_what_can_be_read_of_what_was_written() -> None:
    sent = Snapshot({"title": "A", "secret": "s"}, {"1": {"price": "5", "memo": "m"}, "2": {"price": "7"}})
    found = Snapshot(
        {"title": "B", "secret": "?", "day": "03/02/2026"},
        {"1": {"price": "6", "memo": "n"}, "#9": {"price": "4"}},
        {"1": 0, "#9": 1},
        {"1": 11, "#9": 12},
    )
    taken = adopted(sent, found, FIELDS)
    assert taken.head == {"title": "B", "secret": "s"}
    assert taken.lines == {"1": {"price": "6", "memo": "n"}, "#9": {"price": "4"}}
    assert (taken.positions, taken.keys) == ({"1": 0, "#9": 1}, {"1": 11, "#9": 12})
    linked = adopted(head(title="A"), found, FIELDS)
    assert (linked.head, linked.lines) == ({"title": "B"}, None)


def test_days_and_amounts_are_exact() -> None:
    assert same(date(2026, 3, 2).isoformat(), "03/02/2026", Kind.DATE)
    assert same(str(Decimal("0.1") + Decimal("0.2")), "0.30", Kind.AMOUNT)
