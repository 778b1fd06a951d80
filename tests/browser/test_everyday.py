"""What has to work for everybody: the keyboard, the phone, disabled actions that say why, choosing rows."""

from collections.abc import Callable

from playwright.sync_api import expect

from accounts.models import User
from integrations.models import Connection
from tests.browser.person import PHONE, Visitor

Visit = Callable[[], Visitor]
Url = Callable[..., str]


def test_a_viewer_reads_everything_and_is_told_why_not_to_act(
    visit: Visit, url: Url, ready: Connection, viewer: User
) -> None:
    vera = visit()
    vera.log_in(viewer.email)
    vera.go(url("projects"))
    button = vera.page.get_by_role("button", name="Import selected")
    reason = vera.page.locator(".disabled-action").filter(has=button).get_by_role("tooltip", include_hidden=True)

    expect(vera.page.get_by_role("checkbox")).to_have_count(0)
    expect(reason).to_be_hidden()
    button.focus()
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(reason).to_be_visible()
    expect(reason).to_have_text("This needs the role Accountant; yours is Viewer.")
    vera.page.keyboard.press("Escape")
    expect(reason).to_be_hidden()
    vera.look()

    for name in ("connection", "settings"):
        vera.go(url(name))
        vera.look()
    expect(vera.page.get_by_role("button", name="Save", exact=True)).to_have_count(0)


def test_the_keyboard_leads_past_the_navigation_and_through_a_choice(
    visit: Visit, url: Url, ready: Connection, accountant: User
) -> None:
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("projects"))

    ben.page.keyboard.press("Tab")
    expect(ben.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    ben.page.keyboard.press("Enter")
    expect(ben.page.locator("main")).to_be_focused()

    ben.page.get_by_role("checkbox", name="Select all projects on this page").focus()
    ben.page.keyboard.press("Space")
    ben.sees("24 selected")
    ben.page.get_by_role("button", name="Clear the selection").focus()
    ben.page.keyboard.press("Enter")
    ben.sees("None selected")
    expect(ben.page.get_by_role("checkbox", name="Select all projects on this page")).to_be_focused()
    expect(ben.page.get_by_role("button", name="Import selected")).to_have_attribute("aria-disabled", "true")


def test_the_whole_cell_round_a_check_box_is_its_target(
    visit: Visit, url: Url, ready: Connection, accountant: User
) -> None:
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("projects"))
    target = ben.page.locator("tbody .select-target").first
    box = target.bounding_box()

    assert box is not None
    assert min(box["width"], box["height"]) >= 24
    target.click(position={"x": 2, "y": 2})
    expect(target.get_by_role("checkbox")).to_be_checked()
    ben.sees("1 selected")


def test_on_a_phone_the_navigation_opens_and_every_page_fits(
    visit: Visit, url: Url, ready: Connection, admin: User
) -> None:
    alma = visit()
    alma.log_in(admin.email)
    alma.page.set_viewport_size(PHONE)
    alma.press("Open the navigation")
    rail = alma.page.locator("#rail")
    rail.get_by_role("link", name="Sync history").click()

    expect(alma.page.get_by_role("heading", level=1)).to_have_text("Sync history")
    expect(rail).to_be_hidden()
    alma.look()


def test_a_wrong_password_is_refused_without_losing_the_address(visit: Visit, admin: User) -> None:
    somebody = visit()
    somebody.go("/login/")
    somebody.look()
    somebody.page.get_by_label("E-mail").fill(admin.email)
    somebody.page.get_by_label("Password").fill("something else")
    somebody.press("Log in")

    somebody.sees("You are not logged in")
    expect(somebody.page.get_by_label("E-mail")).to_have_value(admin.email)
    somebody.look()
