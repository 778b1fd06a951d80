"""A scripted gateway and clients that speak to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from integrations.intacct import Client, Credentials, Exchange, IntacctError, Query, Sender, functions
from tests.integrations.intacct.scripted_gateway import Gateway, running_gateway

SENDER_PASSWORD = "sample-sender-secret"
USER_PASSWORD = "s&mple <user> 'secret\""
SENDER = Sender("sample-sender", SENDER_PASSWORD)
CREDENTIALS = Credentials("sample-company", "web.services", USER_PASSWORD)
VENDORS = Query("VENDOR", ("RECORDNO",))
VENDOR = ("VENDOR", {"VENDORID": "V-1"})


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running_gateway() as running:
        yield running


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


@pytest.fixture
def pauses() -> list[float]:
    """The pauses a client made, in seconds; none of them takes time."""
    return []


@pytest.fixture
def make_client(gateway: Gateway, exchanges: list[Exchange], pauses: list[float]) -> Iterator[Callable[..., Client]]:
    made: list[Client] = []

    def make(**options: Any) -> Client:
        settings: dict[str, Any] = {
            "endpoint": gateway.endpoint,
            "sender": SENDER,
            "credentials": CREDENTIALS,
            "allowed_hosts": ["127.0.0.1"],
            "observer": exchanges.append,
            "timeout": (2, 2),
            "sleep": pauses.append,
            "jitter": lambda: 1.0,
        }
        client = Client(**{**settings, **options})
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client()


def fail(client: Client, *, write: bool) -> IntacctError:
    """Execute one function that must fail, and return the error it raised."""
    function = functions.create([VENDOR], control_id="a") if write else functions.query(VENDORS)
    with pytest.raises(IntacctError) as caught:
        client.execute([function], write=write)
    return caught.value
