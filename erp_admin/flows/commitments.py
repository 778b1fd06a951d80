"""Commitments: pushed to purchasing transactions. Declares its switch; the flow itself is not built yet."""

from integrations.engine.flow import Switch
from integrations.lists import Permission

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
