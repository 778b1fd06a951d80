"""Commitments by hand in a real browser: enter, approve, look at the summary, push, edit, update, retry what failed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from erp_admin.models import Commitment, Project
from integrations.models import Connection, ListItem, SyncRun
from integrations.runs.runner import run_to_end
from tests import lists
from tests.browser.person import Visitor
from tests.erp_admin.samples import choose_settings, commitment, some_vendor
from tests.snapshot import read_lists

Visit = Callable[[], Visitor]
Url = Callable[..., str]


@pytest.fixture
def pushing(connection: Connection) -> Connection:
    read_lists(connection, lists.DOCUMENTS)
    choose_settings(connection)
    return connection


def newest_run() -> SyncRun:
    return SyncRun.objects.select_related("connection").latest("number")


def pick(page: Page, field: Locator, typed: str) -> None:
    """Search in a field for a code and take the first hit, by keyboard."""
    field.click()
    field.press_sequentially(typed)
    expect(page.locator("#codes-list [role=option]").first).to_contain_text(typed)
    field.press("ArrowDown")
    field.press("Enter")


def cell(page: Page, line: int, name: str) -> Locator:
    return page.locator("[data-grid] tr[data-row]").nth(line - 1).locator(f"[data-cell={name}]")


def push(visitor: Visitor, button: str) -> None:
    visitor.press(button)
    visitor.sees("Nothing has been sent yet.")
    visitor.look()
    visitor.press("Push 1 commitment")
    expect(visitor.page.locator("#run-state")).to_contain_text("Queued")
    expect(visitor.page.locator("#run-progress")).to_contain_text("SC-77 Footings")
    visitor.look()
    run_to_end(newest_run())
    expect(visitor.page.locator("#run-state")).not_to_contain_text("Queued")
    visitor.follow("SC-77 Footings")


def test_a_commitment_from_entry_to_intacct_and_through_a_change(
    visit: Visit, url: Url, pushing: Connection, accountant: User
) -> None:
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("commitments"))
    ben.look()
    ben.follow("Enter the first one")
    page = ben.page
    page.get_by_label("Number").fill("SC-77")
    ben.press("Save")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.get_by_label("Number")).to_have_value("SC-77")
    ben.look()
    page.get_by_label("Title").fill("Footings")
    pick(page, page.locator("#id_vendor_id"), some_vendor(pushing).business_id)
    cell(page, 1, "description").fill("Concrete")
    cell(page, 1, "quantity").fill("12.5")
    cell(page, 1, "unit_price").fill("180.005")
    expect(page.locator("[data-total]")).to_have_text("$2,250.06")
    cell(page, 1, "unit_price").press("Enter")
    cell(page, 2, "description").fill("Rebar")
    cell(page, 2, "unit_price").fill("$1,000")
    page.get_by_role("button", name="Duplicate").click()
    expect(page.locator("[data-total]")).to_have_text("$4,250.06")
    page.get_by_role("button", name="Remove line 3").click()
    expect(page.locator("[data-total]")).to_have_text("$3,250.06")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_role("checkbox", name="Item").check()
    expect(cell(page, 1, "item_id")).to_be_visible()
    ben.look()
    ben.press("Save")
    ben.sees("Commitment SC-77 was added.")
    ben.look()
    ben.press("Approve")
    ben.look()

    push(ben, "Push…")
    expect(page.locator(".page-head")).to_contain_text("In Intacct")
    ben.sees("fields: equal.")
    ben.look()
    document = Commitment.objects.get()
    assert document.remote_id == "PC Subcontracts-SC-77"

    page.get_by_role("link", name="Edit").click()
    ben.sees("cannot be changed there")
    cell(page, 2, "unit_price").fill("1250")
    ben.look()
    ben.press("Save")
    expect(page.locator(".standing")).to_contain_text("Approval fell: total 3,250.06 → 3,500.06")
    ben.look()
    ben.press("Approve")
    expect(page.locator(".standing")).to_contain_text("Changed in ERP Admin since it was pushed")
    ben.look()
    push(ben, "Push…")
    expect(page.locator(".page-head")).to_contain_text("In Intacct")
    document.refresh_from_db()
    assert document.remote_facts["TRX_TOTAL"].startswith("3500.06")


def test_a_failed_push_leads_from_issues_to_the_retry(
    visit: Visit, url: Url, pushing: Connection, accountant: User
) -> None:
    commitment(pushing, "SC-77")
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("commitments"))
    ben.page.get_by_role("checkbox", name="Select SC-77 Footings").check()
    ben.press("Push…")
    ben.press("Push 1 commitment")
    expect(ben.page.locator("#run-state")).to_contain_text("Queued")
    choose_settings(pushing, purchasing_state="Draft")
    run_to_end(newest_run())
    ben.go(url("issues"))
    expect(ben.page.locator(".rail-badge")).to_have_text("1")
    ben.look()
    ben.follow("SC-77 Footings")
    ben.sees("The last push failed")
    ben.look()
    push(ben, "Retry…")
    expect(ben.page.locator(".page-head")).to_contain_text("In Intacct")

    ben.press("More")
    ben.page.get_by_role("button", name="Unlink").click()
    expect(ben.page.get_by_role("dialog")).to_contain_text("Nothing is deleted or changed in Intacct")
    ben.page.get_by_role("dialog").get_by_role("button", name="Unlink").click()
    ben.press("More")
    ben.follow("Link to a document in Intacct")
    ben.press("Search in Intacct")
    ben.sees("Same vendor and total")
    ben.look()
    ben.press("Link to PC Subcontracts-SC-77")
    ben.sees("Linked to PC Subcontracts-SC-77.")


def test_cost_codes_are_those_of_the_project_of_the_line_or_the_head(
    visit: Visit, url: Url, pushing: Connection, accountant: User
) -> None:
    tasks = ListItem.objects.filter(kind="tasks", missing_at=None, is_active=True)
    task = tasks.exclude(fields__PROJECTID="").earliest("record_no")
    here = str(task.fields["PROJECTID"])
    Project.objects.create(tenant=pushing.tenant, number=here, name="Here", currency="USD", remote_id=here)
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("new_commitment"))
    page, code = ben.page, cell(ben.page, 1, "task_id")
    code.click()
    expect(page.locator("#codes-list")).to_contain_text("Choose the project first.")
    pick(page, page.locator("#id_project"), here)
    expect(page.locator("#id_project")).to_have_value(here)
    pick(page, code, task.business_id)
    expect(code).to_have_value(task.business_id)
    expect(code).to_be_focused()
