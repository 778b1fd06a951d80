"""Every kind of list mirrored from Intacct, declared once. Import the names below and nothing deeper.

Owns the register of the declarations. Field names are those of the vendor's reference at developer.intacct.com; which
of them a company offers is asked by `lookup`, so an extra name in a declaration costs a log line and never the pull.
"""

from typing import Final

from integrations.lists.construction import CONSTRUCTION
from integrations.lists.kinds import ENTITY, MODIFIED, RECORD_NUMBER, Group, ListKind, Permission
from integrations.lists.masters import MASTERS

KINDS: Final = (*MASTERS, *CONSTRUCTION)
KINDS_BY_KEY: Final = {kind.key: kind for kind in KINDS}
GROUPS: Final = tuple(group for group in Group if any(kind.group is group for kind in KINDS))

__all__ = [
    "ENTITY",
    "GROUPS",
    "KINDS",
    "KINDS_BY_KEY",
    "MODIFIED",
    "RECORD_NUMBER",
    "Group",
    "ListKind",
    "Permission",
]
