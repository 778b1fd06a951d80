"""Lists in a real browser: rows that lead on, ranges with Shift, filters by keyboard, views, and cards on a phone."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from accounts.models import Tenant, User
from erp_admin.models import Commitment
from integrations.models import Approval
from tests.browser.person import DESK, PHONE, Visitor

Visit = Callable[[], Visitor]
Url = Callable[..., str]


@pytest.fixture
def sixty(scoped: Tenant) -> Tenant:
    """60 commitments of 12 vendors: more than a page."""
    Commitment.objects.bulk_create(
        Commitment(
            tenant=scoped, kind="subcontract", number=f"SC-{number:02}", title=f"Trade {number}", currency="USD",
            vendor_id=f"V-{number % 12}", vendor_name=f"Vendor {number % 12}", dated_on=date(2026, 3, 2),
            total=Decimal(1_000 + number), approval=Approval.DRAFT if number % 2 else Approval.APPROVED,
        )
        for number in range(60)
    )  # fmt: skip
    return scoped


def test_choosing_a_range_and_all_that_match_says_what_it_comes_to(
    visit: Visit, url: Url, sixty: Tenant, accountant: User
) -> None:
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("commitments"))
    ben.look()
    page, text = ben.page, ben.page.locator(".selection-text")
    boxes = page.locator("[data-select-row]")
    boxes.nth(1).check()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(text).to_have_text("4 selected · $4,010.00")
    boxes.nth(2).click()
    expect(text).to_have_text("3 selected · $3,008.00")
    page.get_by_label("Select all commitments on this page").check()
    ben.press("Select all 60 that match")
    expect(text).to_have_text("All 60 commitments that match are selected · $61,770.00")
    expect(page.locator("tfoot")).to_contain_text("$61,770.00")


def test_a_row_leads_to_its_document_and_its_controls_do_not(
    visit: Visit, url: Url, sixty: Tenant, accountant: User
) -> None:
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("commitments"))
    row = ben.page.get_by_role("row").filter(has_text="SC-03")
    row.locator("[data-select-row]").check()
    expect(ben.page).to_have_url(ben.base + url("commitments"))
    row.get_by_text("Mar 2, 2026").click()
    expect(ben.page.get_by_role("heading", level=1)).to_contain_text("SC-03")


def test_a_filter_is_found_and_chosen_by_keyboard(visit: Visit, url: Url, sixty: Tenant, viewer: User) -> None:
    vera = visit()
    vera.log_in(viewer.email)
    vera.go(url("commitments"))
    page = vera.page
    page.locator("summary", has_text="Vendor").press("Enter")
    field = page.get_by_label("Find: Vendor")
    expect(field).to_be_focused()
    page.keyboard.type("vendor 7")
    expect(page.get_by_role("link", name="V-7 Vendor 7")).to_be_visible()
    expect(page.get_by_role("link", name="V-1 Vendor 1", exact=False)).to_have_count(0)
    vera.look()
    page.locator("summary", has_text="Vendor").press("Escape")
    expect(page.locator("summary", has_text="Vendor")).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    chip = page.get_by_role("link", name="Vendor: V-7 Vendor 7")
    expect(chip).to_be_visible()
    vera.look()
    chip.click()
    expect(page.get_by_text("1–50 of 60 commitments")).to_be_visible()


def test_a_view_is_saved_opened_and_left(visit: Visit, url: Url, sixty: Tenant, viewer: User) -> None:
    vera = visit()
    vera.log_in(viewer.email)
    vera.go(url("commitments") + "?state=draft")
    page = vera.page
    page.locator("summary", has_text="Views").click()
    vera.look()
    page.get_by_label("Save this view as").fill("Drafts")
    vera.press("Save view")
    expect(page.locator("summary", has_text="Views")).to_contain_text("Drafts")
    page.locator("summary", has_text="Columns").click()
    vera.look()
    page.get_by_role("checkbox", name="Date", exact=True).uncheck()
    vera.press("Show these")
    expect(page.get_by_role("columnheader", name="Date")).to_have_count(0)


def test_on_a_phone_rows_are_cards(visit: Visit, url: Url, sixty: Tenant, viewer: User) -> None:
    vera = visit()
    vera.log_in(viewer.email)
    vera.page.set_viewport_size(PHONE)
    vera.go(url("commitments"))
    card = vera.page.locator("tbody tr").filter(has_text="SC-03")
    for text in ("SC-03", "Vendor 3", "$1,003.00", "Draft"):
        expect(card.get_by_text(text).first).to_be_visible()
    box = card.bounding_box()
    assert box is not None
    assert box["width"] <= PHONE["width"]
    vera.page.set_viewport_size(DESK)
