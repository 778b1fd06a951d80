"""The main job by hand, in a real browser: connect, authorize, settings, import three projects, look at the run.

Runs are worked off here, between two looks at a page, as a queue's worker would do it.
"""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts.models import Tenant, User
from integrations.models import Connection, SyncRun
from integrations.runs.runner import Slice, run_to_end, work_slice
from integrations.sandbox.facade import SandboxServer
from tests.browser.person import DJANGO_ADMIN_OPTIONS, Visitor
from tests.second_factor import code

Visit = Callable[[], Visitor]
Url = Callable[..., str]


def newest_run() -> SyncRun:
    return SyncRun.objects.select_related("connection").latest("number")


def authorize(visitor: Visitor, intacct: SandboxServer, *, entity: str = "", password: str = "") -> None:
    facts = intacct.credentials
    page = visitor.page
    page.get_by_label("Company ID").fill(facts["company"])
    page.get_by_label("Entity ID").fill(entity)
    page.get_by_label("User ID").fill(facts["user"])
    page.get_by_label("Password").fill(password or facts["password"])
    visitor.press("Authorize")


def choose(page: Page, number: int, typed: str, shown: str) -> None:
    """Search in the picker of that position and take the first hit, by keyboard alone."""
    page.locator(".ts-control").nth(number).click()
    expect(page.locator(".ts-dropdown:visible input")).to_be_focused()
    page.keyboard.type(typed)
    expect(page.locator(".ts-dropdown:visible .option").first).to_contain_text(shown)
    page.keyboard.press("Enter")
    expect(page.locator(".ts-control").nth(number)).to_contain_text(shown)


def test_from_nothing_to_a_fully_enabled_integration(
    worker_lives: None, visit: Visit, url: Url, scoped: Tenant, admin: User, intacct: SandboxServer
) -> None:
    alma = visit()
    alma.log_in(admin.email)
    alma.sees("From here to your first documents in Intacct")
    expect(alma.page.locator(".topbar .pill")).to_contain_text("Not connected")
    alma.look()
    alma.follow("Read how")
    alma.look()
    alma.follow("Connect")

    alma.press("Authorize")
    expect(alma.page.locator("[data-error-summary]")).to_be_focused()
    alma.look()
    authorize(alma, intacct, password="not this one")
    alma.sees("Not connected")
    expect(alma.page.get_by_label("Password")).to_have_value("")
    authorize(alma, intacct, entity="999")
    alma.sees("not the entity “999”")
    alma.look()
    alma.page.goto(alma.page.url)  # as by Enter in the address bar
    authorize(alma, intacct)
    alma.sees("Connected to summit-demo, top level.")
    expect(alma.page.locator(".topbar .pill")).to_contain_text("Connected")

    alma.look()
    alma.sees("Lists are being read. You can go on here.")
    run_to_end(newest_run())
    expect(alma.page.locator("#lists-read")).not_to_contain_text("Lists are being read")
    alma.sees("2 proposals are filled in")
    alma.look()
    for position in (0, 1):
        alma.page.locator("[data-settings] select").nth(position).evaluate("select => select.tomselect.clear()")
    alma.press("Save")
    alma.sees("Choose one of the GL accounts; this is required.")
    alma.page.wait_for_load_state()
    expect(alma.page.locator("[data-error-summary]")).to_be_focused()
    alma.look()
    choose(alma.page, 0, "subcontract", "5010 Subcontract cost")
    choose(alma.page, 1, "SUBCON", "SUBCON Subcontract work")
    alma.page.get_by_label("Sync Projects").check()
    alma.sees("You have changes that are not saved.")
    alma.press("Save")
    expect(alma.page.locator(".page-head")).to_contain_text("Fully enabled")
    alma.look()
    for name in ("integrations", "connection", "settings_history", "disconnect", "update_credentials"):
        alma.go(url(name))
        alma.look()


def test_three_projects_are_imported_under_the_eyes_of_the_accountant(
    visit: Visit, url: Url, ready: Connection, accountant: User, staff: User
) -> None:
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("projects"))
    ben.look()
    for number in ("24-001", "24-002", "24-003"):
        ben.page.get_by_role("row").filter(has=ben.page.get_by_role("link", name=number, exact=True)).get_by_role(
            "checkbox"
        ).check()
    ben.sees("3 selected")
    ben.press("Import selected")
    ben.sees("Nothing has been written yet. 3 projects chosen")
    ben.look()
    ben.press("Import 3 projects")

    state, progress = ben.page.locator("#run-state"), ben.page.locator("#run-progress")
    expect(state).to_contain_text("Queued")
    assert work_slice(newest_run().pk, seconds=0) is Slice.MORE
    expect(state).to_contain_text("Running")
    expect(progress.get_by_role("progressbar").first).to_be_visible()
    expect(progress).to_contain_text("3 of 3 projects imported.")
    ben.look()
    run = run_to_end(newest_run())
    expect(state).to_contain_text("Succeeded")
    expect(progress.get_by_role("progressbar")).to_have_count(0)
    expect(ben.page.locator("#run-record")).to_contain_text("24-002")
    ben.look()

    ben.page.get_by_role("link", name="Open 24-001").click()
    ben.sees("A project kept in Sage Intacct")
    ben.look()
    for address in (url("projects") + "?view=here", url("runs"), url("home")):
        ben.go(address)
        ben.look()
    see_in_the_admin(visit(), staff, run)


def see_in_the_admin(sam: Visitor, staff: User, run: SyncRun) -> None:
    sam.log_in(staff.email, code=code())
    sam.follow("Open the staff admin")
    sam.follow("Sync runs")
    sam.look(DJANGO_ADMIN_OPTIONS)
    sam.follow(str(run))
    sam.look(DJANGO_ADMIN_OPTIONS)
    sam.page.get_by_label("Reason").fill("Ticket 12: a run that took long")
    sam.press("Go on")
    expect(sam.page.locator("#steps-group")).to_contain_text("Import projects")
    sam.look(DJANGO_ADMIN_OPTIONS)
    sam.page.locator("#content-main").get_by_role("link", name="Exchanges").click()
    expect(sam.page.locator("#result_list tbody tr")).to_have_count(run.exchanges.count())
    sam.page.locator("#result_list tbody th a").first.click()
    expect(sam.page.locator("pre.body").first).to_contain_text("<password>")
    sam.look(DJANGO_ADMIN_OPTIONS)
