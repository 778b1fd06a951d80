"""What a list kind is: object, key, names, fields, reader, permission, purpose. One declaration says it all.

Owns the shape of a declaration and the fields that are never read. Must not declare a list, nor know how one is read.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

RECORD_NUMBER: Final = "RECORDNO"
MODIFIED: Final = "WHENMODIFIED"
CREATED: Final = "WHENCREATED"
ENTITY: Final = "MEGAENTITYID"

# Bank, tax and personal numbers are nobody's to read here: they are never selected, not even as a custom field.
CONFIDENTIAL: Final = frozenset(
    {
        "ACHACCOUNTNUMBER",
        "ACHACCOUNTTYPE",
        "ACHBANKID",
        "ACHBANKROUTINGNUMBER",
        "BANKACCOUNTNO",
        "BIRTHDATE",
        "BRANCHID",
        "FEDERALID",
        "FORM1099BOX",
        "FORM1099TYPE",
        "GENDER",
        "NAME1099",
        "ROUTINGNO",
        "SSN",
        "TAXID",
        "WIREACCOUNTNUMBER",
        "WIREBANKROUTINGNUMBER",
    }
)


# Fields that only describe: without them a record can be used. Without any other that it should have, it is unknown.
DESCRIPTIVE: Final = frozenset(
    {
        "CUSTTITLE",
        "DESCRIPTION",
        "EXTENDED_DESCRIPTION",
        "PODESCRIPTION",
        "RECORD_URL",
        "createdAt",
        "updatedAt",
        CREATED,
        MODIFIED,
    }
)


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


class Reader(Enum):
    """How the records of a list are fetched."""

    QUERY = "query"  # pages of `query` by key
    QUERY_THEN_READ = "read"  # the keys by `query`, the fields by `read`, 100 records a call


@dataclass(frozen=True)
class Borrowed:
    """Fields that are values of another record, which Intacct shows changed without stamping this one as modified.

    `of` is the list of the other record and `by` the field here that holds its id; both "" where it is not mirrored.
    """

    fields: tuple[str, ...]
    of: str = ""
    by: str = ""


@dataclass(frozen=True)
class ListKind:
    """One list.

    `key_field` is the number that is stable and ascending; a business id (`id_field`) is unique only together with the
    other `id_parts`. `parent_list` is the key of the list that holds the parents, where it is not the list itself.
    `name_field` may be empty in a record, then the first filled one of `other_names` counts.
    Where `modified_field` is "" or not offered, a Partial reads the list whole. `ignored_for_changes` are fields whose
    change alone does not make a record a changed one; `nested` are elements with owned lines that `read` brings along.
    `needed_by` are the switches that cannot work without the list, `always_needed` a list without which nothing works;
    all others are read when they may be and missed when not. `may_be_absent` marks an object that the public reference
    does not confirm: it is read where `lookup` knows it.
    With the list that `names_entities` the entities a sync can be asked for are read again.
    """

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
    parent_list: str = ""
    other_id_parts: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    status_field: str = "STATUS"
    key_field: str = RECORD_NUMBER
    modified_field: str = MODIFIED
    created_field: str = CREATED
    entity_field: str = ENTITY
    reader: Reader = Reader.QUERY
    needed_by: tuple[str, ...] = ()
    always_needed: bool = False
    may_be_absent: bool = False
    is_dimension: bool = False
    names_entities: bool = False
    nested: tuple[str, ...] = ()
    borrowed: tuple[Borrowed, ...] = ()
    ignored_for_changes: tuple[str, ...] = (MODIFIED, "RECORD_URL")

    def __post_init__(self) -> None:
        if self.nested and self.reader is not Reader.QUERY_THEN_READ:
            raise ValueError(f"{self.label}: only `read` brings owned lines with it.")

    @property
    def id_parts(self) -> tuple[str, ...]:
        """The fields that together name a record for people."""
        return (*self.other_id_parts, self.id_field)

    @property
    def scope_field(self) -> str:
        """The field that holds the id of the record within which ids are unique, such as the project, or ""."""
        return self.other_id_parts[0] if self.other_id_parts else ""

    @property
    def list_of_parents(self) -> str:
        """Key of the list that `parent_field` names a record of, or ""."""
        return (self.parent_list or self.key) if self.parent_field else ""

    @property
    def required_fields(self) -> tuple[str, ...]:
        """Without these a record cannot be mirrored at all."""
        return tuple(dict.fromkeys((self.key_field, self.id_field)))

    @property
    def decisive_fields(self) -> frozenset[str]:
        """A record of which one of these was never read is not known well enough to be used."""
        return frozenset(self.wanted_fields) - DESCRIPTIVE - {self.name_field, *self.other_names}

    @property
    def wanted_fields(self) -> tuple[str, ...]:
        """Everything to select, without repeats, in a stable order, nothing confidential among it."""
        names = [self.key_field, *self.id_parts, self.name_field, *self.other_names, self.status_field]
        names += [self.parent_field, self.entity_field, *self.fields, self.created_field, self.modified_field]
        return tuple(dict.fromkeys(name for name in names if name and name not in CONFIDENTIAL))
