"""Two numbers are the same or they are not, by one rule; whatever is written twice alike is one."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_admin.grammar.identity import identity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("F17-A", "f17-a"),
        ("ＳＣ－１", "sc-1"),
        ("SC\u20111", "SC-1"),  # a dash that does not break
        ("SC\u22121", "SC-1"),  # a minus sign
        ("SC\u20131", "SC\u20141"),
        ("SC\u20431", "SC-1"),
        ("SC-1", " SC-1\u00a0"),
        ("SC  1", "SC\u2003\t1"),
        ("SC\u00ad-1", "SC-1"),
        ("SC-1\u200b", "\u200eSC-1"),
        ("SC-1\ufe0f", "SC-1"),
        ("SC\u3164-1", "SC-1"),
        ("Per\u00fa-1", "Peru\u0301-1"),
        ("Stra\u00dfe 1", "STRASSE 1"),
        ("\ufb01rm-1", "FIRM-1"),  # a ligature
        ("ΟΔΟΣ-1", "οδος-1"),
        ("№ 7", "No 7"),
        ("SC-①", "SC-1"),
        ("\u0344", "\u0308\u0301"),
        ("Peru\u200b\u0301-1", "Per\u00fa-1"),
    ],
)
def test_what_is_one(one: str, other: str) -> None:
    assert identity(one) == identity(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SC-1", "SC1"),
        ("SC-1", "SC 1"),
        ("SC-1", "SC-01"),
        ("SC-1", "SC_1"),
        ("SC-1", "SC.1"),
        ("Мост", "Дом"),
        ("東側", "北側"),
        ("Й-1", "И-1"),
        ("ガス", "カス"),
        ("ی-1", "ا-1"),
        ("Müller", "Muller"),
        ("SC-1", ""),
    ],
)
def test_what_is_two(one: str, other: str) -> None:
    assert identity(one) != identity(other)


@given(st.text(max_size=60))
def test_it_is_the_same_in_every_form_and_case(number: str) -> None:
    known = identity(number)
    assert identity(known) == known
    assert all(identity(unicodedata.normalize(form, number)) == known for form in ("NFC", "NFD", "NFKC", "NFKD"))
    assert identity(number.casefold()) == known
    assert identity(f" {number}\n") == known
    assert "\n" not in known


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_is_no_case_of_its_own(number: str) -> None:
    assert identity(f"{number}\u200b") == identity(number)
