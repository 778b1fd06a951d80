"""Bills: pushed to Accounts Payable. Declares its switch; the flow itself is not built yet."""

from integrations.lists import Permission
from integrations.settings.declared import Switch

SYNC_BILLS = Switch(
    key="sync_bills",
    label="Sync Bills",
    effect="Push approved bills to Accounts Payable in Intacct, with a link back.",
    permissions=(
        Permission("Accounts Payable", "Bills", ("List", "View", "Add", "Edit")),
        Permission("Company", "Attachments", ("List", "View", "Add")),
        Permission("Company", "Attachment folders", ("List", "View", "Add")),
    ),
    order=40,
)
