"""Search and shortcuts in a real browser: by keyboard from any page, and never while somebody types."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import expect

from accounts.models import User
from erp_admin.models import Commitment
from integrations.models import Connection
from tests.browser.person import Visitor

Visit = Callable[[], Visitor]
Url = Callable[..., str]


def test_anything_is_reached_by_keyboard(visit: Visit, admin: User, ready: Connection, url: Url) -> None:
    one = Commitment.objects.create(
        tenant=ready.tenant, number="SC-77", title="Harbor footings", currency="USD", dated_on=date(2026, 3, 2)
    )
    alma = visit()
    alma.log_in(admin.email)
    page = alma.page
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-words")).to_be_focused()
    expect(page.locator("#palette [data-hit]").first).to_be_visible()
    alma.look()
    page.keyboard.type("sc-77")
    hit = page.get_by_role("option").filter(has_text="Harbor footings")
    expect(hit).to_have_attribute("aria-selected", "true")
    alma.look()
    page.keyboard.press("Enter")
    expect(page).to_have_url(alma.base + url("commitment", pk=one.pk))
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page).to_have_url(alma.base + url("home"))
    page.wait_for_load_state()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    alma.look()
    page.get_by_label("Single letters work").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page).to_have_url(alma.base + url("home"))


def test_enter_opens_what_was_typed_however_late_its_results_are(
    visit: Visit, admin: User, ready: Connection, url: Url
) -> None:
    one = Commitment.objects.create(
        tenant=ready.tenant, number="SC-79", title="Deck", currency="USD", dated_on=date(2026, 3, 2)
    )
    alma = visit()
    alma.log_in(admin.email)
    page = alma.page
    alma.go(url("lists"))
    page.keyboard.press("Control+k")
    expect(page.locator("#palette [data-hit]").first).to_be_visible()  # the places, of which the first is Home
    page.keyboard.type("sc-79")
    page.keyboard.press("Enter")  # within the moment before anything is asked
    expect(page).to_have_url(alma.base + url("commitment", pk=one.pk))


def test_colors_are_chosen_and_kept(visit: Visit, admin: User, ready: Connection, url: Url) -> None:
    alma = visit()
    alma.log_in(admin.email)
    alma.press("Your account")
    alma.press("Dark")
    expect(alma.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    alma.go(url("company"))
    expect(alma.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    alma.press("Your account")
    expect(alma.page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    alma.press("System")
    expect(alma.page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_letters_act_on_the_page_and_never_on_what_is_typed(
    visit: Visit, admin: User, ready: Connection, url: Url
) -> None:
    one = Commitment.objects.create(
        tenant=ready.tenant,
        kind="subcontract",
        number="SC-78",
        title="Pier caps",
        currency="USD",
        dated_on=date(2026, 3, 2),
    )
    alma = visit()
    alma.log_in(admin.email)
    page = alma.page
    alma.go(url("commitments"))
    page.keyboard.press("/")
    page.keyboard.type("n")
    expect(page.locator("main input[type=search]").first).to_have_value("n")
    page.locator("h1").click()
    page.keyboard.press("n")
    expect(page).to_have_url(alma.base + url("new_commitment"))
    alma.go(url("commitment", pk=one.pk))
    page.keyboard.press("e")
    expect(page).to_have_url(alma.base + url("edit_commitment", pk=one.pk))
    page.get_by_label("Title").fill("Pier caps, north")
    page.keyboard.press("Control+s")
    expect(page).to_have_url(alma.base + url("commitment", pk=one.pk))
    alma.sees("Pier caps, north")
