"""Lists as files: numbers and dates as such, texts never as formulas, columns as chosen, nothing kept in memory."""

import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from accounts.ui.list_files import CSV, XLSX, form_of, list_file, rows_of
from accounts.ui.shown import ShownState
from accounts.ui.table import AMOUNT, DATE, ID, MOMENT, STATE, TEXT, Cell, Field, chosen_fields, file_fields

Row = dict[str, Any]
FIELDS: tuple[Field[Row], ...] = (
    Field("number", "Number", ID, lambda row: Cell(row["number"]), is_fixed=True),
    Field("text", "Text", TEXT, lambda row: Cell(row["text"])),
    Field("date", "Date", DATE, lambda row: Cell(row["date"])),
    Field("amount", "Amount", AMOUNT, lambda row: Cell(row["amount"])),
    Field("state", "State", STATE, lambda row: Cell(row["state"]), is_default=False),
    Field("at", "At", MOMENT, lambda row: Cell(row["at"])),
    Field("currency", "Currency", TEXT, lambda row: Cell("USD"), in_files=True),
)
ONE: Row = {
    "number": "SC-1", "text": "Footings", "date": date(2026, 3, 4), "amount": Decimal("-1234.50"),
    "state": ShownState("ready", "Ready", "info", "send"), "at": datetime(2026, 3, 4, 14, 30, tzinfo=UTC),
}  # fmt: skip
FORMULAS = ("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "\tx", "-2+3")


def _naive(*parts: int) -> datetime:
    """As workbooks hold moments: without a zone."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[misc, arg-type]


def made(form: str, rows: Iterator[list[Any]]) -> bytes:
    return b"".join(list_file("demo", form, FIELDS, rows).streaming_content)  # type: ignore[arg-type]


def test_a_workbook_holds_numbers_and_dates_as_such() -> None:
    sheet = load_workbook(io.BytesIO(made(XLSX, rows_of(FIELDS, [ONE])))).active
    assert sheet is not None
    head, row = sheet.iter_rows()
    assert [cell.value for cell in head] == ["Number", "Text", "Date", "Amount", "State", "At", "Currency"]
    assert [cell.value for cell in row] == [
        "SC-1", "Footings", _naive(2026, 3, 4), -1234.5, "Ready", _naive(2026, 3, 4, 14, 30), "USD",
    ]  # fmt: skip
    assert row[3].number_format == "#,##0.00"


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_computed(text: str) -> None:
    rows = rows_of(FIELDS, [{**ONE, "text": text}])
    sheet = load_workbook(io.BytesIO(made(XLSX, rows))).active
    assert sheet is not None
    cell = sheet["B2"]
    assert (cell.data_type, cell.value) == ("s", text)
    as_csv = made(CSV, rows_of(FIELDS, [{**ONE, "text": text}])).decode("utf-8-sig")
    assert f"'{text}" in as_csv


def test_a_text_that_no_workbook_holds_is_sent_without_those_signs() -> None:
    sheet = load_workbook(io.BytesIO(made(XLSX, rows_of(FIELDS, [{**ONE, "text": "a\x00b\x1fc"}])))).active
    assert sheet is not None
    assert sheet["B2"].value == "abc"


@pytest.mark.parametrize(
    "text", ["Béton\u00a0& Frères", "大成\u3000建設", "نیم\u200cفاصله", "👷‍♀️ Crew", "a\u2028b", "\ue000"]
)
def test_a_text_that_a_workbook_holds_is_the_same_there_as_on_the_page(text: str) -> None:
    sheet = load_workbook(io.BytesIO(made(XLSX, rows_of(FIELDS, [{**ONE, "text": text}])))).active
    assert sheet is not None
    assert sheet["B2"].value == text


def test_a_file_holds_what_the_page_shows_and_the_currency() -> None:
    assert [each.key for each in chosen_fields(FIELDS, ["amount", "unheard"])] == ["number", "amount"]
    assert [each.key for each in file_fields(FIELDS, ["amount"])] == ["number", "amount", "currency"]
    assert [each.key for each in chosen_fields(FIELDS, ["unheard"])] == ["number", "text", "date", "amount", "at"]


@pytest.mark.parametrize("form", [CSV, XLSX])
def test_memory_does_not_grow_with_the_rows(form: str) -> None:
    def peak(number: int) -> int:
        tracemalloc.start()
        for _ in list_file("demo", form, FIELDS, rows_of(FIELDS, (ONE for _ in range(number)))).streaming_content:  # type: ignore[union-attr]
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)  # what is loaded once
    assert peak(6_000) < peak(600) + 1_000_000


@pytest.mark.parametrize(("asked", "form"), [("", CSV), ("xlsx", XLSX), ("exe", CSV)])
def test_an_unknown_form_is_csv(asked: str, form: str) -> None:
    assert form_of(asked) == form
