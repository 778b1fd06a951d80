"""What tests of documents and their pages begin with: a company that can push, its accountant at a browser."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from integrations.models import Connection
from tests import lists
from tests.erp_admin.samples import choose_settings
from tests.snapshot import read_lists


@pytest.fixture
def pushing(connection: Connection) -> Connection:
    """A connection that pushes documents, with every list that their pages choose from."""
    read_lists(connection, lists.DOCUMENTS)
    choose_settings(connection)
    connection.refresh_from_db()
    return connection


@pytest.fixture
def ben(client_for: Callable[[User | None], Client], accountant: User) -> Client:
    return client_for(accountant)
