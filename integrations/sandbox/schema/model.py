"""What an object is: its fields, keys, relations, derived names, owned lines and the permission that guards it.

Owns the declaration language of the schema. Must not hold any record.
"""

from __future__ import annotations

from dataclasses import dataclass, field

TEXT = "TEXT"
INTEGER = "INTEGER"
DECIMAL = "DECIMAL"
CURRENCY = "CURRENCY"
PERCENT = "PERCENT"
BOOLEAN = "BOOLEAN"
DATE = "DATE"
TIMESTAMP = "TIMESTAMP"
ENUM = "ENUM"
SEQUENCE = "SEQUENCE"

NUMERIC = frozenset({INTEGER, DECIMAL, CURRENCY, PERCENT})

TYPE_WORDS = {
    "text": TEXT,
    "int": INTEGER,
    "dec": DECIMAL,
    "cur": CURRENCY,
    "pct": PERCENT,
    "bool": BOOLEAN,
    "date": DATE,
    "time": TIMESTAMP,
    "seq": SEQUENCE,
}


@dataclass(frozen=True, slots=True)
class Enumeration:
    """Display values with their stored codes. `query` compares display values, `readByQuery` stored codes.

    `swapped` marks the access mode of the audit history, where `query` takes the code and `readByQuery` the word
    (developer.intacct.com, Company and Console > Audit trails).
    """

    codes: dict[str, str]
    swapped: bool = False

    def code(self, display: str) -> str:
        return self.codes.get(display, display)


@dataclass(frozen=True, slots=True)
class Field:
    """One field as `lookup` describes it; `reference` names the object whose business key it holds."""

    name: str
    datatype: str
    label: str
    required: bool = False
    readonly: bool = False
    custom: bool = False
    enumeration: Enumeration | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A many-to-one path: `PROJECT` reaches the PROJECT whose business key, or record number, is held by `local`."""

    path: str
    target: str
    local: tuple[str, ...]
    by_record: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Owned lines: the element around them, the object of one line, and the field that holds the parent's RECORDNO.

    `replaced` says that the lines of an update take the place of all that were there; `first` numbers the first line.
    """

    wrapper: str
    object_name: str
    parent_key: str
    replaced: bool = False
    first: int = 1


@dataclass(frozen=True, slots=True)
class ObjectDefinition:
    """An object of the company. `key` is the business key, maybe of several fields; `operations` what may be called.

    `inputs` are taken by create and update but are no fields of the record; `result` is what a create answers.
    `renamable` lets an update give a new business key; `typed` shows custom fields only when `docparid` names a type.
    """

    name: str
    label: str
    plural: str
    key: tuple[str, ...]
    policy: tuple[str, str]
    fields: dict[str, Field]
    relations: dict[str, Relation] = field(default_factory=dict)
    derived: dict[str, tuple[str, str]] = field(default_factory=dict)
    lines: Lines | None = None
    operations: frozenset[str] = frozenset({"read", "create", "update", "delete"})
    entity_owned: bool = True
    record_key: str = "RECORDNO"
    owner: str = ""
    inputs: dict[str, Field] = field(default_factory=dict)
    result: tuple[str, ...] = ()
    user_defined_dimension: bool = False
    renamable: bool = False
    typed: bool = False

    @property
    def generic(self) -> bool:
        """Whether the generic functions know the object; attachments are known to functions of their own only."""
        return "read" in self.operations


def words(name: str) -> str:
    """A readable label for a field name that has none of its own."""
    plain = name.replace(".", " ").replace("_", " ")
    if plain.endswith("ID") and len(plain) > 2:
        return f"{plain[:-2].capitalize()} ID"
    return plain.capitalize()


def parse_fields(
    text: str, enumerations: dict[str, Enumeration], labels: dict[str, str], custom: tuple[str, ...] = ()
) -> dict[str, Field]:
    """Read a declaration such as `VENDORID:text* STATUS:status TERMNAME:text>APTERM TOTALDUE:cur-`.

    `*` is required on create, `-` is read-only, `>` names the referenced object; a type that is no basic word names an
    enumeration.
    """
    fields: dict[str, Field] = {}
    for token in text.split():
        name, _, kind = token.partition(":")
        kind, _, reference = kind.partition(">")
        required, readonly = kind.endswith("*"), kind.endswith("-")
        kind = kind.rstrip("*-")
        enumeration = None if kind in TYPE_WORDS else enumerations[kind]
        fields[name] = Field(
            name=name,
            datatype=TYPE_WORDS.get(kind, ENUM),
            label=labels.get(name, words(name)),
            required=required,
            readonly=readonly,
            custom=name in custom,
            enumeration=enumeration,
            reference=reference,
        )
    return fields


def parse_relations(text: str) -> dict[str, Relation]:
    """Read `TERM=APTERM:TERMNAME TASK=TASK:PROJECTID,TASKID BILL=APBILL:#RECORDKEY` into relations by path.

    `#` marks a field that holds the record number of the target.
    """
    relations: dict[str, Relation] = {}
    for token in text.split():
        path, _, rest = token.partition("=")
        target, _, local = rest.partition(":")
        relations[path] = Relation(path, target, tuple(local.lstrip("#").split(",")), by_record=local.startswith("#"))
    return relations


def parse_derived(text: str) -> dict[str, tuple[str, str]]:
    """Read `CUSTOMERNAME=CUSTOMER.NAME` into (relation path, field of the target) by field name."""
    derived: dict[str, tuple[str, str]] = {}
    for token in text.split():
        name, _, source = token.partition("=")
        path, _, target = source.partition(".")
        derived[name] = (path, target)
    return derived
