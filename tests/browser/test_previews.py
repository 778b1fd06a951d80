"""Previews with addresses of their own in a real browser: Back shows them again, and what is true by then; a push told
live in documents and money; everything ready pushed with two clicks from Home."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from integrations.models import Connection, SyncRun
from integrations.runs.runner import run_to_end
from tests import lists
from tests.browser.person import Visitor
from tests.erp_admin.samples import change_order, choose_settings, commitment
from tests.snapshot import read_lists

Visit = Callable[[], Visitor]
Url = Callable[..., str]
DESK, TABLET = {"width": 1280, "height": 800}, {"width": 768, "height": 900}
PAGE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TABLES = (
    "Math.max(0, ...[...document.querySelectorAll('.table-scroll')].filter(each => each.checkVisibility())"
    ".map(each => each.scrollWidth - each.clientWidth))"
)


@pytest.fixture
def pushing(connection: Connection) -> Connection:
    read_lists(connection, lists.DOCUMENTS)
    choose_settings(connection)
    return connection


def newest_run(flow: str) -> SyncRun:
    return SyncRun.objects.select_related("connection").filter(flow=flow).latest("number")


def fits(visitor: Visitor) -> None:
    """On a desk no table is cut off, on a tablet no page is wider than the screen; `look` sees to narrower ones."""
    for size, measure in ((DESK, PAGE), (DESK, TABLES), (TABLET, PAGE)):
        visitor.page.set_viewport_size(size)
        if (beyond := visitor.page.evaluate(measure)) > 0:
            visitor.complaints.append(f"{visitor.page.url}: {beyond} px too wide at {size['width']} px")


def test_back_from_a_push_shows_the_preview_again_as_it_is_then(
    visit: Visit, url: Url, pushing: Connection, accountant: User
) -> None:
    documents = [commitment(pushing, f"SC-{number}", "1250.50") for number in (1, 2)]
    commitment(pushing, "SC-3", "10.00", vendor_id="NOBODY")
    commitment(pushing, "SC-4", "99.00", approved=False)
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("commitments"))
    ben.page.locator("[data-select-all]").check()
    ben.press("Push…")
    ben.sees("Nothing has been sent yet. 4 commitments chosen")
    preview = ben.page.url
    assert "chosen=" in preview
    fits(ben)
    ben.look()
    ben.page.reload()
    ben.press("Push 2 commitments")
    progress = ben.page.locator("#run-progress")
    expect(progress).to_contain_text("0 of 2 commitments delivered.")
    ben.page.go_back()
    expect(ben.page).to_have_url(preview)
    ben.sees("2: It is being pushed already.")
    ben.page.go_forward()
    ben.look()
    run_to_end(newest_run("commitments"))
    expect(progress).to_contain_text("2 of 2 commitments delivered, $2,501.00.")
    expect(ben.page.locator("#messages .note-info")).to_have_count(0)
    fits(ben)
    ben.look()
    ben.page.get_by_text("Technical details").click()
    ben.page.locator("#exchanges").scroll_into_view_if_needed()
    ben.look()
    ben.follow("SC-1 Footings")
    ben.page.go_back()
    ben.page.go_back()
    ben.sees("2: Nothing was changed in ERP Admin since it was last written to Intacct.")
    expect(ben.page.get_by_text("Blocked")).not_to_have_count(0)
    ben.go(url("runs"))
    fits(ben)
    ben.look()
    documents[0].refresh_from_db()
    assert documents[0].remote_id


def test_back_from_an_import_and_from_a_record(visit: Visit, url: Url, ready: Connection, accountant: User) -> None:
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("projects"))
    ben.page.locator("[data-select-row]").first.check()
    ben.press("Import selected")
    ben.sees("Nothing has been written yet. 1 project chosen")
    preview = ben.page.url
    fits(ben)
    ben.look()
    ben.press("Import 1 project")
    expect(ben.page.locator("#run-progress")).to_contain_text("Waiting for a worker.")
    run_to_end(newest_run("projects"))
    expect(ben.page.locator("#run-progress")).to_contain_text("1 of 1 projects imported: 1 new.")
    fits(ben)
    ben.look()
    ben.page.go_back()
    expect(ben.page).to_have_url(preview)
    ben.sees("Read 1 project again")
    ben.page.locator("td.id a").first.click()
    ben.press("Import again")
    ben.sees("Nothing has been written yet. 1 project chosen")
    ben.page.go_back()
    ben.press("Import again")
    ben.follow("Back")
    expect(ben.page.get_by_role("button", name="Import again")).to_be_visible()


def test_many_are_approved_and_everything_ready_is_pushed(
    visit: Visit, url: Url, pushing: Connection, accountant: User
) -> None:
    base = commitment(pushing, "SC-1", "1000.00")
    change_order(base, "CO-1", "100.00")
    for number in (2, 3):
        commitment(pushing, f"SC-{number}", "200.00", approved=False)
    commitment(pushing, "SC-4", "5.00", vendor_id="NOBODY")
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("preview_approve_commitments") + "?q=SC")
    fits(ben)
    ben.look()
    ben.press("Approve 2")
    ben.sees("2 commitments approved, $400.00.")
    ben.go(url("preview_ignore_commitments") + "?q=SC-4")
    ben.look()
    ben.go(url("ready_to_push"))
    fits(ben)
    ben.look()
    ben.press("Push 4 documents")
    expect(ben.page.locator("#run-progress")).to_contain_text("0 of 3 commitments delivered.")
    ben.sees("Also under way:")
    run_to_end(newest_run("commitments"))
    expect(ben.page.locator("#run-progress")).to_contain_text("3 of 3 commitments delivered, $1,400.00.")
    ben.go(url("ready_to_push"))
    ben.sees("Everything here is blocked")
