"""A spreadsheet of commitments in a real browser: read it, match its vendors, confirm, watch it, find the outcome."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from accounts.models import User
from erp_admin.models import Commitment, ImportDraft
from integrations.models import Connection, SyncRun
from integrations.runs.runner import run_to_end
from tests import lists
from tests.browser.person import Visitor
from tests.erp_admin.imported import commitment_row, csv_of
from tests.snapshot import read_lists

Visit = Callable[[], Visitor]
Url = Callable[..., str]


def upload(visitor: Visitor, path: Path) -> None:
    visitor.page.locator("input[type=file]").set_input_files(path)
    visitor.press("Read the file")


def test_import_a_spreadsheet_match_vendors_confirm(
    visit: Visit, url: Url, connection: Connection, accountant: User, tmp_path: Path
) -> None:
    read_lists(connection, lists.FILES)
    file = tmp_path / "subcontracts.csv"
    file.write_bytes(
        csv_of(
            commitment_row("SC-1", "Granite Peak Concrete LLC", "40000", "Footings"),
            ",,,,,,Walls,12500",
            commitment_row("SC-2", "Northwind Rofing", "8000"),
            commitment_row("SC-3", "Somebody Unheard Of", "500"),
            commitment_row("SC-4", "Northwind Roofing", "a lot"),
        )
    )
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("Nmber,Color\n1,red\n")
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("commitment_imports"))
    ben.sees("No files yet")
    ben.look()
    upload(ben, wrong)
    expect(ben.page.locator("[data-error-summary]")).to_contain_text("did you mean Number? Rename it.")
    ben.look()

    upload(ben, file)
    ben.sees("1 of 4 commitments is ready to be imported.")
    ben.sees("This is not a number.")
    ben.look()
    ben.follow("Match names")
    ben.sees("2 of 4 names still to decide.")
    ben.look()
    unheard = ben.page.locator("tr", has=ben.page.get_by_role("rowheader", name="Somebody Unheard Of"))
    unheard.locator(".ts-control").click()
    expect(ben.page.locator(".ts-dropdown:visible input")).to_be_focused()
    ben.page.keyboard.type("harrow")
    expect(ben.page.locator(".ts-dropdown:visible .option").first).to_contain_text("Harrow Earthworks")
    ben.page.keyboard.press("Enter")
    ben.press("Save matches")
    ben.sees("2 matches saved. Every name is decided.")
    ben.look()

    ben.press("Import 3 commitments")
    expect(ben.page.locator("#run-state")).to_contain_text("Queued")
    run_to_end(SyncRun.objects.select_related("connection").latest("number"))
    expect(ben.page.locator("#run-state")).to_contain_text("Succeeded")
    ben.look()
    ben.go(url("commitment_import", draft_pk=ImportDraft.objects.get().pk))
    ben.sees("3 of 4 commitments imported.")
    ben.look()
    assert Commitment.objects.get(number="SC-3").vendor_name == "Harrow Earthworks"
    assert Commitment.objects.get(number="SC-2").vendor_name == "Northwind Roofing"
