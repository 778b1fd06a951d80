"""What a document type declares so that files of it can be imported: its columns, and how a document is stored.

Owns the contract between a type and `erp_admin.uploads`, which reads, matches and decides. Names no type.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from erp_admin.documents.columns import Column, OneOf
from erp_admin.models import ImportedDocument, Project


class NotWritten(Exception):
    """A document of a file could not be stored; the message says why and what to do."""


class VendorName(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


class Names(Protocol):
    """What the names of a file stand for by now."""

    def vendor(self, head: Mapping[str, Any]) -> VendorName: ...

    def project(self, text: str) -> Project | None: ...

    def cost_code(self, head: Mapping[str, Any], line: Mapping[str, Any]) -> str: ...


class UploadKind(ABC):
    """The files of one document type."""

    columns: ClassVar[tuple[Column, ...]]
    one_of: ClassVar[tuple[OneOf, ...]] = ()
    parent_column: ClassVar[str] = ""  # names the document that a document of the file belongs to

    @abstractmethod
    def store(self, entry: ImportedDocument, names: Names, document: Any | None, parent: Any | None) -> Any:
        """Make the document that `entry` describes, or change `document`, the one here. Raises NotWritten.

        Call inside a transaction, which holds `document`.
        """
