"""Tells the rooms after this one which records of the mirror are about to be written, in the transaction that does it.

Owns who is told. Knows nothing of what they keep of it; nobody who is told may write what the mirror owns.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from integrations.models import Connection

AboutToWrite = Callable[[Collection[int]], None]
Follower = Callable[[Connection, str], AbstractContextManager[AboutToWrite]]

_followers: list[Follower] = []


def register_follower(follower: Follower) -> None:
    """Have `follower(connection, list key)` entered round each page that is written; at start, once for each."""
    if follower not in _followers:
        _followers.append(follower)


@contextmanager
def told(connection: Connection, list_key: str) -> Iterator[AboutToWrite]:
    """A block that writes records of a list, and says of which record numbers before it does. Needs a transaction."""
    with ExitStack() as stack:
        each = [stack.enter_context(follower(connection, list_key)) for follower in _followers]

        def about_to_write(numbers: Collection[int]) -> None:
            for tell in each:
                tell(numbers)

        yield about_to_write
