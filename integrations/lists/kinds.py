"""What a list kind is: object, key, names, fields, permission, purpose. One declaration says all there is to say.

Owns the shape of a declaration. Must not declare any list, nor know how one is read.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

RECORD_NUMBER: Final = "RECORDNO"
MODIFIED: Final = "WHENMODIFIED"
ENTITY: Final = "MEGAENTITYID"


@dataclass(frozen=True)
class Permission:
    """A right of an Intacct role, in the words of the permission screens. View requires List, so both are asked for."""

    module: str
    name: str
    rights: tuple[str, ...] = ("List", "View")


class Group(Enum):
    """Lists that belong together on pages and share a cadence: key and label."""

    COMPANY = ("company", "Company")
    ACCOUNTING = ("accounting", "Accounting")
    PARTNERS = ("partners", "Vendors, customers and people")
    PROJECTS = ("projects", "Projects and cost codes")
    PURCHASING = ("purchasing", "Purchasing and items")
    DIMENSIONS = ("dimensions", "User-defined dimensions")

    def __init__(self, key: str, label: str) -> None:
        self.key = key
        self.label = label


@dataclass(frozen=True)
class ListKind:
    """One list. `ignored_for_changes` are fields whose change alone does not make a record a changed one."""

    key: str
    group: Group
    label: str
    singular: str
    object: str
    id_field: str
    name_field: str
    fields: tuple[str, ...]
    permission: Permission
    purpose: str
    parent_field: str = ""
    status_field: str = "STATUS"
    has_modified: bool = True
    ignored_for_changes: tuple[str, ...] = (MODIFIED, "RECORD_URL")

    @property
    def required_fields(self) -> tuple[str, ...]:
        """Without these a record cannot be mirrored at all."""
        return (RECORD_NUMBER, self.id_field)

    @property
    def wanted_fields(self) -> tuple[str, ...]:
        """Everything to select, without repeats, in a stable order."""
        names = [RECORD_NUMBER, self.id_field, self.name_field, self.status_field, self.parent_field, ENTITY]
        names += [*self.fields, MODIFIED if self.has_modified else ""]
        return tuple(dict.fromkeys(name for name in names if name))
