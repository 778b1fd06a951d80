"""What the tests of integrations share beyond the tenant's people and the local Intacct."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User


@pytest.fixture
def site(client_for: Callable[[User | None], Client], accountant: User) -> Client:
    """The accountant's browser."""
    return client_for(accountant)
