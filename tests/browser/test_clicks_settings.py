"""The settings of a new company in few clicks, and lists that arrive while somebody fills the form in."""

from collections.abc import Callable

from playwright.sync_api import Dialog, expect

from accounts.models import Tenant, User
from integrations.models import Connection, ListItem, SyncRun
from integrations.runs.runner import run_to_end, work_slice
from integrations.sandbox.facade import SandboxServer
from integrations.settings.selectors import settings_in_force
from tests.browser.person import Visitor
from tests.browser.test_main_job import authorize, choose

Visit = Callable[[], Visitor]
Url = Callable[..., str]

# Presses of a mouse button; the tab keeps their number from page to page.
COUNTS = """window.addEventListener("pointerdown", () =>
  sessionStorage.setItem("clicks", Number(sessionStorage.getItem("clicks") || 0) + 1), true)"""


def test_after_authorize_a_new_company_needs_at_most_four_clicks(
    worker_lives: None, visit: Visit, url: Url, scoped: Tenant, admin: User, intacct: SandboxServer
) -> None:
    alma = visit()
    page = alma.page
    alma.context.add_init_script(COUNTS)
    alma.log_in(admin.email)
    alma.go(url("connection"))
    authorize(alma, intacct)
    alma.sees("Its lists are being read now")
    page.evaluate("sessionStorage.removeItem('clicks')")
    run_to_end(SyncRun.objects.get())
    alma.sees("2 proposals are filled in; Save accepts them.")

    page.get_by_label("Sync Projects").check()
    page.get_by_label("Sync Commitments").check()
    alma.sees("6 proposals are filled in; Save accepts them.")
    alma.look()
    alma.press("Save")
    expect(page.locator(".page-head")).to_contain_text("Fully enabled")
    assert int(page.evaluate("sessionStorage.getItem('clicks')")) <= 4
    connection = Connection.objects.get()
    version = settings_in_force(connection)
    assert version is not None
    assert version.values["subcontract_change_definition"] == "PC Subcontract CO"
    assert [change["label"] for change in version.changes if "accepted by Alma Reyes" in change["after"]] == [
        "Default Account", "Default Item ID", "Definition for subcontracts", "Definition for purchase orders",
        "Definition for subcontract change orders", "Definition for purchase order change orders",
    ]  # fmt: skip


def test_lists_arrive_while_somebody_fills_the_form_in(
    visit: Visit, url: Url, connection: Connection, admin: User
) -> None:
    alma = visit()
    page = alma.page
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    page.on("dialog", leave)
    alma.log_in(admin.email)
    alma.go(url("settings"))
    alma.sees("GL accounts: not read from Intacct yet")
    alma.look()
    page.get_by_label("Sync Commitments").check()
    page.get_by_label("Unit of measure").fill("Lot")
    alma.press("Read lists from Intacct")
    alma.sees("Lists are being read. You can go on here.")
    expect(page).to_have_url(alma.base + url("settings"))
    run = SyncRun.objects.get()
    while not ListItem.objects.filter(kind="items").exists():
        work_slice(run.pk, seconds=0)
    # The list of accounts is there and can be used; that of the definitions is still to come.
    expect(page.locator("#said_default_account")).to_contain_text("Proposed: named “Job cost”")
    choose(page, 0, "5010", "5010 Subcontract cost")
    expect(page.locator("#said_subcontract_definition")).to_contain_text("not read from Intacct yet")
    run_to_end(run)
    expect(page.locator("#said_subcontract_definition")).to_contain_text("Proposed: “PC Subcontracts”")
    expect(page.get_by_label("Unit of measure")).to_have_value("Lot")
    expect(page.locator("#id_default_account")).to_have_value("5010")
    expect(page.locator("#id_subcontract_definition")).to_have_value("PC Subcontracts")
    page.locator("#said_default_account").get_by_role("button", name="5000 Job cost").click()
    expect(page.locator("#id_default_account")).to_have_value("5000")
    alma.press("Save")
    alma.sees("Saved as version 1.")
    assert asked == []
    version = settings_in_force(connection)
    assert version is not None
    assert (version.values["purchasing_unit"], version.values["default_account"]) == ("Lot", "5000")


def test_what_a_switch_requires_follows_it(visit: Visit, url: Url, ready: Connection, admin: User) -> None:
    alma = visit()
    page = alma.page
    alma.log_in(admin.email)
    alma.go(url("settings"))
    star = page.locator('label[for^="id_subcontract_definition"] .asteriskField')
    section = page.locator('[data-of-switch="sync_commitments"]')
    expect(section).not_to_have_attribute("open", "")
    expect(page.get_by_label("Sync Bills")).to_be_disabled()
    page.get_by_label("Sync Commitments").check()
    expect(section).to_have_attribute("open", "")
    expect(star).to_have_count(1)
    page.get_by_label("Sync Commitments").uncheck()
    expect(section).not_to_have_attribute("open", "")
    expect(star).to_have_count(0)
