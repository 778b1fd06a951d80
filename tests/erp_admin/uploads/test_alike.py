"""Names that are alike are found as by comparing each with each: the same best ones, and the same decision."""

import difflib
from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from erp_admin.uploads.alike import AlikeNames, pieces_of
from erp_admin.uploads.matching import LEAST_SCORE, Index, Record, comparable

WORDS = ["granite", "peak", "concrete", "north", "wind", "northwind", "rofing", "roofing", "a", "ab", "müller", "ガス"]
NAMES = st.lists(st.sampled_from(WORDS) | st.text("abcdeé1 -&.", max_size=8), min_size=1, max_size=4).map(" ".join)


def shared(name: str, other: str) -> int:
    return len(pieces_of(name) & pieces_of(other))


@given(st.lists(NAMES, max_size=60), NAMES, st.integers(1, 5))
def test_those_that_share_the_most_are_found(names: list[str], name: str, most: int) -> None:
    found = AlikeNames(names).most_alike(name, most)
    assert len(set(found)) == len(found)
    counts = Counter({place: shared(name, other) for place, other in enumerate(names) if shared(name, other)})
    best = sorted(counts.values(), reverse=True)[:most]
    assert sorted((counts[place] for place in found), reverse=True)[:most] == best
    assert all(counts[place] >= best[-1] for place in found)


@given(st.lists(NAMES, max_size=20), st.lists(NAMES, max_size=5))
def test_what_was_expected_is_answered_as_what_was_not(names: list[str], asked: list[str]) -> None:
    told, untold = AlikeNames(names), AlikeNames(names)
    told.expect(asked)
    assert [told.most_alike(each, 3) for each in asked] == [untold.most_alike(each, 3) for each in asked]


@given(st.lists(NAMES, max_size=35, unique=True), NAMES)
@example(["granite peak concrete", "granite peak concreets"], "granite peak concreta")
@example(["northwind roofing"] * 1, "northwind rofing")
def test_suggestions_are_those_of_comparing_each_with_each(names: list[str], text: str) -> None:
    index = Index()
    for place, name in enumerate(names):
        index.add(Record(f"#{place}", (f"#{place}",), name))
    wanted = comparable(text)
    scored = []
    for place, name in enumerate(names):
        other = comparable(name)
        if other and shared(wanted, other):
            score = round(difflib.SequenceMatcher(None, other, wanted, autojunk=False).ratio() * 100)
            if score >= LEAST_SCORE:
                scored.append((-score, f"#{place} {name}".strip()))
    found = index._near(text)
    assert [(-score, record.label) for record, score in found] == sorted(scored)[:5]


def test_the_last_of_many_that_are_alike_is_found_among_them() -> None:
    """A thousand names that differ in a number: bits beyond any machine word, and counts that tie."""
    names = [f"vendor {number:04} co" for number in range(1_000)]
    alike = AlikeNames(names)
    assert alike.most_alike("vendor 0999 co", 1)[0] == 999
    assert 999 in alike.most_alike("vendr 0999 co", 40)
    assert len(alike.most_alike("vendor", 40)) <= 120
    assert alike.most_alike("qx", 40) == []
    assert AlikeNames([]).most_alike("vendor", 40) == []


@given(st.text(st.characters(max_codepoint=127), max_size=30))
def test_a_plain_name_is_compared_as_any_other(name: str) -> None:
    """Plain names go a shorter way: a sign that is not plain and folds to nothing makes no difference."""
    assert comparable(name) == comparable(name + "\u00ad")
