"""When two numbers are the same: the one rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_admin.grammar.identity import identity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(
            ("SC-1", "sc-1"),
            ("SC-1", "SC‑1"),
            ("SC-1", "SC–1"),
            ("SC-1", "SC−1"),
            ("SC-1", "ＳＣ－１"),
            ("SC-1", " SC-1 "),
        ),
        *(("SC 1", "SC\u00a01"), ("SC  1", "SC 1"), ("SC\n1", "SC 1"), ("SC-1", "SC\u200b-1"), ("SC-1", "\ufeffSC-1")),
        *(
            ("Straße", "STRASSE"),
            ("Café", "Cafe\u0301"),
            ("ﬁ", "FI"),
            ("Å", "Å"),
            ("SC-\u00ad1", "SC-1"),
            ("İ", "i̇"),
            ("№1", "no1"),
        ),
    ],
)
def test_these_are_the_same(one: str, other: str) -> None:
    assert identity(one) == identity(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("SC-1", "SC1"), ("SC-1", "SC-01"), ("3.10", "3.1"), ("Мост", "Дом"), ("東側", "北側"), ("Cafe", "Café")),
        *(("SC-1", "SC-1a"), ("SC/1", "SC-1"), ("SC 1", "SC1"), ("1〜2", "1-2"), ("О1", "O1"), ("SC_1", "SC-1")),
    ],
)
def test_these_are_not(one: str, other: str) -> None:
    assert identity(one) != identity(other)


@given(st.text(max_size=30))
def test_an_identity_is_its_own_identity(text: str) -> None:
    assert identity(identity(text)) == identity(text)


@given(st.text(max_size=30))
def test_case_and_spaces_at_the_ends_make_no_difference(text: str) -> None:
    assert identity(f" {text}\u200e ") == identity(text)
    if text.upper().lower() == text.lower():
        assert identity(text.upper()) == identity(text.lower()) == identity(text)
