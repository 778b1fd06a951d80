"""Choose an entity, run a Full, reload half-way, cancel, run again, browse the lists and one record."""

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from integrations import jobs
from integrations.models import ChangeKind, Connection, ListItem, ListItemChange, SyncRun
from integrations.runs.runner import Slice, run_to_end, work_slice
from tests.browser.person import Visitor

Visit = Callable[[], Visitor]
Url = Callable[..., str]


def choose_vendors_and_items(ben: Visitor) -> None:
    page = ben.page
    for name in ("Accounting", "Vendors, customers and people", "Projects and cost codes", "Company"):
        page.get_by_role("checkbox", name=name, exact=True).uncheck()
    page.get_by_role("checkbox", name="Purchasing and items", exact=True).uncheck()
    page.get_by_role("checkbox", name="Vendors", exact=True).check()
    page.get_by_role("checkbox", name="Items", exact=True).check()
    expect(page.locator("#sync-estimate")).to_contain_text("2 lists chosen")


def test_an_accountant_syncs_an_entity_watches_cancels_and_runs_again(
    visit: Visit, url: Url, connection: Connection, accountant: User
) -> None:
    jobs.beat()
    ben = visit()
    ben.log_in(accountant.email)
    ben.follow("Sync")
    ben.sees("Nothing has been read yet")
    ben.look()
    ben.page.get_by_label("Legal entity").select_option("100")
    expect(ben.page).to_have_url(ben.base + url("sync") + "?entity=100")
    choose_vendors_and_items(ben)
    ben.press("Sync")
    ben.sees("Waiting for a worker.")
    progress = ben.page.locator("#run-progress")
    expect(progress).to_contain_text("Waiting for a worker.")
    first = SyncRun.objects.get()
    assert first.entity_id == "100"
    assert work_slice(first.pk, seconds=0) is Slice.MORE
    expect(progress).to_contain_text("Running")
    ben.look()
    ben.page.reload()
    expect(progress.get_by_role("progressbar").first).to_be_visible()
    ben.press("Cancel")
    ben.press("Cancel it")
    ben.sees("was cancelled")
    expect(ben.page.locator("#sync-runs")).to_contain_text("Cancelled")
    expect(progress).to_have_count(0)

    ben.page.get_by_label("Legal entity").select_option("100")
    choose_vendors_and_items(ben)
    ben.press("Sync")
    run = run_to_end(SyncRun.objects.latest("pk"))
    expect(ben.page.locator("#sync-runs")).to_contain_text("Succeeded")
    expect(ben.page.locator("#sync-button").get_by_role("button", name="Sync")).not_to_have_attribute(
        "aria-disabled", "true"
    )
    ben.look()
    ben.go(url("run", number=run.number))
    expect(ben.page.locator("#run-record")).to_contain_text("Legal entity")
    ben.look()
    ben.go(url("runs") + "?entity=100")
    ben.look()


def test_what_is_wrong_keeps_what_was_chosen(visit: Visit, url: Url, mirrored: Connection, accountant: User) -> None:
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("sync"))
    page = ben.page
    expect(page.get_by_label("Sync from")).to_be_visible()
    page.get_by_label("Full", exact=True).check()
    expect(page.get_by_label("Sync from")).to_be_hidden()
    page.get_by_label("Partial", exact=True).check()
    page.get_by_label("Sync from").fill("2999-01-01T00:00")
    ben.press("Sync")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    ben.sees("This lies in the future.")
    expect(page.get_by_label("Sync from")).to_have_value("2999-01-01T00:00")
    ben.look()
    page.locator("[data-error-summary]").get_by_role("link", name="Sync from").click()
    expect(page.get_by_label("Sync from")).to_be_focused()


def test_a_viewer_browses_lists_and_records(visit: Visit, url: Url, ready: Connection, viewer: User) -> None:
    vera = visit()
    vera.log_in(viewer.email)
    vera.follow("Intacct lists")
    vera.look()
    vera.follow("GL accounts")
    vera.look()
    vera.page.get_by_role("searchbox").fill("5010")
    vera.press("Search")
    account = ListItem.objects.get(kind="gl_accounts", business_id="5010")
    ListItemChange.objects.create(
        tenant_id=account.tenant_id, item=account, at=timezone.now(), kind=ChangeKind.CHANGED,
        run=SyncRun.objects.latest("pk"), changes=[{"field": "TITLE", "before": "Subs", "after": account.name}],
    )  # fmt: skip
    vera.follow("5010")
    vera.sees("Default Account")
    vera.sees("Subs")
    vera.look()
    project = ListItem.objects.get(kind="projects", business_id="24-001")
    vera.go(url("record", list_key="projects", pk=project.pk))
    vera.look()
    vera.page.locator(".used-list").get_by_role("link", name="Tasks (cost codes)").click()
    vera.sees("Only those of")
    vera.look()
    vera.go(url("list", list_key="vendors"))
    vera.sees("have not been read yet")
    vera.look()
    vera.go(url("list", list_key="tasks") + "?q=nothing+like+it")
    vera.sees("Nothing matches")
    vera.look()
