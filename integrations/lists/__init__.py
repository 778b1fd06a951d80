"""Every kind of list mirrored from Intacct, declared once. Import the names below and nothing deeper.

Owns the register of the declarations. Field names are those of the vendor's reference at developer.intacct.com; which
of them a company offers is asked by `lookup`, so an extra name in a declaration costs a log line and never the pull.
"""

from typing import Final

from integrations.lists.company import COMPANY, DIMENSION_PREFIX, dimension_kind
from integrations.lists.construction import DOCUMENTS, PROJECTS
from integrations.lists.kinds import (
    CONFIDENTIAL,
    CREATED,
    ENTITY,
    MODIFIED,
    RECORD_NUMBER,
    Borrowed,
    Group,
    ListKind,
    Permission,
    Reader,
)
from integrations.lists.masters import MASTERS

KINDS: Final = (*MASTERS, *COMPANY, *PROJECTS, *DOCUMENTS)
KINDS_BY_KEY: Final = {kind.key: kind for kind in KINDS}
GROUPS: Final = tuple(Group)

__all__ = [
    "CONFIDENTIAL",
    "CREATED",
    "DIMENSION_PREFIX",
    "ENTITY",
    "GROUPS",
    "KINDS",
    "KINDS_BY_KEY",
    "MODIFIED",
    "RECORD_NUMBER",
    "Borrowed",
    "Group",
    "ListKind",
    "Permission",
    "Reader",
    "dimension_kind",
]
