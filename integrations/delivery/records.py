"""The records of one object in Intacct: how they are looked up, read back, searched, and known to be ours.

Owns that contract and its register by object, so that a record is read by what it is and not by which document became
it. Knows no document type; writes nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

from accounts.ui.web_address import web_address
from integrations import intacct
from integrations.models import Push

ValueT = TypeVar("ValueT")


@dataclass(frozen=True)
class Found:
    """A record in Intacct that a look-up or a read-back showed. `facts` is what a reading is made of.

    `modified` is Intacct's stamp of the last change, as it was written.
    """

    record_no: int
    remote_id: str
    url: str = ""
    state: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    modified: str = ""

    def __post_init__(self) -> None:
        """Of the address only what can be a link and has room where it is kept."""
        object.__setattr__(self, "url", web_address(self.url))


class RemoteRecords(ABC):
    """Reads records of one object, many a request. Each method may raise the Intacct error family.

    Nobody who asks counts: of nothing nothing is asked, and more than fit into one question are asked in several. What
    an object does is asked with at least one and at most `most_at_once`.
    """

    object_name: ClassVar[str]
    reads_per_batch: ClassVar[int] = 1  # queries that reading back a batch costs
    most_at_once: ClassVar[int] = 500  # Intacct takes 1,000 in a set

    def look_up(self, client: intacct.Client, references: Mapping[int, str]) -> Mapping[int, Sequence[Found]]:
        """Records that carry these references, by the keys the references were given under."""
        found: dict[int, Sequence[Found]] = {}
        for part in _parts([key for key, reference in references.items() if reference], self.most_at_once):
            found |= self._look_up(client, {key: references[key] for key in part})
        return found

    def read_back(self, client: intacct.Client, remote_ids: Collection[str]) -> Mapping[str, Found]:
        """The records with these ids as Intacct holds them now."""
        found: dict[str, Found] = {}
        for part in _parts(sorted({each for each in remote_ids if each}), self.most_at_once):
            found |= self._read_back(client, part)
        return found

    def search(self, client: intacct.Client, text: str) -> Sequence[Found]:
        """Records that carry this number, to be linked by a person."""
        return self._search(client, text.strip()) if text.strip() else ()

    @abstractmethod
    def _look_up(self, client: intacct.Client, references: Mapping[int, str]) -> Mapping[int, Sequence[Found]]: ...

    @abstractmethod
    def _read_back(self, client: intacct.Client, remote_ids: Sequence[str]) -> Mapping[str, Found]: ...

    @abstractmethod
    def _search(self, client: intacct.Client, text: str) -> Sequence[Found]: ...

    @abstractmethod
    def is_ours(self, push: Push, found: Found) -> bool:
        """Whether a record that was found is the one this push wrote, judged by what the push expected."""

    @abstractmethod
    def held(self, path: str, facts: Mapping[str, object]) -> str | None:
        """What Intacct held, by `Found.facts`, where a plan writes to `path`; None where it is not read back."""


def _parts(values: Sequence[ValueT], size: int) -> Iterator[Sequence[ValueT]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


_records: dict[str, RemoteRecords] = {}


def register_records(records: RemoteRecords) -> None:
    """Make an object known. Raises ValueError for one that is registered already."""
    if records.object_name in _records:
        raise ValueError(f"{records.object_name} is registered already.")
    _records[records.object_name] = records


def is_registered(object_name: str) -> bool:
    return object_name in _records


def records_for(object_name: str) -> RemoteRecords:
    """How records of an object are read; KeyError for one that nothing registered."""
    return _records[object_name]
