"""What a reader hands the rows of a list to: the mirror, or the tables of a document type.

Owns the contract of a sink and what a page of rows came to. Must not store anything, nor know what a row becomes.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from integrations.lists import ListKind
from integrations.mirror.rows import Incoming
from integrations.mirror.scope import View
from integrations.models import SyncRun


@dataclass(frozen=True)
class PageOutcome:
    new: int = 0
    changed: int = 0
    same: int = 0
    missing: int = 0
    returned: int = 0

    def counts(self) -> dict[str, int]:
        """As a step counts them."""
        return {"new": self.new, "changed": self.changed, "same": self.same, "missing": self.missing}


@dataclass(frozen=True)
class Sweep:
    """The range (after, last] that was read whole, and the record numbers shown in it. Without `last` it has no end."""

    after: int
    last: int | None
    shown: frozenset[int]


@dataclass(frozen=True)
class Figures:
    """How many records of the list are here, how many of them Intacct no longer has, and when one last changed.

    `unknown` are those of which something that decides on their use was never read.
    """

    records: int
    missing: int
    last_change_at: datetime | None
    unknown: int = 0


class Sink(Protocol):
    """Takes the rows of one list, as one run sees it. Every record is known by its record number.

    What it is given a second time, after a worker was killed, it stores as if for the first time. It is called inside
    the transaction of the page, but for the questions, which may be asked at any time.
    """

    @property
    def key(self) -> str:
        """Under which name it is kept how far the list was read; each sink of a list has its own."""

    def store(
        self, rows: Sequence[Incoming], *, swept: Sweep | None = None, spared: Collection[int] = ()
    ) -> PageOutcome:
        """Store what is new or changed; mark as missing what lies in the swept range and Intacct did not show.

        `spared` are record numbers that are known to be there although they were not shown.
        """

    def mark_missing(self, numbers: Sequence[int]) -> int:
        """Mark these records as no longer in Intacct; return how many were not marked before."""

    def held(self, after: int = 0, last: int | None = None) -> int:
        """How many records that are not missing are here with `after` < record number <= `last`."""

    def gone_from(self, swept: Sweep) -> list[int]:
        """The record numbers that are here in the range, are not missing, and were not shown."""

    def meant_by(self, numbers: Collection[int], ids: Collection[str]) -> list[int]:
        """The record numbers of the records here, missing ones apart, with one of these numbers or business ids."""

    def unsettled(self, fields: Collection[str], withheld: Collection[str], since: datetime | None) -> list[int]:
        """The record numbers of what is to be read again though it was not modified.

        What was stored without a field that is not withheld now, and what holds values of other records that changed
        since.
        """

    def figures(self) -> Figures:
        """What stands here of the list."""


SinkFor = Callable[[View, ListKind, SyncRun], Sink]
