"""The rows of a bill as an AP bill, of the head and of each line.

Owns the mapping and, as `reads`, the fields by which a bill is read back (developer.intacct.com, Accounts Payable >
Bills; object reference, bills). A table and nothing else.
"""

from typing import Final

from erp_admin.bills.settings import ACCOUNT, ACTION, URL_FIELD
from erp_admin.bills.sources import BillLineSource, BillSource
from erp_admin.purchasing.settings import DEPARTMENT, ITEM, LOCATION
from integrations.delivery.field_maps import Block, FunctionMap
from integrations.delivery.mapping import DocumentMapping, Mapping, Row
from integrations.delivery.values import Kind
from integrations.settings.declared import Setting

BillMapping = DocumentMapping[BillSource, BillLineSource]
OBJECT, LINE_OBJECT = "APBILL", "APBILLITEM"
LINK, STATE, MODIFIED = "LINK", "STATE", "WHENMODIFIED"


def setting_named(setting: Setting) -> str:
    return f"the setting “{setting.title}”"


HEAD: Final = Mapping[BillSource](
    (
        Row("VENDORID", "Vendor", "the bill", lambda s: s.bill.vendor_id, reads="VENDORID", fixed="vendor"),
        Row("RECORDID", "Bill number", "the bill", lambda s: s.bill.number, reads="RECORDID", fixed="number"),
        Row(
            "WHENCREATED", "Bill date", "the bill", lambda s: s.bill.dated_on,
            reads="WHENCREATED", kind=Kind.DATE,
        ),
        # Left out where it is the bill date, which Intacct then takes.
        Row(
            "WHENPOSTED", "Posting date", "the bill", lambda s: s.bill.posted_on,
            reads="WHENPOSTED", kind=Kind.DATE,
        ),
        Row("TERMNAME", "Terms", "the bill", lambda s: s.bill.term_name, reads="TERMNAME"),
        Row("WHENDUE", "Due date", "the bill", lambda s: s.bill.due_on, reads="WHENDUE", kind=Kind.DATE),
        Row(
            "DOCNUMBER", "Reference number", "the bill, else the number of its commitment", lambda s: s.reference,
            lambda s: "the bill" if s.bill.reference else "its commitment", reads="DOCNUMBER",
        ),
        Row("DESCRIPTION", "Description", "the bill", lambda s: s.bill.title, reads="DESCRIPTION"),
        Row(
            "CURRENCY", "Currency", "the bill", lambda s: s.bill.currency, reads="CURRENCY", fixed="currency",
            when="it is not the company's currency", sent_if=lambda s: s.is_foreign,
        ),
        # In a session of an entity a currency needs a rate type; empty means the company's standard one.
        Row(
            "EXCH_RATE_TYPE_ID", "Exchange rate type", "empty: the company's standard one", lambda s: "",
            when="a currency is sent", sent_if=lambda s: s.is_foreign,
            sends_empty=True, is_compared=False, is_explained=False,
        ),
        # Without it Intacct submits, on an update too (object reference, bills), so each write of a draft carries it.
        Row(
            "ACTION", "Action", f"{setting_named(ACTION)}; of a draft in Intacct always Draft", lambda s: s.action,
            lambda s: "it is a draft in Intacct" if s.bill.remote_id else s.choices[ACTION.key].source,
            is_compared=False,
        ),
        Row(
            LINK, "Link back", "address of its page here, in that custom field", lambda s: s.link,
            when=f"{setting_named(URL_FIELD)} names one", sent_if=lambda s: bool(s.link), is_compared=False,
        ),
        Row(
            "total", "Total", "the bill", lambda s: s.bill.total,
            reads="TRX_TOTALENTERED", kind=Kind.AMOUNT, is_element=False,
        ),
        # What Intacct shows besides: posting and payments move it without anybody editing the bill.
        Row(STATE, "State", reads="STATE", moves=True),
        Row("paid", "Paid", reads="TRX_TOTALPAID", kind=Kind.AMOUNT, moves=True),
        Row("due", "Due", reads="TRX_TOTALDUE", kind=Kind.AMOUNT, moves=True),
        Row(MODIFIED, "Modified", reads="WHENMODIFIED", moves=True, is_trace=True),
    ),
    lambda s: s.first,
)  # fmt: skip

LINES: Final = Mapping[BillLineSource](
    (
        Row(
            "ACCOUNTNO", "Account", f"the line, else {setting_named(ACCOUNT)}", lambda s: s.account,
            lambda s: s.filled_by(s.line.account_id, ACCOUNT),
            reads="ACCOUNTNO", filled_if=lambda s: not s.line.account_id,
        ),
        Row("TRX_AMOUNT", "Amount", "the line", lambda s: s.line.amount, reads="TRX_AMOUNT", kind=Kind.AMOUNT),
        Row("ENTRYDESCRIPTION", "Memo", "the line", lambda s: s.line.description, reads="ENTRYDESCRIPTION"),
        Row(
            "LOCATIONID", "Location", f"the line, else {setting_named(LOCATION)}", lambda s: s.location,
            lambda s: s.filled_by(s.line.location_id, LOCATION),
            reads="LOCATIONID", filled_if=lambda s: not s.line.location_id,
        ),
        Row(
            "DEPARTMENTID", "Department", f"the line, else {setting_named(DEPARTMENT)}", lambda s: s.department,
            lambda s: s.filled_by(s.line.department_id, DEPARTMENT),
            reads="DEPARTMENTID", filled_if=lambda s: not s.line.department_id,
        ),
        Row(
            "PROJECTID", "Project", "the line, else the bill", lambda s: s.project,
            lambda s: "the line" if s.line.project is not None else "the bill", reads="PROJECTID",
        ),
        Row("TASKID", "Cost code", "the line", lambda s: s.line.task_id, reads="TASKID"),
        Row("COSTTYPEID", "Cost type", "the line", lambda s: s.line.cost_type_id, reads="COSTTYPEID"),
        Row(
            "ITEMID", "Item", f"the line, else {setting_named(ITEM)}", lambda s: s.item,
            lambda s: s.filled_by(s.line.item_id, ITEM),
            reads="ITEMID", filled_if=lambda s: not s.line.item_id,
        ),
        Row("CLASSID", "Class", "the line", lambda s: s.line.class_id, reads="CLASSID"),
    ),
    lambda s: s.first,
)  # fmt: skip
MAPPING: Final = BillMapping(HEAD, LINES)
COURSE: Final = HEAD.course
_BLOCKS: Final = (Block("Head", OBJECT, HEAD), Block("Each line", LINE_OBJECT, LINES))
FUNCTIONS: Final = (
    FunctionMap(f"create {OBJECT}", "creates it", _BLOCKS),
    FunctionMap(
        f"update {OBJECT}",
        "changes a draft",
        _BLOCKS,
        is_update=True,
        lines="Where a line differs all lines are sent, and take the place of those that are there.",
    ),
)
