"""An accounting date is read in both notations Intacct uses, and what is no date is never guessed to be one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.intacct import parse_date
from integrations.intacct.values import format_date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("03/04/2026", date(2026, 3, 4)),
        ("3/4/2026", date(2026, 3, 4)),
        ("2026-03-04", date(2026, 3, 4)),
        ("02/29/2028", date(2028, 2, 29)),
        ("2000-02-29", date(2000, 2, 29)),
        ("12/31/9999", date(9999, 12, 31)),
        ("", None),
    ],
)
def test_dates_are_read_in_two_notations(text: str, day: date | None) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "02/29/2026", "02/29/1900", "2026-02-29", "13/01/2026", "31/12/2026", "00/10/2026", "01/00/2026", "01/01/0000",
        "1/2/26", "2026-3-4", "2026/03/04", "03-04-2026", "03/04/2026 10:11:12", "2026-03-04T00:00:00", " 03/04/2026",
        "03/04/2026\n", "٠٣/٠٤/٢٠٢٦", "soon", "null", "/", "//", "0", "-",
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        parse_date(text)


@given(st.dates())
def test_a_date_survives_being_written_and_read(day: date) -> None:
    assert parse_date(format_date(day)) == parse_date(day.isoformat()) == day


@given(st.text())
def test_any_text_is_a_date_nothing_or_refused(text: str) -> None:
    try:
        day = parse_date(text)
    except ValueError:
        return
    assert (day is None) == (text == "")
