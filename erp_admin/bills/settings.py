"""The switch of bills, and what a company chooses about them.

Owns these declarations, each choice the vendor's reference leaves open at one place with its reason. Knows no value.
"""

from typing import Final

from erp_admin.purchasing.settings import CUT_OVER, DEPARTMENT, ITEM, LOCATION
from integrations.lists import Permission
from integrations.settings.declared import DEFAULTS, Need, Setting, Switch

SYNC_BILLS = Switch(
    key="sync_bills",
    label="Sync Bills",
    effect="Push approved bills to Accounts Payable in Intacct, with a link back.",
    permissions=(Permission("Accounts Payable", "Bills", ("List", "View", "Add", "Edit")),),
    order=40,
)
DRAFT, SUBMIT = "Draft", "Submit"
ACTION = Setting(
    "bill_action",
    "Bills in Intacct",
    "Drafts are looked at and posted there. Submitted ones are posted at once, or wait there for approval where "
    "Intacct asks for it; ERP Admin does not change them any more.",
    choices=((DRAFT, "Drafts"), (SUBMIT, "Submitted")),
    need=Need.WHEN_SWITCHED_ON,
    order=300,
)
URL_FIELD = Setting(
    "bill_url_field",
    "Custom field for the link back on bills",
    "Integration name of a custom field of the AP bill, filled with the address of the bill in ERP Admin.",
    levels=("company",),
    order=310,
)
REFUSE, ALLOW = "refuse", "allow"
OVERBILLING = Setting(
    "bill_overbilling",
    "Bills beyond their commitment",
    "Whether a bill is pushed that asks for more than its commitment, with approved change orders, has left.",
    choices=((REFUSE, "Are not pushed"), (ALLOW, "Are pushed; their pages show what is left")),
    default=REFUSE,
    order=305,
)
ACCOUNT: Final = next(setting for setting in DEFAULTS if setting.key == "default_account")
OWN: Final = (ACTION, OVERBILLING, URL_FIELD, LOCATION, DEPARTMENT, CUT_OVER)
# All that planning asks about, in one look-up for a project in an entity.
CHOICES: Final = (ACCOUNT, ITEM, *OWN)
