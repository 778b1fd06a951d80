"""The columns a file may have, declared once: reading, templates, the table in the docs and error messages follow.

Knows which column a header means, and proposes the one that was probably meant.
"""

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

from django.db import models

from erp_admin.models import CommitmentKind
from erp_admin.models.document_import import FileKind
from erp_admin.purchasing.checks import LONGEST_NUMBER
from integrations.models import Approval


class Value(Enum):
    """What a cell of a column holds."""

    TEXT = "text"
    NUMBER = "number of a document"
    DATE = "date"
    AMOUNT = "amount, 2 decimals"
    QUANTITY = "quantity, 4 decimals"
    PRICE = "unit price, 6 decimals"
    PERCENT = "percentage"
    WHOLE = "whole number"
    CURRENCY = "three letters"
    CHOICE = "one of"


class Level(StrEnum):
    HEAD = "document"
    LINE = "line"


@dataclass(frozen=True)
class Column:
    key: str
    label: str
    level: Level
    help: str
    value: Value = Value.TEXT
    is_needed: bool = False
    longest: int = 200
    other_names: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    example: str = ""

    @property
    def names(self) -> set[str]:
        """Every way its header may be written, made plain."""
        return {plain(name) for name in (self.key, self.label, *self.other_names)}

    @property
    def holds(self) -> str:
        """What it takes, in words."""
        if self.value is Value.CHOICE:
            return " or ".join(label for _, label in self.choices)
        if self.value in (Value.TEXT, Value.NUMBER):
            return f"text, at most {self.longest:,} characters"
        return str(self.value.value)


def _choices(members: Sequence[models.TextChoices]) -> tuple[tuple[str, str], ...]:
    return tuple((str(member.value), str(member.label)) for member in members)


def _head(key: str, label: str, help_: str, **more: object) -> Column:
    return Column(key, label, Level.HEAD, help_, **more)  # type: ignore[arg-type]


def _line(key: str, label: str, help_: str, **more: object) -> Column:
    return Column(key, label, Level.LINE, help_, **more)  # type: ignore[arg-type]


_STATUS = _head(
    "status",
    "Status",
    "Blank is Draft; one that exists keeps its approval, unless the file changes what was approved. Only approved ones "
    "are pushed.",
    value=Value.CHOICE,
    choices=_choices((Approval.DRAFT, Approval.APPROVED)),
    example="Approved",
)
_TOTAL = _head(
    "total",
    "Total",
    "Only to check: it must be the sum of the lines.",
    value=Value.AMOUNT,
    other_names=("document total", "contract amount", "commitment total", "grand total"),
    example="52500.00",
)
_LINES: Final = (
    _line(
        "line",
        "Line",
        "Number of the line; blank counts up.",
        value=Value.WHOLE,
        other_names=("line no", "line number", "line #", "item no"),
        example="1",
    ),
    _line(
        "description",
        "Description",
        "What the line is for.",
        is_needed=True,
        other_names=("line description", "description of work"),
        example="Footings",
    ),
    _line(
        "line_project",
        "Line project",
        "Number or name of the line's own project, where it differs from the document's.",
    ),
    _line(
        "cost_code",
        "Cost code",
        "Task of the project: its id or name.",
        other_names=("task", "task id", "phase", "phase code", "cost code id"),
        example="03-300",
    ),
    _line("cost_type", "Cost type", "Id; needs a cost code.", longest=40, other_names=("cost type id", "category")),
    _line("item", "Item", "Id; blank takes the Default Item.", longest=40, other_names=("item id",)),
    _line("location", "Location", "Id; blank takes the default.", longest=40, other_names=("location id",)),
    _line(
        "department", "Department", "Id; blank takes the default.", longest=40, other_names=("department id", "dept")
    ),
    _line("class", "Class", "Id.", longest=40, other_names=("class id",)),
    _line(
        "quantity",
        "Quantity",
        "Blank is 1.",
        value=Value.QUANTITY,
        other_names=("qty",),
        example="1",
    ),
    _line("unit", "Unit", "Blank takes the default unit.", longest=30, other_names=("uom", "unit of measure")),
    _line(
        "unit_price",
        "Unit price",
        "May be left out where there is an amount.",
        value=Value.PRICE,
        other_names=("price", "unit cost", "rate"),
        example="40000.00",
    ),
    _line(
        "amount",
        "Amount",
        "Quantity times unit price; checked where all three are given.",
        value=Value.AMOUNT,
        other_names=("line amount", "line total", "scheduled value", "extended"),
        example="40000.00",
    ),
    _line(
        "line_retainage",
        "Line retainage %",
        "Where it differs from the document's.",
        value=Value.PERCENT,
        other_names=("line retention",),
    ),
)
_COMMITMENT: Final = (
    _head(
        "number",
        "Number",
        "Unique. Blank on a row belongs to the document above.",
        value=Value.NUMBER,
        is_needed=True,
        longest=LONGEST_NUMBER,
        other_names=(
            "commitment number",
            "commitment no",
            "commitment",
            "contract number",
            "po number",
            "commitment #",
        ),
        example="SC-1001",
    ),
    _head(
        "title",
        "Title",
        "What it is for.",
        is_needed=True,
        other_names=("commitment title", "name", "contract title"),
        example="Concrete works",
    ),
    _head(
        "type",
        "Type",
        "What it becomes in Intacct follows from it.",
        value=Value.CHOICE,
        is_needed=True,
        choices=_choices(tuple(CommitmentKind)),
        other_names=("kind", "commitment type"),
        example="Subcontract",
    ),
    _head(
        "vendor_id",
        "Vendor ID",
        "As in Intacct; or give the name.",
        longest=40,
        other_names=("vendor no", "vendor number"),
    ),
    _head(
        "vendor",
        "Vendor",
        "Name or id; matched with the vendors read from Intacct.",
        other_names=("vendor name", "subcontractor", "supplier", "company"),
        example="Granite Peak Concrete LLC",
    ),
    _head(
        "project",
        "Project",
        "Number or name of a project here.",
        other_names=("project number", "project id", "job", "job number", "project name"),
        example="24-001",
    ),
    _head(
        "date",
        "Date",
        "YYYY-MM-DD is never misread.",
        value=Value.DATE,
        is_needed=True,
        other_names=("commitment date", "contract date", "order date", "dated on"),
        example="2026-03-02",
    ),
    _head("due_date", "Due date", "", value=Value.DATE, other_names=("due", "due on")),
    _head(
        "terms",
        "Terms",
        "Payment terms as named in Intacct.",
        longest=40,
        other_names=("payment terms",),
        example="Net 30",
    ),
    _head(
        "retainage",
        "Retainage %",
        "Blank is 0.",
        value=Value.PERCENT,
        other_names=("retention", "retention %", "retainage percent"),
        example="10",
    ),
    _head("currency", "Currency", "Blank is your company's.", value=Value.CURRENCY, longest=3),
    _STATUS,
    _head("scope", "Scope of work", "", longest=4000, other_names=("scope",)),
    _head(
        "entity", "Entity", "Id of the owning entity; blank is the top level.", longest=80, other_names=("entity id",)
    ),
    _TOTAL,
)
_CHANGE_ORDER: Final = (
    _head(
        "commitment",
        "Commitment",
        "Number of the commitment it changes, which exists here.",
        value=Value.NUMBER,
        is_needed=True,
        longest=LONGEST_NUMBER,
        other_names=("commitment number", "contract number", "po number", "subcontract"),
        example="SC-1001",
    ),
    _head(
        "number",
        "Number",
        "Unique within the commitment. Blank on a row belongs to the document above.",
        value=Value.NUMBER,
        is_needed=True,
        longest=LONGEST_NUMBER,
        other_names=("change order", "change order number", "co number", "cco number", "co #"),
        example="CO-1",
    ),
    _head("title", "Title", "What it is for.", is_needed=True, other_names=("name",), example="Deeper footings"),
    _head("date", "Date", "YYYY-MM-DD is never misread.", value=Value.DATE, is_needed=True, example="2026-04-01"),
    _head("reason", "Reason", "", other_names=("change reason",), example="Soil report"),
    _STATUS,
    _TOTAL,
)
_CHANGES_LINE: Final = _line(
    "changes_line",
    "Changes line",
    "Number of the commitment's line it changes; blank adds a line. The amount is the change.",
    value=Value.WHOLE,
    other_names=("commitment line", "changed line"),
)
COLUMNS: Final[dict[FileKind, tuple[Column, ...]]] = {
    FileKind.COMMITMENTS: (*_COMMITMENT, *_LINES),
    FileKind.CHANGE_ORDERS: (*_CHANGE_ORDER, _CHANGES_LINE, *_LINES),
}
# What a file with problems carries when it comes back corrected: our own words, not data.
PROBLEMS_COLUMN: Final = "Problems"


def plain(name: str) -> str:
    """A header or a choice without what people write differently: case, accents, punctuation, spaces."""
    decomposed = unicodedata.normalize("NFKD", name.casefold().replace("%", " percent ").replace("#", " number "))
    words = re.sub(r"[^a-z0-9]+", " ", "".join(sign for sign in decomposed if not unicodedata.combining(sign)))
    return " ".join(words.split())


@dataclass(frozen=True)
class Header:
    """Which cell of a row is which column, and the headers that mean none, with the column probably meant."""

    places: dict[str, int]
    unknown: dict[str, Column | None]


def parse_header(kind: FileKind, cells: Sequence[str]) -> tuple[Header, dict[str, list[str]]]:
    """The header in these cells; and, by label, the columns that more than one cell names."""
    by_name = {name: column for column in COLUMNS[kind] for name in column.names}
    places: dict[str, int] = {}
    twice: dict[str, list[str]] = {}
    unknown: list[str] = []
    for place, cell in enumerate(cells):
        column = by_name.get(plain(cell))
        if column is None:
            if cell and plain(cell) != plain(PROBLEMS_COLUMN):
                unknown.append(cell)
        elif column.key in places:
            twice.setdefault(column.label, [cells[places[column.key]]]).append(cell)
        else:
            places[column.key] = place
    free = {name: column for name, column in by_name.items() if column.key not in places}
    return Header(places, {cell: _meant(cell, free) for cell in unknown}), twice


def _meant(cell: str, free: dict[str, Column]) -> Column | None:
    near = difflib.get_close_matches(plain(cell), free, n=1, cutoff=0.78)
    return free[near[0]] if near else None
