"""What a flow says of the functions it writes, for docs/field-maps.md.

Owns these shapes alone; `field_docs` makes the page of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class DocumentedRow:
    """A row of a mapping as the docs show it."""

    name: str
    label: str
    source: str
    when: str
    reads: str
    fixed: str


class Documented(Protocol):
    """What the docs need of a mapping, whatever it maps from."""

    def documented(self) -> Sequence[DocumentedRow]: ...


@dataclass(frozen=True)
class Block:
    """Elements of a function that stand together: their title, the object that shows them, and their rows."""

    title: str
    object_name: str
    rows: Documented


@dataclass(frozen=True)
class FunctionMap:
    """A function of Intacct that a document type is written by. An update writes what differs, and nothing fixed."""

    name: str
    does: str
    blocks: tuple[Block, ...]
    is_update: bool = False
