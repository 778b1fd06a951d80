"""Rows that all tests of a module begin with, made once: in a transaction around those of the tests.

Owns that transaction. For tests that look more than they change; each undoes what it changed, as always. A test that
commits for real (`transaction=True`) cannot stand in such a module.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import transaction
from pytest_django import DjangoDbBlocker


class SharedRows:
    """Open while a module is tested; what is written in `adding` is there for each of its tests."""

    def __init__(self, blocker: DjangoDbBlocker) -> None:
        self._blocker = blocker

    @contextmanager
    def adding(self) -> Iterator[None]:
        with self._blocker.unblock():
            yield


@contextmanager
def rows_of_a_module(blocker: DjangoDbBlocker) -> Iterator[SharedRows]:
    with ExitStack() as around:
        with blocker.unblock():
            around.enter_context(undone())
        try:
            yield SharedRows(blocker)
        finally:
            with blocker.unblock():
                around.close()


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that leaves nothing behind and, as that of a test, does not count where none may be open."""
    around: Any = transaction.atomic()
    around._from_testcase = True  # as Django's TestCase marks its own
    with around:
        try:
            yield
        finally:
            transaction.set_rollback(True)
