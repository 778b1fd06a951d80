"""What an import is made of: which list becomes which document, field by field, and the lines a document owns.

Owns the shape of a declaration and what is refused in one. Must not read a record, nor name a document type.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Generic, TypeVar

from django.db.models import Field, Model

from accounts.models import Tenant
from integrations.lists import ListKind
from integrations.models import LinkedDocument, LinkedLine

DocumentT = TypeVar("DocumentT", bound=LinkedDocument)
Value = str | Decimal | date | bool | None


class Unacceptable(ValueError):
    """A record that cannot become a document here; names the field and what to do."""


class LeftOut(Exception):
    """A record that is left out of the import by a person's decision; says which."""


class FieldKind(Enum):
    TEXT = "text"
    DATE = "date"
    AMOUNT = "amount"
    FLAG = "flag"


@dataclass(frozen=True)
class ImportedField:
    """Our field and Intacct's. Where Intacct's is empty, `otherwise` says what stands for it in this tenant."""

    ours: str
    theirs: str
    kind: FieldKind = FieldKind.TEXT
    otherwise: Callable[[Tenant], str] | None = None


class NamedBy(Enum):
    """What the record of a line holds of its document."""

    BUSINESS_ID = "business_id"
    RECORD_NO = "record_no"


class WhenGone(Enum):
    """What becomes of a line here that Intacct no longer has."""

    REMOVED = "removed"
    FLAGGED = "flagged"


@dataclass(frozen=True)
class OwnedLines:
    """Lines that a document owns, keyed by their record numbers.

    They are the records of a list of their own (`kind`, whose `parent_field` holds what `named_by` says), or rows
    nested in the document's record (`nested`). `number` is our field for the id people use; in nested rows it comes
    from `nested_id`.
    """

    model: type[LinkedLine]
    fields: tuple[ImportedField, ...]
    when_gone: WhenGone
    kind: ListKind | None = None
    named_by: NamedBy = NamedBy.BUSINESS_ID
    nested: str = ""
    nested_id: str = ""
    number: str = ""
    noun: str = "line"

    def __post_init__(self) -> None:
        if (self.kind is None) != bool(self.nested):
            raise ValueError(f"{self.model.__name__} comes from a list or from nested rows, one of the two.")
        if self.kind is not None and not self.kind.parent_field:
            raise ValueError(f"{self.kind.label} do not name the document they belong to.")
        _check_fields(self.model, self.fields, self.number)

    @property
    def source(self) -> str:
        """The list or the element they come from."""
        return self.kind.key if self.kind is not None else self.nested


@dataclass(frozen=True)
class ImportDeclaration(Generic[DocumentT]):
    """Which list is imported into which documents. `noun` is the document in a sentence, with `article` before it.

    `number` is our field for the id people use: a document with the same one that is not linked to the record stands
    in its way. `active` is our field for whether the record is active. `named` is a document in a sentence.
    `searched` are Intacct's fields that a search looks into besides id and name; `sorts` are the orders of its list.
    """

    kind: ListKind
    model: type[DocumentT]
    noun: str
    plural: str
    fields: tuple[ImportedField, ...]
    number: str = "number"
    active: str = ""
    article: str = "A"
    named: Callable[[DocumentT], str] = str
    lines: tuple[OwnedLines, ...] = ()
    searched: tuple[str, ...] = ()
    sorts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_fields(self.model, self.fields, self.number, self.active)
        sources = [(lines.model, lines.source) for lines in self.lines]
        if len(set(sources)) < len(sources):
            raise ValueError(f"The lines of {self.model.__name__} are declared twice.")
        unread = sorted({lines.nested for lines in self.lines if lines.nested} - set(self.kind.nested))
        if unread:
            raise ValueError(f"{self.kind.label} are read without {', '.join(unread)}.")

    @property
    def step_key(self) -> str:
        return f"import:{self.kind.key}"

    @property
    def written(self) -> frozenset[str]:
        """Every field of a document that an import writes; a change made by hand would be undone by the next one."""
        own = (self.number, self.active, *(entry.ours for entry in self.fields))
        return frozenset(name for name in own if name)

    @cached_property
    def listed_lines(self) -> tuple[tuple[OwnedLines, ListKind], ...]:
        """The lines that are records of a list of their own, each with that list."""
        return tuple((lines, lines.kind) for lines in self.lines if lines.kind is not None)


def labels_of(model: type[Model]) -> dict[str, str]:
    """What people call each field of a document or a line."""
    return {column.name: str(column.verbose_name) for column in model._meta.concrete_fields}


def own_fields(model: type[Model]) -> "Iterator[Field[object, object]]":
    """The fields of a model that are values of its own, not relations."""
    for column in model._meta.concrete_fields:
        if not column.is_relation:
            yield column


def _check_fields(model: type[Model], fields: tuple[ImportedField, ...], *others: str) -> None:
    """Raise ValueError for a field that the model lacks, or one that is written twice."""
    names = [*(entry.ours for entry in fields), *(name for name in others if name)]
    known = {column.name for column in own_fields(model)}
    unknown = sorted(set(names) - known)
    if unknown:
        raise ValueError(f"{model.__name__} has no field {', '.join(unknown)}.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} of {model.__name__} would be written twice.")
