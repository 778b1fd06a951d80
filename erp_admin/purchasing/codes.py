"""The codes of commitments and change orders. Owns their general words and places.

The register is accounts.codes; what is true of every delivered document stands in integrations.codes.
"""

from typing import Final

from accounts.codes import Code
from erp_admin.codes import PROJECTS
from integrations.codes import DOCUMENT, EDIT_DOCUMENT, EDIT_PARENT, LINK_DOCUMENT, SETTINGS

PURCHASING: Final = {
    "Commitments and change orders": (
        Code("NOT-APPROVED", "Only an approved document is pushed", "Approve it first.", DOCUMENT),
        Code("BASELINE", "The document is dated before the cut-over", "Link it to its document in Intacct, or change "
             "the cut-over date in the settings.", LINK_DOCUMENT),
        Code("PROJECT", "The project is not linked to one in Sage Intacct", "Import or link it under Projects.",
             PROJECTS),
        Code("VENDOR", "The vendor is not matched to one in Sage Intacct", "Choose the vendor.", EDIT_PARENT),
        Code("SETTING", "A setting that the document needs is not chosen or does not fit", "A company admin chooses it "
             "under Settings → Integrations → Sage Intacct → Settings.", SETTINGS),
        Code("NO-LINES", "The document has no lines, so there is nothing to approve", "Enter its lines first.",
             EDIT_DOCUMENT),
        Code("LINE-CHANGED", "A line cannot be removed, because a change order changes it", "Remove the line of the "
             "change order first.", DOCUMENT),
        Code("VOID", "The commitment is void, so it takes no change orders", "Set it back to draft first.",
             EDIT_PARENT),
        Code("CHANGE-ORDERS", "The commitment has change orders that are not void", "Void those first.", DOCUMENT),
        Code("APPROVAL", "The decision does not fit the state of the document", "Look at its state: its page offers "
             "the decisions that fit.", DOCUMENT),
        Code("DIFFERENT", "Sage Intacct holds other values than the document", "Take over what Intacct holds, or "
             "change it there and refresh it.", DOCUMENT),
    ),
}  # fmt: skip
