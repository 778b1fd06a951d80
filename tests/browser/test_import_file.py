"""A spreadsheet of commitments in a real browser: dropped, its columns said, a cell corrected, matched, pushed."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from accounts.models import User
from erp_admin.models import Commitment
from integrations.models import Connection, SyncRun
from integrations.runs.runner import run_to_end
from tests.browser.person import Visitor
from tests.erp_admin.imported import commitment_row, csv_of

Visit = Callable[[], Visitor]
Url = Callable[..., str]


def upload(visitor: Visitor, path: Path) -> None:
    """A chosen file is sent at once."""
    visitor.page.locator("input[type=file]").set_input_files(path)
    visitor.page.wait_for_url(re.compile(r"/import/\d+/"))


def drop(visitor: Visitor, name: str, content: bytes) -> None:
    """Drop a file anywhere on the page, as from a folder."""
    dropped = visitor.page.evaluate_handle(
        "([name, text]) => { const carried = new DataTransfer();"
        " carried.items.add(new File([text], name, {type: 'text/csv'})); return carried; }",
        [name, content.decode()],
    )
    for event in ("dragenter", "dragover", "drop"):
        visitor.page.dispatch_event("main", event, {"dataTransfer": dropped})


def test_import_a_spreadsheet_map_fix_match_confirm_push(
    visit: Visit, url: Url, pushing: Connection, accountant: User
) -> None:
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("commitments"))
    ben.follow("Import a file")
    ben.sees("No files yet")
    ben.look()
    drop(ben, "broken.xlsx", b"just words")
    expect(ben.page.locator("[data-drop-errors]")).to_contain_text("This is not an Excel workbook")
    ben.look()

    header = "PO,Works descr.,Art,Creditor,Signed,Buyer,Text,Value"
    rows = [
        "SC-71,Footings,Subcontract,Granite Peak Concrete LLC,2026-03-02,Ann,Footings,40000.00",
        "SC-72,Roof,Subcontract,Northwind Rofing,2026-03-02,Ann,Roof,8000.00",
        "SC-73,Earth,Subcontract,Somebody Unheard Of,2026-03-02,Ann,Earth,500.00",
        'SC-74,Walls,Subcontract,Northwind Roofing,2026-03-02,Ann,Walls,"3,5O0"',
    ]
    drop(ben, "acme.csv", csv_of(*rows, header=header))
    ben.sees("Which column is what?")
    ben.look()
    ben.press("Read the file this way")
    expect(ben.page.locator("[data-error-summary]")).to_contain_text("Say what “Buyer” is, or leave it out.")
    ben.look()
    chosen = {"PO": "Number *", "Works descr.": "Title *", "Art": "Type *", "Creditor": "Vendor", "Signed": "Date *",
              "Buyer": "Leave this column out", "Text": "Description *", "Value": "Amount"}  # fmt: skip
    for column, label in chosen.items():
        ben.page.get_by_label(f"“{column}” is", exact=True).select_option(label=label)
    ben.page.get_by_label("Who sends such files?").fill("Acme")
    ben.press("Read the file this way")
    ben.sees("1 of 4 commitments is ready to be imported.")
    ben.sees("The columns of Acme are remembered.")
    ben.look()

    ben.page.get_by_label("Amount in row 5").fill("a lot")
    ben.press("Save the corrections")
    expect(ben.page.get_by_label("Amount in row 5")).to_have_value("a lot")
    ben.look()
    ben.page.get_by_label("Amount in row 5").fill("3,500.00")
    ben.press("Save the corrections")
    ben.sees("1 cell corrected here; the file stays as it is. 2 of 4 are ready.")
    ben.press("Accept the suggestion")
    ben.sees("1 suggestion accepted: Northwind Rofing is")
    ben.look()
    unheard = ben.page.locator("tr", has=ben.page.get_by_role("rowheader", name="Somebody Unheard Of"))
    unheard.locator(".ts-control").click()
    expect(ben.page.locator(".ts-dropdown:visible input")).to_be_focused()
    ben.page.keyboard.type("harrow")
    expect(ben.page.locator(".ts-dropdown:visible .option").first).to_contain_text("Harrow Earthworks")
    ben.page.keyboard.press("Enter")
    ben.press("Save matches")
    ben.sees("1 match saved. Every name is decided.")
    ben.look()

    ben.press("Import and approve them")
    ben.sees("Waiting for a free worker.")
    run_to_end(SyncRun.objects.select_related("connection").latest("number"))
    ben.sees("4 commitments imported, $52,000.00")
    ben.look()
    ben.follow("Push these 4…")
    ben.sees("4 commitments chosen")
    ben.press("Push 4 commitments")
    run_to_end(SyncRun.objects.select_related("connection").latest("number"))
    assert {each.delivery for each in Commitment.objects.all()} == {"delivered"}
    assert Commitment.objects.get(number="SC-73").vendor_name == "Harrow Earthworks"


def test_a_spreadsheet_reaches_intacct_in_six_clicks(
    visit: Visit, url: Url, pushing: Connection, accountant: User, tmp_path: Path
) -> None:
    """From the list of commitments: Import a file, choose it, accept, import and approve, push these, push."""
    file = tmp_path / "subcontracts.csv"
    names = ["Northwind Rofing", *["Northwind Roofing"] * 9]
    file.write_bytes(csv_of(*(commitment_row(f"SC-{number}", name, "1000.00") for number, name in enumerate(names))))
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("commitments"))
    clicks = 0

    def click(role: Any, name: str) -> None:
        nonlocal clicks
        ben.page.get_by_role(role, name=name, exact=True).first.click()
        clicks += 1

    click("link", "Import a file")
    upload(ben, file)
    clicks += 1
    click("button", "Accept the suggestion")
    click("button", "Import and approve them")
    ben.sees("Waiting for a free worker.")
    run_to_end(SyncRun.objects.select_related("connection").latest("number"))
    click("link", "Push these 10…")
    click("button", "Push 10 commitments")
    ben.page.wait_for_url(re.compile("/runs/"))
    run_to_end(SyncRun.objects.select_related("connection").latest("number"))
    assert Commitment.objects.filter(delivery="delivered").count() == 10
    assert clicks <= 6
