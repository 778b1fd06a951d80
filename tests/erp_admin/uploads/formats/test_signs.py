"""Signs of cells: what cannot be seen is left out and counted, what means nothing is named, all else stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_admin.uploads.formats.signs import Signs, cleaned


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("\u202a1,234.50\u202c", "1,234.50"),
        ("\u200e3/\u200e4/2026", "3/4/2026"),
        ("\u20665\u2069", "5"),
        ("con\u00adcrete", "concrete"),
        ("a\ufeffb", "ab"),
        ("a\u200bb\u2060c", "abc"),
        ("a\u200db", "ab"),
        ("SC\x07-1", "SC-1"),
        ("a\u061cb", "ab"),
        ("a\u00a0b", "a b"),
        ("1\u202f234,50", "1 234,50"),
        ("東側\u3000工事", "東側 工事"),
        ("a\u2028b\x0bc\x85d", "a\nb\nc\nd"),
        ("a\x00b", "ab"),
        ("\u2800", ""),
        ("X\ufe0f", "X"),
    ],
)
def test_what_cannot_be_seen_is_left_out_and_noted(text: str, left: str) -> None:
    signs = Signs()
    assert signs.cell(text, 7).text == left
    assert bool(signs.notes()) == ("\u2028" not in text)
    assert all("first in row 7" in note for note in signs.notes())


@pytest.mark.parametrize("text", ["می‌خواهم", "👩‍🔧", "❤️", "Ñandú", "Straße", "ﬁ", "½", "Ⅳ", "a\tb", "𠮷野家", "葛󠄀城"])
def test_what_belongs_to_a_text_stays(text: str) -> None:
    signs = Signs()
    cell = signs.cell(text, 1)
    assert (cell.text, cell.concerns, signs.notes()) == (text, (), [])


@pytest.mark.parametrize("sign", [0xFFFD, 0xD801, 0xE000, 0xE0041, 0xF0000, 0x10FFFE, 0xFFFE, 0xFDD0, 0xFFF9])
def test_what_means_nothing_is_named_at_its_cell(sign: int) -> None:
    assert len(Signs().cell(f"a{chr(sign)}b", 1).concerns) == 1


@given(st.text())
def test_cleaning_is_done_once_and_ends(text: str) -> None:
    once = cleaned(text)
    assert "\ud800" not in once
    assert once == once.strip()
    assert cleaned(once) in (once, once[1:].strip())  # but for the apostrophe of a guarded cell
