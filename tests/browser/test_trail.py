"""The audit trail and the error pages in a real browser, and what a part of a page shows when it cannot be renewed."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from accounts.models import User
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, RunState, SyncRun
from tests.browser.person import Visitor

Visit = Callable[[], Visitor]
Url = Callable[..., str]


def forget_refusals(visitor: Visitor) -> None:
    """Chromium complains of each refused request; here they are what is being looked at."""
    visitor.complaints = [
        each for each in visitor.complaints if "status of" not in each and "Status Error Code" not in each
    ]


def test_the_trail_is_read_filtered_and_clear(visit: Visit, admin: User, ready: Connection, url: Url) -> None:
    alma = visit()
    alma.log_in(admin.email)
    alma.follow("Audit trail")
    alma.sees("Who did what here and when")
    alma.look()
    alma.follow("Sync history")
    alma.follow("Audit trail")
    filters = alma.page.get_by_role("navigation", name="Filters")
    filters.locator("summary").filter(has_text="What").click()
    filters.get_by_role("link", name="Integration").click()
    alma.sees("Settings saved")
    alma.page.get_by_label("To").fill("2020-01-01")
    alma.press("Apply")
    alma.sees("No entry matches")
    alma.look()
    alma.page.get_by_label("From").fill("2020-02-01")
    alma.press("Apply")
    alma.sees("This day is before the first one.")
    alma.look()


def test_error_pages_are_clear(visit: Visit, admin: User, viewer: User, url: Url) -> None:
    vera = visit()
    vera.log_in(viewer.email)
    for address, title in (
        ("/no/such/page/", "There is nothing at this address"),
        (url("start_sync"), "This address cannot be opened by itself"),
        (url("audit_trail"), "You may not do this here"),
    ):
        vera.go(address)
        vera.sees(title)
        vera.sees("mention this number")
        vera.look()
        forget_refusals(vera)


def test_a_part_that_cannot_be_renewed_says_so_until_it_can(
    visit: Visit, admin: User, connection: Connection, url: Url, settings: Any
) -> None:
    run = start_list_sync(connection, queued=False).run
    SyncRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    alma = visit()
    alma.log_in(admin.email)
    alma.go(url("run", number=run.number))
    settings.MAINTENANCE = True
    panel = alma.page.locator("#messages").get_by_role("heading", name="Under maintenance")
    expect(panel).to_be_visible()
    alma.look()
    settings.MAINTENANCE = False
    expect(panel).to_be_hidden()
    forget_refusals(alma)
