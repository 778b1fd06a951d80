"""Lines entered in a real browser: pasted, filled down, put in order, undone, by keyboard alone, and saved."""

import os
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from erp_admin.models import Commitment, Project
from integrations.models import Connection, ListItem, SyncRun
from integrations.runs.runner import run_to_end
from tests import lists
from tests.browser.person import Visitor
from tests.erp_admin.samples import change_order, choose_settings, commitment, some_vendor
from tests.snapshot import read_lists

Visit = Callable[[], Visitor]
Url = Callable[..., str]
PASTE = """([text, html]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  if (html) data.setData("text/html", html);
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  document.activeElement.dispatchEvent(event);
}"""


@pytest.fixture(autouse=True)
def patient() -> Iterator[None]:
    """Hundreds of lines take their time where much else runs."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def pushing(connection: Connection) -> Connection:
    read_lists(connection, lists.DOCUMENTS)
    choose_settings(connection)
    return connection


@pytest.fixture
def project(pushing: Connection) -> Project:
    """One with cost codes in Intacct."""
    tasks = ListItem.objects.filter(kind="tasks", missing_at=None, is_active=True)
    there = str(tasks.exclude(scope_id="").earliest("record_no").scope_id)
    return Project.objects.create(tenant=pushing.tenant, number=there, name="Here", currency="USD", remote_id=there)


def cell(page: Page, line: int, name: str) -> Locator:
    return page.locator("[data-grid] tr[data-row]").nth(line - 1).locator(f"[data-cell={name}]")


def paste(page: Page, line: int, name: str, text: str, html: str = "") -> None:
    cell(page, line, name).focus()
    page.evaluate(PASTE, [text, html])


def texts(page: Page, name: str) -> list[str]:
    """What the filled cells of a column show."""
    found = page.evaluate("name => [...document.querySelectorAll(`[data-cell=${name}]`)].map(each => each.value)", name)
    return [text for text in found if text]


def open_new(visit: Visit, url: Url, accountant: User) -> Visitor:
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("new_commitment"))
    return ben


def test_two_hundred_lines_are_pasted_and_saved_within_two_seconds(
    visit: Visit, url: Url, pushing: Connection, accountant: User
) -> None:
    ben = open_new(visit, url, accountant)
    page = ben.page
    page.get_by_label("Number").fill("SC-200")
    page.get_by_label("Title").fill("Steel")
    sheet = "Description\tQty\tUOM\tUnit Cost\tVendor\n" + "".join(
        f'"Part {number}, 12"" pipe"\t{number}\tEA\t$1,250.50\tNorthwind\n' for number in range(1, 201)
    )
    began = time.monotonic()
    paste(page, 1, "description", sheet)
    expect(page.locator("[data-line-count]")).to_have_text("200 lines")
    pasted = time.monotonic() - began
    expect(page.locator("[data-total]")).to_have_text("$25,135,050.00")
    ben.sees(
        "200 lines pasted: Description, Quantity, Unit, Unit price. Not taken, as lines have no such column: Vendor."
    )
    page.get_by_label("Agreed total").fill("25,135,050")
    ben.sees("equals the agreed total")
    began = time.monotonic()
    ben.press("Save")
    ben.sees("Commitment SC-200 was added.")
    saved = time.monotonic() - began
    document = Commitment.objects.get()
    assert (document.lines.count(), str(document.total)) == (200, "25135050.00")
    assert document.lines.first().description == 'Part 1, 12" pipe'
    if os.getloadavg()[0] < (os.cpu_count() or 1):  # what else the machine does is no fault of the page
        assert pasted < 1
        assert saved < 2


def test_a_spreadsheet_is_pasted_as_it_is(visit: Visit, url: Url, pushing: Connection, accountant: User) -> None:
    ben = open_new(visit, url, accountant)
    page = ben.page
    row = "<tr>{}<td></td><td></td><td>{}</td></tr>"
    merged = f"<table>{row.format('<td rowspan=2>Footings</td>', 2)}{row.format('', 3)}</table>"
    paste(page, 1, "description", "ignored", merged)
    assert (texts(page, "description"), texts(page, "quantity")) == (["Footings"], ["2", "3"])
    page.keyboard.press("Control+z")
    assert texts(page, "quantity") == []
    paste(page, 1, "description", '=A1*2\t\t\t1\n"two\nlines\tand a tab"\t\t\t=B1\n')
    ben.sees("This is a formula, not its value. Type what it says")
    expect(page.locator("[data-faults-text]")).to_contain_text("2 cells to correct")
    assert texts(page, "description") == ["=A1*2", "two lines and a tab"]
    ben.look()
    page.locator("[data-next-fault]").click()
    expect(cell(page, 1, "description")).to_be_focused()
    page.get_by_role("button", name="Use =A1*2 as text").click()
    expect(page.locator("[data-faults-text]")).to_contain_text("1 cell to correct")
    ben.press("Save")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    ben.sees("Line 2, Quantity")
    assert texts(page, "description") == ["'=A1*2", "two lines and a tab"]
    page.get_by_role("link", name="Line 2, Quantity").click()
    expect(cell(page, 2, "quantity")).to_be_focused()


def test_a_pasted_total_is_left_out_and_said(visit: Visit, url: Url, pushing: Connection, accountant: User) -> None:
    ben = open_new(visit, url, accountant)
    page = ben.page
    sheet = "Description\tUnit Cost\nFootings\t$1,000\nSlab\t$500\nGrand Total\t$1,500.00\n"
    paste(page, 1, "description", sheet)
    ben.sees("Left out 1 row that is a total: Grand Total $1,500.00. The lines add up to it.")
    assert texts(page, "description") == ["Footings", "Slab"]
    paste(page, 3, "description", "Total station\t\t\t1\nSubtotal\t\t\t2\n")
    ben.sees("Left out 1 row that is a total: Subtotal 2.")
    assert texts(page, "description") == ["Footings", "Slab", "Total station"]


def test_lines_by_keyboard_alone(
    visit: Visit, url: Url, pushing: Connection, accountant: User, project: Project
) -> None:
    ben = open_new(visit, url, accountant)
    page, keys = ben.page, ben.page.keyboard
    expect(page.get_by_label("Number")).to_be_focused()
    keys.type("SC-9")
    keys.press("Tab")
    keys.type(some_vendor(pushing).business_id)
    keys.press("Tab")
    expect(page.locator("#id_project")).to_be_focused()
    keys.type(project.number)
    keys.press("Enter")
    expect(page.get_by_label("Title")).to_be_focused()
    keys.type("Footings")
    keys.press("Tab")
    keys.type("3/4/26")
    keys.press("Tab")
    expect(page.locator("#id_dated_on")).to_have_value("03/04/2026")
    cell(page, 1, "description").focus()
    for number in (1, 2, 3):
        keys.type(f"Part {number}")
        for text in ("", "", "2", "ea", f"${number},000"):
            keys.press("Tab")
            if text:
                keys.type(text)
        keys.press("Enter")
        for _ in range(5):
            keys.press("ArrowLeft")
    expect(page.locator("[data-total]")).to_have_text("$12,000.00")
    assert texts(page, "unit_price") == ["1,000.00", "2,000.00", "3,000.00"]

    keys.press("ArrowUp")
    keys.press("Alt+ArrowUp")
    assert texts(page, "description") == ["Part 1", "Part 3", "Part 2"]
    keys.press("Control+Shift+D")
    assert texts(page, "description") == ["Part 1", "Part 3", "Part 3", "Part 2"]
    keys.press("Control+z")
    keys.press("Control+z")
    assert texts(page, "description") == ["Part 1", "Part 2", "Part 3"]
    keys.press("Control+Shift+Z")
    assert texts(page, "description") == ["Part 1", "Part 3", "Part 2"]

    task = ListItem.objects.filter(kind="tasks", scope_id=project.remote_id, is_active=True).earliest("record_no")
    cell(page, 1, "task_id").focus()
    keys.type(task.business_id)
    keys.press("Shift+ArrowDown")
    keys.press("Shift+ArrowDown")
    keys.press("Control+d")
    assert texts(page, "task_id") == [task.business_id] * 3
    expect(cell(page, 3, "task_id")).to_have_attribute("title", task.name)
    keys.press("Control+End")
    keys.press("Enter")
    expect(page.locator("[data-line-count]")).to_have_text("3 lines")
    ben.look()
    keys.press("Control+s")
    ben.sees("Commitment SC-9 was added.")
    document = Commitment.objects.get()
    assert [line.description for line in document.lines.all()] == ["Part 1", "Part 3", "Part 2"]
    assert (str(document.dated_on), document.project) == ("2026-03-04", project)


def test_forty_unknown_cost_codes_are_told_once_and_put_right_together(
    visit: Visit, url: Url, pushing: Connection, accountant: User, project: Project
) -> None:
    task = ListItem.objects.filter(kind="tasks", scope_id=project.remote_id, is_active=True).earliest("record_no")
    ben = open_new(visit, url, accountant)
    page = ben.page
    page.get_by_label("Title").fill("Steel")
    page.get_by_label("Number").fill("SC-500")
    page.locator("#id_project").fill(project.number)
    lines = [
        f"Part {number}\t{task.business_id + 'X' if number % 12 == 0 else task.business_id}\t\t1\t\t10"
        for number in range(480)
    ]
    paste(page, 1, "description", "\n".join(lines))
    expect(page.locator("[data-faults-text]")).to_have_text("40 cells need a cost code that Intacct has")
    page.locator("[data-next-fault]").click()
    expect(cell(page, 1, "task_id")).to_be_focused()
    page.get_by_role("button", name="in 40 lines").first.click()
    expect(page.locator("[data-faults]")).to_be_hidden()
    cell(page, 480, "description").press_sequentially(" and more of it")
    ben.press("Save")
    ben.sees("Commitment SC-500 was added.")
    document = Commitment.objects.get()
    page.goto(page.url + "edit/")
    expect(page.locator("[data-line-count]")).to_have_text("480 lines")
    cell(page, 480, "unit_price").fill("11")
    ben.press("Save")
    ben.sees("Commitment SC-500 was saved.")
    document.refresh_from_db()
    assert (str(document.total), document.lines.count()) == ("4801.00", 480)


def test_a_change_order_says_what_it_makes_of_its_commitment(
    visit: Visit, url: Url, pushing: Connection, accountant: User
) -> None:
    base = commitment(pushing, "SC-77", "1000.00", "500.00")
    change_order(base, "CO-1", "100.00")
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(f"{url('new_change_order')}?commitment={base.pk}")
    page = ben.page
    expect(page.get_by_label("Number")).to_have_value("CO-2")
    page.get_by_label("Title").fill("More")
    cell(page, 1, "changes_line").fill("2")
    cell(page, 1, "changes_line").press("Tab")
    expect(cell(page, 1, "description")).to_have_value("Part 2")
    expect(cell(page, 1, "unit_price")).to_have_value("500.00")
    cell(page, 1, "unit_price").fill("(1,600.01)")
    cell(page, 1, "unit_price").press("Tab")
    ben.sees("The revised total is below zero")
    cell(page, 1, "unit_price").fill("(250)")
    cell(page, 1, "unit_price").press("Tab")
    expect(page.locator("[data-revised]")).to_have_text("$1,350.00")
    expect(page.locator("[data-below-zero]")).to_be_hidden()
    ben.sees("Line 2 Part 2: $500.00 + ($250.00) = $250.00")
    ben.look()
    ben.press("Save, approve and push…")
    ben.sees("Change order CO-2 was added and approved.")
    ben.sees("Nothing has been sent yet.")


def test_two_people_in_one_commitment_lose_nothing(
    visit: Visit, url: Url, pushing: Connection, accountant: User, admin: User
) -> None:
    document = commitment(pushing, "SC-77", "1000.00", "500.00", approved=False)
    ben, alma = visit(), visit()
    for person, user in ((ben, accountant), (alma, admin)):
        person.log_in(user.email)
        person.go(url("edit_commitment", pk=document.pk))
    alma.page.get_by_label("Title").fill("By Alma")
    cell(alma.page, 1, "unit_price").fill("1100")
    alma.press("Save")
    alma.sees("Commitment SC-77 was saved.")
    ben.page.get_by_label("Title").fill("By Ben")
    cell(ben.page, 2, "unit_price").fill("600")
    ben.press("Save")
    ben.sees("while you had it open. Nothing of yours was saved.")
    expect(ben.page.locator("#id_title")).to_have_value("By Ben")
    assert texts(ben.page, "unit_price") == ["1,100.00", "600.00"]
    ben.look()
    ben.page.get_by_role("group", name="Title").get_by_role("button", name="Theirs").click()
    ben.press("Save")
    ben.sees("Commitment SC-77 was saved.")
    document.refresh_from_db()
    assert (document.title, str(document.total)) == ("By Alma", "1700.00")
    assert [int(line.unit_price) for line in document.lines.all()] == [1100, 600]


def test_five_hundred_lines_are_edited_saved_and_pushed(
    visit: Visit, url: Url, pushing: Connection, accountant: User, worker_lives: None
) -> None:
    document = commitment(pushing, "SC-500", *["100.00"] * 500)
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("edit_commitment", pk=document.pk))
    page = ben.page
    expect(page.locator("[data-line-count]")).to_have_text("500 lines")
    cell(page, 500, "unit_price").fill("$150.00")
    page.keyboard.press("Tab")
    expect(page.locator("[data-total]")).to_have_text("$50,050.00")
    ben.press("Save, approve and push…")
    page.get_by_role("button", name="Push 1 commitment").click()
    expect(page.locator("#run-state")).to_be_visible()
    run_to_end(SyncRun.objects.latest("number"))
    document.refresh_from_db()
    assert str(document.total) == "50050.00"
    assert (document.shown_state.label, document.lines.exclude(remote_line_no=None).count()) == ("In Intacct", 500)
