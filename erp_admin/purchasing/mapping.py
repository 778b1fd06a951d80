"""The rows that commitments and their change orders share as purchasing transactions, of the head and of each line.

Owns the mapping and, as `reads`, the fields by which a transaction is read back (developer.intacct.com, Purchasing >
Purchasing transactions; object reference, purchasing transactions). A table and nothing else.
"""

import collections.abc as abc
from decimal import Decimal
from typing import Final

from erp_admin.models import CommitmentKind, ValuedLine
from erp_admin.purchasing.settings import CONVERSION, DEFINITIONS, DEPARTMENT, ITEM, LOCATION, STATE, UNIT
from erp_admin.purchasing.sources import LineSource, PurchaseSource
from integrations.delivery.field_maps import Block, FunctionMap
from integrations.delivery.mapping import DocumentMapping, Mapping, Row
from integrations.delivery.values import Kind
from integrations.settings.declared import Setting

PurchaseMapping = DocumentMapping[PurchaseSource, LineSource]
LONGEST_DESCRIPTION: Final = 200  # nominal (object reference, length limits); only free text may be cut
STATE_THERE, REVISED, MODIFIED = "state", "revised", "modified"


def setting_named(setting: Setting) -> str:
    return f"the setting “{setting.title}”"


def memo_of(line: ValuedLine) -> str:
    """What each line carries so that it is recognized when it is read back."""
    return f"Line {line.number}"


def memo_at(place: str) -> str:
    """The memo of the line at a place of a plan, such as “line 2”."""
    return place.capitalize()


def head_of(noun: str, number: str, definitions: abc.Mapping[CommitmentKind, Setting]) -> Mapping[PurchaseSource]:
    """The rows of the head, in the words of one type of document: what it is, where its number comes from, and the
    settings that choose its definition."""
    return Mapping(
        (
            Row(
                "transactiontype", "Transaction definition", " or ".join(map(setting_named, definitions.values())),
                lambda s: s.definition.value, lambda s: s.definition.source,
                reads="DOCPARID", fixed="type", filled_if=lambda s: True,
            ),
            Row("datecreated", "Date", noun, lambda s: s.document.dated_on, reads="WHENCREATED", kind=Kind.DATE),
            Row(
                "vendorid", "Vendor", "the commitment", lambda s: s.base.vendor_id,
                reads="CUSTVENDID", fixed="vendor", filled_if=lambda s: s.inherits,
            ),
            # A definition with a numbering sequence gives the number itself; without one it must be sent.
            Row(
                "documentno", "Document number", number, lambda s: s.number,
                when="the definition has no numbering sequence", sent_if=lambda s: not s.is_numbered_there,
                reads="DOCNO", fixed="number",
            ),
            # Always sent and can be queried: by it a document whose answer was lost is found again.
            Row("referenceno", "Reference number", number, lambda s: s.number, reads="PONUMBER"),
            Row(
                "termname", "Terms", "the commitment, else the definition where it has no due date either",
                lambda s: s.base.term_name or ("" if s.base.due_on else s.definition_term),
                lambda s: "the commitment" if s.base.term_name else "the definition",
                reads="TERM.NAME", filled_if=lambda s: s.inherits or not s.has_own_term,
            ),
            Row(
                "datedue", "Due date", "the commitment", lambda s: s.base.due_on,
                reads="WHENDUE", kind=Kind.DATE, filled_if=lambda s: s.inherits,
            ),
            Row("message", "Message", f"title of {noun}", lambda s: s.document.title, reads="MESSAGE"),
            Row(
                STATE_THERE, "State", setting_named(STATE),
                lambda s: s.choices[STATE.key].value, lambda s: s.choices[STATE.key].source,
                reads="STATE", moves=True, filled_if=lambda s: True,
            ),
            Row(
                "projectid", "Project", "the commitment", lambda s: s.project,
                reads="PROJECT", filled_if=lambda s: s.inherits,
            ),
            # The schema demands both, and takes them empty (object reference, purchasing transactions).
            *(
                Row(
                    name, label, "empty, as the schema demands it", lambda s: {"contactname": ""},
                    is_compared=False, is_explained=False,
                )
                for name, label in (("returnto", "Return to"), ("payto", "Pay to"))
            ),
            Row("currency", "Currency", reads="CURRENCY"),
            # What Intacct shows besides; invoices and change orders move the last three without anybody editing it.
            Row(
                "total", "Total", noun, lambda s: s.document.total,
                reads="TRX_TOTAL", kind=Kind.AMOUNT, is_element=False,
            ),
            Row(REVISED, "Revised total", reads="TRX_REVISEDTOTAL", kind=Kind.AMOUNT, moves=True),
            Row("converted", "Invoiced", reads="TOTALAMOUNTCONVERTED", kind=Kind.AMOUNT, moves=True),
            Row(MODIFIED, "Modified", reads="WHENMODIFIED", moves=True, is_trace=True),
        ),
        lambda s: s.first,
    )  # fmt: skip


LINES: Final = Mapping[LineSource](
    (
        Row(
            "itemid", "Item", f"the line, else {setting_named(ITEM)}",
            lambda s: s.item, lambda s: s.filled_by(s.line.item_id, ITEM, "Default Item"),
            reads="ITEMID", filled_if=lambda s: not s.line.item_id,
        ),
        Row(
            "itemdesc", "Description", f"the line, its first {LONGEST_DESCRIPTION} characters",
            lambda s: s.line.description[:LONGEST_DESCRIPTION], lambda s: "the line", reads="ITEMDESC",
        ),
        Row(
            "quantity", "Quantity", "the line, or 1 where conversion is by price",
            lambda s: Decimal(1) if s.is_lump_sum else s.line.quantity,
            lambda s: "1, because conversion is by price" if s.is_lump_sum else "the line",
            reads="UIQTY", kind=Kind.NUMBER,
        ),
        Row(
            "unit", "Unit", f"the line, else {setting_named(UNIT)}",
            lambda s: s.filled(s.line.unit, UNIT), lambda s: s.filled_by(s.line.unit, UNIT),
            reads="UNIT", filled_if=lambda s: not s.line.unit,
        ),
        Row(
            "price", "Price", "the line: its unit price, or its amount where conversion is by price",
            lambda s: s.line.amount if s.is_lump_sum else s.line.unit_price,
            lambda s: "the line's amount" if s.is_lump_sum else "the line", reads="UIPRICE", kind=Kind.AMOUNT,
        ),
        Row(
            "amount", "Amount", "the line", lambda s: s.line.amount,
            reads="TRX_VALUE", kind=Kind.AMOUNT, is_element=False,
        ),
        Row(
            "locationid", "Location", f"the line, else {setting_named(LOCATION)}", lambda s: s.location,
            lambda s: s.filled_by(s.line.location_id, LOCATION),
            reads="LOCATIONID", filled_if=lambda s: not s.line.location_id,
        ),
        Row(
            "departmentid", "Department", f"the line, else {setting_named(DEPARTMENT)}", lambda s: s.department,
            lambda s: s.filled_by(s.line.department_id, DEPARTMENT),
            reads="DEPARTMENTID", filled_if=lambda s: not s.line.department_id,
        ),
        Row(
            "memo", "Memo", "number of the line in ERP Admin", lambda s: memo_of(s.line),
            reads="MEMO", filled_if=lambda s: s.keeps_memo,
        ),
        Row(
            "projectid", "Project", "the line, else the document", lambda s: s.project,
            lambda s: "the line" if s.line.project is not None else "the document",
            reads="PROJECTID", filled_if=lambda s: s.head.inherits and s.line.project is None,
        ),
        Row("taskid", "Cost code", "the line", lambda s: s.line.task_id, reads="TASKID"),
        Row("costtypeid", "Cost type", "the line", lambda s: s.line.cost_type_id, reads="COSTTYPEID"),
        Row("classid", "Class", "the line", lambda s: s.line.class_id, reads="CLASSID"),
        Row(
            "retainagepercentage", "Retainage %", "the line, else the document",
            lambda s: s.retainage or "",
            lambda s: "the document" if s.line.retainage_percent is None else "the line",
            reads="RETAINAGEPERCENTAGE", kind=Kind.NUMBER,
            filled_if=lambda s: s.head.inherits and s.line.retainage_percent is None,
        ),
        Row(
            "conversiontype", "Conversion type", setting_named(CONVERSION),
            lambda s: s.choices[CONVERSION.key].value, lambda s: s.choices[CONVERSION.key].source,
            reads="CONVERSIONTYPE", filled_if=lambda s: True,
        ),
    ),
    lambda s: s.first,
)  # fmt: skip
# What a record shows of a document of either type.
SHARED: Final = PurchaseMapping(head_of("the document", "its number", DEFINITIONS), LINES)
COURSE: Final = SHARED.head.course


def functions_of(mapping: PurchaseMapping, *, is_updated: bool) -> tuple[FunctionMap, ...]:
    """The functions that write documents of a mapping, for the docs."""
    blocks = (Block("Head", "PODOCUMENT", mapping.head), Block("Each line", "PODOCUMENTENTRY", mapping.lines))
    create = FunctionMap("create_potransaction", "creates it", blocks)
    if not is_updated:
        return (create,)
    return create, FunctionMap("update_potransaction", "changes it", blocks, is_update=True)
