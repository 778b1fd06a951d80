"""A change order in a real browser: linked, deleted in Intacct, found missing, recreated."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from erp_admin.models import Commitment
from integrations.models import Connection, SyncRun
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests import lists
from tests.browser.person import Visitor
from tests.erp_admin.samples import change_order, choose_settings, commitment
from tests.integrations.delivery.ledger import push
from tests.integrations.delivery.test_verification import delete_there
from tests.snapshot import read_lists

Visit = Callable[[], Visitor]
Url = Callable[..., str]


@pytest.fixture
def pushing(connection: Connection) -> Connection:
    read_lists(connection, lists.DOCUMENTS)
    choose_settings(connection)
    return connection


def test_a_change_order_is_linked_found_missing_and_recreated(
    visit: Visit, url: Url, pushing: Connection, intacct: SandboxServer, accountant: User
) -> None:
    base = commitment(pushing, "SC-77")
    push(pushing, base)
    change = change_order(base, "CO1", "250.00")
    push(pushing, change, flow="change_orders")
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("change_order", pk=change.pk))
    page, head = ben.page, ben.page.locator(".page-head")
    expect(head).to_contain_text("In Intacct")
    ben.press("More")
    page.get_by_role("button", name="Unlink").click()
    page.get_by_role("dialog").get_by_role("button", name="Unlink").click()
    ben.sees("no longer linked")
    ben.press("More")
    ben.follow("Link to a document in Intacct")
    ben.press("Search in Intacct")
    ben.sees("Same vendor and total")
    ben.look()
    ben.press(f"Link to {change.remote_id}")
    ben.sees(f"Linked to {change.remote_id}.")
    expect(head).to_contain_text("In Intacct")
    ben.look()

    delete_there(intacct, change)
    ben.press("Refresh")
    expect(head).to_contain_text("Differs")
    ben.look()
    ben.press("Approve")
    ben.press("Recreate")
    page.get_by_role("dialog").get_by_role("button", name="Recreate").click()
    ben.sees("queued to be created in Intacct again")
    run_to_end(SyncRun.objects.select_related("connection").latest("number"))
    ben.go(url("change_order", pk=change.pk))
    expect(head).to_contain_text("In Intacct")
    ben.look()
    assert Commitment.objects.get().remote_facts["TRX_REVISEDTOTAL"].startswith("1250")
