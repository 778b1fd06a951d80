"""What a document type declares so that files of it can be imported: its columns, and how a document is made of one.

Owns the contract between a type and `erp_admin.uploads`, which reads, matches and decides. Names no type.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Protocol

from erp_admin.documents.columns import Column, OneOf
from erp_admin.documents.effects import Effects
from erp_admin.models import ImportedDocument, Project
from integrations.models import Covered

SEEN_CURRENCY: Final = "seen_currency"  # in the head of a document: what its amounts name, three letters or a sign


class NotWritten(Exception):
    """A document of a file could not be stored; the message says why and what to do."""


class VendorName(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


class Names(Protocol):
    """What the names of a file stand for by now, and which columns it has."""

    def vendor(self, head: Mapping[str, Any]) -> VendorName: ...

    def project(self, text: str) -> Project | None: ...

    def cost_code(self, head: Mapping[str, Any], line: Mapping[str, Any]) -> str: ...

    def has_column(self, key: str) -> bool: ...


@dataclass
class Built:
    """A document as the file would leave it, not stored. `covered` is what an approval of it would be bound to."""

    document: Any
    lines: Sequence[Any]
    covered: Covered
    effects: Effects = field(default_factory=Effects)


class UploadKind(ABC):
    """The files of one document type, whose model is a `NumberedDocument`.

    `related` and `parent_related` are the relations that `build` looks at: read for many documents at once.
    """

    columns: ClassVar[tuple[Column, ...]]
    one_of: ClassVar[tuple[OneOf, ...]] = ()
    parent_column: ClassVar[str] = ""  # names the document that a document of the file belongs to
    related: ClassVar[tuple[str, ...]] = ()
    parent_related: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def build(self, entry: ImportedDocument, names: Names, document: Any | None, parent: Any | None) -> Built:
        """The document that `entry` describes, or a copy of `document`, the one here, changed by it.

        Stores nothing and asks the database nothing that `related` and `parent_related` name. Everything that keeps it
        from being stored is a problem of its effects: the preview shows it, and writing refuses it.
        """

    @abstractmethod
    def save(self, built: Built) -> Any:
        """Store what was built without problems. Call inside a transaction that holds the document."""
