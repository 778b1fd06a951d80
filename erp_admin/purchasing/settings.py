"""The switch of purchasing documents, and what a company chooses about them.

Owns these declarations, each choice the vendor's reference leaves open at one place with its reason. Knows no value.
"""

from typing import Final

from erp_admin.models import CommitmentKind
from erp_admin.purchasing.cautions import change_cautions, numbering_notes, order_cautions
from erp_admin.purchasing.fitting import (
    PURCHASE_ORDER_CHANGES,
    PURCHASE_ORDERS,
    SUBCONTRACT_CHANGES,
    SUBCONTRACTS,
)
from integrations.lists import Permission
from integrations.settings.declared import DEFAULTS, Need, Setting, Switch

SYNC_COMMITMENTS = Switch(
    key="sync_commitments",
    label="Sync Commitments",
    effect="Push commitments and commitment change orders to purchasing transactions in Intacct.",
    permissions=(
        Permission("Purchasing", "Purchasing transaction definitions"),
        Permission("Purchasing", "Purchasing transactions", ("List", "View", "Add", "Edit")),
    ),
    order=20,
)

DEFINITIONS: Final = {
    CommitmentKind.SUBCONTRACT: Setting(
        "subcontract_definition",
        "definition for subcontracts",
        "The purchasing transaction definition a subcontract becomes.",
        list_key="purchasing_definitions",
        need=Need.WHEN_SWITCHED_ON,
        order=200,
        cautions=order_cautions,
        notes=numbering_notes,
        fitting=SUBCONTRACTS.fitting,
    ),
    CommitmentKind.PURCHASE_ORDER: Setting(
        "purchase_order_definition",
        "definition for purchase orders",
        "The purchasing transaction definition a purchase order becomes.",
        list_key="purchasing_definitions",
        need=Need.WHEN_SWITCHED_ON,
        order=205,
        cautions=order_cautions,
        notes=numbering_notes,
        fitting=PURCHASE_ORDERS.fitting,
    ),
}
CHANGE_DEFINITIONS: Final = {
    CommitmentKind.SUBCONTRACT: Setting(
        "subcontract_change_definition",
        "definition for subcontract change orders",
        "The purchasing transaction definition a change order of a subcontract becomes.",
        list_key="purchasing_definitions",
        need=Need.WHEN_SWITCHED_ON,
        order=210,
        cautions=change_cautions,
        notes=numbering_notes,
        fitting=SUBCONTRACT_CHANGES.fitting,
    ),
    CommitmentKind.PURCHASE_ORDER: Setting(
        "purchase_order_change_definition",
        "definition for purchase order change orders",
        "The purchasing transaction definition a change order of a purchase order becomes.",
        list_key="purchasing_definitions",
        need=Need.WHEN_SWITCHED_ON,
        order=215,
        cautions=change_cautions,
        notes=numbering_notes,
        fitting=PURCHASE_ORDER_CHANGES.fitting,
    ),
}
UNIT = Setting("purchasing_unit", "Unit of measure", "The unit of lines that name none.", default="Each", order=230)
STATE = Setting(
    "purchasing_state",
    "State in Intacct",
    "The state a pushed document gets: a draft to be looked at there, or pending, which is open at once.",
    choices=(("Pending", "Pending"), ("Draft", "Draft")),
    default="Pending",
    order=240,
)
BY_PRICE: Final = "Price"
CONVERSION = Setting(
    "purchasing_conversion",
    "Conversion to invoices",
    "Price: an invoice takes part of a line's amount, for lump sums. Quantity: it takes units.",
    choices=((BY_PRICE, "Price"), ("Quantity", "Quantity")),
    default=BY_PRICE,
    order=250,
)
LOCATION = Setting(
    "default_location", "Default location", "The location of lines that name none.", list_key="locations", order=260
)
DEPARTMENT = Setting(
    "default_department",
    "Default department",
    "The department of lines that name none.",
    list_key="departments",
    order=270,
)
URL_FIELD = Setting(
    "purchasing_url_field",
    "Custom field for the link back",
    "Integration name of a custom field of the transaction, filled with the address of the document in ERP Admin.",
    levels=("company",),
    order=280,
)
ADDED, CHANGED = "added", "changed"
# Whether quantity and price of a changed line are the change or the new value, the vendor's reference leaves open. An
# added line, whose amount is the change, is right under both readings, and each of our lines keeps one for invoicing.
LINE_CHANGES = Setting(
    "change_order_lines",
    "Lines of change orders",
    "As added lines: always right. As changes of a line: only for a company whose Intacct takes the price of a changed "
    "line as the change itself; try it with one small change order and compare the revised total.",
    choices=((ADDED, "Every change is an added line"), (CHANGED, "Changes refer to the line they change")),
    default=ADDED,
    levels=("company",),
    order=285,
)
CUT_OVER = Setting(
    "cut_over_date",
    "Cut-over date",
    "Documents dated before it are the baseline: they are in Intacct already and are never pushed.",
    is_date=True,
    levels=("company",),
    order=290,
)
SHARED_SETTINGS: Final = (UNIT, STATE, CONVERSION, LOCATION, DEPARTMENT, URL_FIELD, CUT_OVER)
ITEM: Final = next(setting for setting in DEFAULTS if setting.key == "default_item")
# All that planning asks about, in one look-up for a project in an entity.
CHOICES: Final = (ITEM, LINE_CHANGES, *SHARED_SETTINGS, *DEFINITIONS.values(), *CHANGE_DEFINITIONS.values())
