"""The columns of files of commitments and change orders: reading, templates, the table in the docs and messages follow.

Owns the words and nothing else.
"""

from typing import Final

from erp_admin.documents.columns import Column, Level, Value, choices_of
from erp_admin.models import CommitmentKind
from erp_admin.purchasing.checks import FORBIDDEN_IN_NUMBERS, LONGEST_NUMBER
from integrations.models import Approval


def _head(key: str, label: str, help_: str, **more: object) -> Column:
    return Column(key, label, Level.HEAD, help_, **more)  # type: ignore[arg-type]


def _line(key: str, label: str, help_: str, **more: object) -> Column:
    return Column(key, label, Level.LINE, help_, **more)  # type: ignore[arg-type]


STATUS: Final = _head(
    "status",
    "Status",
    "Blank is Draft; one that exists keeps its approval, unless the file changes what was approved. Only approved ones "
    "are pushed.",
    value=Value.CHOICE,
    choices=choices_of((Approval.DRAFT, Approval.APPROVED)),
    example="Approved",
)
TOTAL: Final = _head(
    "total",
    "Total",
    "Only to check: it must be the sum of the lines.",
    value=Value.AMOUNT,
    other_names=("document total", "contract amount", "commitment total", "grand total"),
    example="52500.00",
)
LINES: Final = (
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
        is_prose=True,
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
COMMITMENT: Final = (
    _head(
        "number",
        "Number",
        "Unique. Blank on a row belongs to the document above.",
        value=Value.NUMBER,
        is_needed=True,
        longest=LONGEST_NUMBER,
        forbidden=FORBIDDEN_IN_NUMBERS,
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
        is_prose=True,
        other_names=("commitment title", "name", "contract title"),
        example="Concrete works",
    ),
    _head(
        "type",
        "Type",
        "What it becomes in Intacct follows from it.",
        value=Value.CHOICE,
        is_needed=True,
        choices=choices_of(CommitmentKind),
        short_choices=(
            ("SC", "subcontract"),
            ("sub", "subcontract"),
            ("PO", "purchase_order"),
            ("purchase", "purchase_order"),
        ),
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
        "Number or name of a project in ERP Admin.",
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
    STATUS,
    _head("scope", "Scope of work", "", longest=4000, is_prose=True, other_names=("scope",)),
    _head(
        "entity", "Entity", "Id of the owning entity; blank is the top level.", longest=80, other_names=("entity id",)
    ),
    TOTAL,
    *LINES,
)
CHANGES_LINE: Final = _line(
    "changes_line",
    "Changes line",
    "Number of the commitment's line it changes; blank adds a line. The amount is the change.",
    value=Value.WHOLE,
    other_names=("commitment line", "changed line"),
)
CHANGE_ORDER: Final = (
    _head(
        "commitment",
        "Commitment",
        "Number of the commitment it changes, which exists in ERP Admin.",
        value=Value.NUMBER,
        is_needed=True,
        longest=LONGEST_NUMBER,
        forbidden=FORBIDDEN_IN_NUMBERS,
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
        forbidden=FORBIDDEN_IN_NUMBERS,
        other_names=("change order", "change order number", "co number", "cco number", "co #"),
        example="CO-1",
    ),
    _head(
        "title",
        "Title",
        "What it is for.",
        is_needed=True,
        is_prose=True,
        other_names=("name",),
        example="Deeper footings",
    ),
    _head("date", "Date", "YYYY-MM-DD is never misread.", value=Value.DATE, is_needed=True, example="2026-04-01"),
    _head("reason", "Reason", "", is_prose=True, other_names=("change reason",), example="Soil report"),
    STATUS,
    TOTAL,
    CHANGES_LINE,
    *LINES,
)
