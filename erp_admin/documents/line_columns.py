"""The columns of the grid in which lines are entered: what each holds, from which list, and when it is shown.

Owns the shape of a column and those that every line with a value has. Reads no cell; each document type may declare
columns of its own.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Reads(StrEnum):
    """As what the text of a cell is read."""

    TEXT = "text"
    QUANTITY = "quantity"
    PRICE = "price"
    AMOUNT = "amount"
    PERCENT = "percent"
    CODE = "code"  # the id of a record of a mirrored list
    PROJECT = "project"  # the number of a project kept here
    CHANGED = "changed"  # the number of the line it changes, of the document that this one belongs to


NUMBERS: Final = (Reads.QUANTITY, Reads.PRICE, Reads.AMOUNT, Reads.PERCENT)


@dataclass(frozen=True)
class LineColumn:
    """`name` is the field of the line; `file_keys` are columns of files of the same meaning, whose headers a paste has.

    `within` names the columns that narrow its list. A column that `is_more` is hidden until it is wanted or filled in.
    """

    name: str
    label: str
    reads: Reads = Reads.TEXT
    file_keys: tuple[str, ...] = ()
    list_key: str = ""
    within: tuple[str, ...] = ()
    longest: int = 40
    is_needed: bool = False
    is_more: bool = False
    default: str = ""
    help: str = ""


CHANGES_LINE: Final = LineColumn(
    "changes_line",
    "Changes line",
    Reads.CHANGED,
    ("changes_line",),
    help="Number of the line it changes; blank adds a line.",
)
VALUED: Final = (
    LineColumn("description", "Description", Reads.TEXT, ("description",), longest=200, is_needed=True),
    LineColumn("task_id", "Cost code", Reads.CODE, ("cost_code",), "tasks", ("project",)),
    LineColumn("cost_type_id", "Cost type", Reads.CODE, ("cost_type",), "cost_types", ("project", "task_id")),
    LineColumn("quantity", "Quantity", Reads.QUANTITY, ("quantity",), default="1", help="Blank is 1."),
    LineColumn("unit", "Unit", Reads.TEXT, ("unit",), longest=30),
    LineColumn("unit_price", "Unit price", Reads.PRICE, ("unit_price",)),
    LineColumn(
        "amount", "Amount", Reads.AMOUNT, ("amount",), help="Quantity times unit price; typed, it makes the unit price."
    ),
    LineColumn("project", "Project", Reads.PROJECT, ("line_project", "project"), is_more=True),
    LineColumn("item_id", "Item", Reads.CODE, ("item",), "items", is_more=True),
    LineColumn("location_id", "Location", Reads.CODE, ("location",), "locations", is_more=True),
    LineColumn("department_id", "Department", Reads.CODE, ("department",), "departments", is_more=True),
    LineColumn("class_id", "Class", Reads.CODE, ("class",), "classes", is_more=True),
    LineColumn("retainage_percent", "Retainage %", Reads.PERCENT, ("line_retainage", "retainage"), is_more=True),
)
# What choosing the line that is changed copies from it into cells that are empty.
COPIED: Final = (
    "description", "task_id", "cost_type_id", "unit", "unit_price", "project", "item_id", "location_id",
    "department_id", "class_id",
)  # fmt: skip
