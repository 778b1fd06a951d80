"""The toy documents, for the tests of imports."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.toy_imports.installed import installed, use_kinds


@pytest.fixture(scope="module", autouse=True)
def toy_tables(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Outside any transaction, as SQLite makes tables that refer to others only there."""
    with django_db_blocker.unblock():
        context = installed()
        context.__enter__()
    yield
    with django_db_blocker.unblock():
        context.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def toy_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    use_kinds(monkeypatch)
