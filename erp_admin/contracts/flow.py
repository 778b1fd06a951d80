"""Contracts: project contracts pulled, contract change orders pushed.

Declares its switch; the flow itself is not built yet.
"""

from integrations.lists import Permission
from integrations.settings.declared import Switch

SYNC_CONTRACTS = Switch(
    key="sync_contracts",
    label="Sync Contracts",
    effect="Read project contracts from Intacct and push contract change orders to project change orders.",
    permissions=(
        Permission("Projects", "Project contracts"),
        Permission("Projects", "Project contract lines", ("List", "View", "Add", "Edit")),
        Permission("Projects", "Project change orders", ("List", "View", "Add", "Edit")),
        Permission("Projects", "Change requests", ("List", "View", "Add", "Edit")),
    ),
    order=30,
)
