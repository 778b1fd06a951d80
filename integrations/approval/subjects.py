"""What the features tell approvals of their documents: what a policy is chosen by, who wrote them, who hears of it.

Owns the registers; the types of documents and the notifications fill them. Reads and stores nothing itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.models import User
from integrations.models import PushedDocument


@dataclass(frozen=True)
class Subject:
    """What a policy is chosen and its limits are judged by. `flow` is "" where no policy can be about the document."""

    flow: str
    entity: str = ""
    project: str = ""
    amount: Decimal = Decimal(0)
    currency: str = ""
    own_currency: str = ""

    @property
    def is_comparable(self) -> bool:
        """Whether its amount can be compared with limits, which are in the company's own currency."""
        return not self.currency or self.currency == self.own_currency


Flow = Callable[[Any], str]
Read = Callable[[Any], Subject]
Authors = Callable[[Sequence[Any]], Mapping[int, set[int]]]
Rejected = Callable[[Any, str, User | None], None]

_subjects: list[tuple[Flow, Read]] = []
_authors: list[Authors] = []
_rejected: list[Rejected] = []


def register_subjects(flow: Flow, read: Read) -> None:
    """Say to which flow a document belongs, "" for one that is not known there, and how it is read."""
    _subjects.append((flow, read))


def register_authors(authors: Authors) -> None:
    """Say who entered or last edited documents of one type: keys of people, by that of the document."""
    _authors.append(authors)


def register_rejected(told: Rejected) -> None:
    """Say who is told of a rejection. Called in its transaction, with the reason and who rejected."""
    _rejected.append(told)


def flow_key(document: PushedDocument) -> str:
    """The key of the document's flow; "" where no policy can be about it."""
    return next((key for flow, _ in _subjects if (key := flow(document))), "")


def subject_of(document: PushedDocument) -> Subject:
    return next((read(document) for flow, read in _subjects if flow(document)), Subject(""))


def authors_of(documents: Sequence[PushedDocument]) -> Mapping[int, set[int]]:
    """Who entered or last edited these documents of one type."""
    found: dict[int, set[int]] = {document.pk: set() for document in documents}
    for read in _authors if documents else ():
        for pk, people in read(documents).items():
            found[pk] |= people
    return found


def tell_rejected(document: PushedDocument, reason: str, by: User | None) -> None:
    for told in _rejected:
        told(document, reason, by)
