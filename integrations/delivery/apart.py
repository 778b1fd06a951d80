"""Asks about many documents at once, and about fewer where one record spoils the answer about all of them.

Owns the halving. Must not know what is asked, nor decide what becomes of the document whose record is at fault.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from integrations.intacct import SpoiltAnswer

Asked = TypeVar("Asked")
Key = TypeVar("Key")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Apart(Generic[Asked, Key, Found]):
    """What was found, and what could not be asked about with the error that each met alone."""

    found: Mapping[Key, Found]
    spoilt: Sequence[tuple[Asked, SpoiltAnswer]]


def ask_apart(
    asked: Sequence[Asked], ask: Callable[[Sequence[Asked]], Mapping[Key, Found]]
) -> Apart[Asked, Key, Found]:
    """Ask about all in one go; where the answer cannot be read, by halves, so that one record is no one else's fault.

    Of a batch of 50 one bad record takes about a dozen questions more. Raises every other error as it comes.
    """
    found: dict[Key, Found] = {}
    spoilt: list[tuple[Asked, SpoiltAnswer]] = []
    parts = [list(asked)] if asked else []
    while parts:
        part = parts.pop()
        try:
            found |= ask(part)
        except SpoiltAnswer as error:
            if len(part) == 1:
                spoilt.append((part[0], error))
            else:
                parts += [part[len(part) // 2 :], part[: len(part) // 2]]
    return Apart(found, spoilt)
