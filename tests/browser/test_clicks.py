"""What daily tasks cost in clicks. Each test does one task in a browser and states what it may cost at most."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from erp_admin.models import Commitment
from integrations.delivery import blocked
from integrations.models import Connection, DocumentState, Push, SyncRun, with_state
from integrations.runs.runner import run_to_end
from tests import lists
from tests.browser.clicks import Clicks
from tests.browser.person import Visitor
from tests.erp_admin.samples import change_order, choose_settings, commitment, some_vendor
from tests.snapshot import read_lists

Visit = Callable[[], Visitor]
Url = Callable[..., str]


@pytest.fixture
def pushing(connection: Connection, worker_lives: None) -> Connection:
    read_lists(connection, lists.DOCUMENTS)
    choose_settings(connection)
    connection.refresh_from_db()
    return connection


def states() -> set[str]:
    return set(with_state(Commitment.objects.all()).values_list("shown_as", flat=True))


def test_push_everything_ready_from_home(visit: Visit, url: Url, pushing: Connection, accountant: User) -> None:
    base = commitment(pushing, "SC-1", "100.00")
    commitment(pushing, "SC-2", "200.00")
    change_order(base, "CO-1", "10.00")
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("home"))
    ben.look()
    clicks = Clicks(ben)
    clicks.follow("Push everything ready…")
    ben.look()
    clicks.press("Push", exact=False)
    expect(ben.page.locator("#run-state")).to_be_visible()
    assert clicks.number == 2
    for run in SyncRun.objects.filter(flow="commitments"):
        run_to_end(run)
    assert states() == {DocumentState.IN_INTACCT.value}


def test_retry_ten_of_one_cause(visit: Visit, url: Url, pushing: Connection, accountant: User, admin: User) -> None:
    documents = [commitment(pushing, f"SC-{number}", "100.00") for number in range(10)]
    Commitment.objects.filter(pk__in=[document.pk for document in documents]).update(
        delivery="failed", state_reason="Intacct refused it: the period is closed."
    )
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("issues"))
    ben.look()
    clicks = Clicks(ben)
    clicks.press("Retry all 10")
    expect(ben.page.locator("#run-state")).to_be_visible()
    assert clicks.number == 1
    run_to_end(SyncRun.objects.latest("number"))
    assert states() == {DocumentState.IN_INTACCT.value}
    assert Push.objects.filter(state="delivered").count() == 10
    ben.go(url("issues"))
    ben.sees("Nothing needs you")
    ben.look()


def test_an_issue_is_taken_on_and_snoozed(visit: Visit, url: Url, pushing: Connection, accountant: User) -> None:
    commitment(pushing, "SC-1", "100.00", vendor_id="NOBODY")
    blocked.renew(pushing)
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("home"))
    ben.follow("Commitments blocked")
    expect(ben.page.get_by_text("SC-1").first).to_be_visible()
    ben.go(url("issues"))
    ben.look()
    ben.page.locator(".issue h2 a").first.click()
    ben.look()
    ben.page.get_by_label("Who looks after it").select_option(label="Ben Okafor")
    ben.page.get_by_label("Snooze until").fill("2099-01-01")
    ben.press("Save")
    ben.sees("Nothing needs you today")
    ben.page.locator(".issues-asleep summary").click()
    ben.look()


def test_a_commitment_is_entered_approved_and_pushed(
    visit: Visit, url: Url, pushing: Connection, accountant: User
) -> None:
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("commitments"))
    page, clicks = ben.page, Clicks(ben)
    clicks.follow("New commitment")
    page.get_by_label("Number").fill("SC-1")
    page.get_by_label("Title").fill("Footings")
    page.locator("#id_vendor_id").fill(some_vendor(pushing).business_id)
    page.keyboard.press("Tab")
    for line, (description, price) in enumerate((("Forms", "$1,000"), ("Concrete", "2,500.50"))):
        row = page.locator("[data-grid] tr[data-row]").nth(line)
        row.locator("[data-cell=description]").fill(description)
        row.locator("[data-cell=quantity]").fill("1")
        row.locator("[data-cell=unit_price]").fill(price)
        if not line:
            page.keyboard.press("Enter")  # the next line begins
    clicks.press("Save, approve and push…")
    clicks.press("Push 1 commitment")
    expect(page.locator("#run-state")).to_be_visible()
    run_to_end(SyncRun.objects.latest("number"))
    expect(page.locator("#run-state")).to_contain_text("Succeeded", timeout=15_000)
    clicks.follow("Footings", exact=False)
    ben.sees("$3,500.50")
    assert clicks.number <= 7
    assert states() == {DocumentState.IN_INTACCT.value}
