"""Every page there is, in a real browser: no barrier in light, dark or on a phone, and nothing wider than the screen.

The table of addresses says which pages there are, so a new page is looked at without being named here.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.models import Tenant, User
from integrations.models import Connection
from tests.browser.person import Visitor
from tests.test_access import TABLE, address, arguments  # noqa: F401 - a fixture

Visit = Callable[[], Visitor]
ClientFor = Callable[[User | None], Client]
# They end the log-in or lead away from the site: looked at by tests of their own.
LEADS_AWAY = {"account_logout", "logout", "account_confirm_email", "open_invitation"}


def pages(client: Client, tenant: Tenant, given: dict[str, Any], *, without_arguments: bool = False) -> Iterator[str]:
    """Addresses that answer with a whole page."""
    for name, row in TABLE.items():
        if row.method != "get" or name in LEADS_AWAY or (without_arguments and row.arguments):
            continue
        where = address(name, tenant, given)
        answer = client.get(where)
        if answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
            yield from [where] if not answer.streaming and b"</html>" in answer.content else []


def test_every_page_of_a_company_at_work(
    arguments: dict[str, Any],  # noqa: F811
    ready: Connection,
    tenant: Tenant,
    admin: User,
    client_for: ClientFor,
    visit: Visit,
) -> None:
    found = list(pages(client_for(admin), tenant, arguments))
    assert len(found) > 50
    _look_at(visit(), admin, found)


@pytest.mark.usefixtures("scoped")
def test_every_page_of_a_company_that_has_nothing_yet(
    tenant: Tenant, admin: User, client_for: ClientFor, visit: Visit
) -> None:
    found = list(pages(client_for(admin), tenant, {}, without_arguments=True))
    assert len(found) > 20
    _look_at(visit(), admin, found)


def _look_at(visitor: Visitor, person: User, addresses: list[str]) -> None:
    visitor.log_in(person.email)
    for where in addresses:
        visitor.go(where)
        visitor.inspect()
