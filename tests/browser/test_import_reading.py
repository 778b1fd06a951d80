"""In a real browser: a file whose decimal mark is in doubt is asked about and answered, and hidden rows are told."""

from collections.abc import Callable
from pathlib import Path

from accounts.models import User
from erp_admin.models import ImportDraft
from erp_admin.uploads import service
from integrations.models import Connection, SyncRun
from integrations.runs.runner import run_to_end
from tests import lists
from tests.browser.person import Visitor
from tests.browser.test_import_file import upload
from tests.erp_admin.imported import commitment_row, csv_of
from tests.erp_admin.sheets import sheet
from tests.snapshot import read_lists

Visit = Callable[[], Visitor]
Url = Callable[..., str]
HEADER = ["Number", "Title", "Type", "Vendor", "Date", "Description", "Quantity", "Amount"]


def test_a_file_in_doubt_is_asked_about_and_answered(
    visit: Visit, url: Url, connection: Connection, accountant: User, tmp_path: Path
) -> None:
    read_lists(connection, lists.FILES)
    file = tmp_path / "european.csv"
    row = "SC-1;Works;Subcontract;Northwind Roofing;2026-03-02;Roof;1.234;5"
    file.write_text("\n".join([";".join(HEADER), row, row.replace("SC-1", "SC-2").replace("1.234", "2")]))
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("change_orders"))
    ben.follow("Import a file")
    upload(ben, file)
    ben.sees("Read as commitments: its columns are those of such a file.")
    ben.sees("1 of 2 commitments is ready to be imported.")
    ben.sees("What does “1.234” mean?")
    ben.look()
    ben.page.get_by_label("one thousand two hundred thirty-four").check()
    ben.press("Read the file this way")
    ben.sees("european.csv was read again. Nothing has been imported from it.")
    ben.sees("Read “1.234” (row 2, Quantity) as one thousand two hundred thirty-four, as was chosen.")
    ben.sees("2 of 2 commitments are ready to be imported.")
    ben.look()
    # Changed again, where nothing is asked any more.
    ben.page.get_by_text("Read it another way").click()
    ben.page.get_by_label("Decimal mark").select_option("a point, as in 1,234.50")
    ben.press("Read the file this way")
    ben.sees("as one point two three four, as was chosen.")


def test_hidden_rows_are_told_and_left_out(
    visit: Visit, url: Url, connection: Connection, accountant: User, tmp_path: Path
) -> None:
    read_lists(connection, lists.FILES)
    first = ["SC-1", "Works", "Subcontract", "Northwind Roofing", "2026-03-02", "Roof", 1, 500]
    rows = [first, *(["", "", "", "", "", f"Extra {number}", 1, 10] for number in range(4))]
    file = tmp_path / "filtered.xlsx"
    file.write_bytes(sheet([HEADER, *rows], hidden_rows=[3, 4, 6]))
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("commitment_imports"))
    upload(ben, file)
    ben.sees("3 hidden rows (rows 3 to 4 and 6)")
    ben.look()
    ben.page.get_by_label("Leave them out").check()
    ben.press("Read the file this way")
    ben.sees("Hidden in the sheet: rows 3 to 4 and 6; left out, as chosen.")
    ben.sees("1 of 1 commitments is ready to be imported.")
    ben.look()
    assert ImportDraft.objects.get().documents.get().total == 510


def test_a_large_file_is_read_while_one_watches(
    visit: Visit, url: Url, connection: Connection, accountant: User, tmp_path: Path
) -> None:
    read_lists(connection, lists.FILES)
    file = tmp_path / "large.csv"
    rows = service.AT_ONCE_ROWS + 100
    file.write_bytes(csv_of(*(commitment_row(f"SC-{row}", "Northwind Roofing") for row in range(rows))))
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("commitment_imports"))
    upload(ben, file)
    ben.sees("Waiting for a free worker.")
    ben.look()
    run_to_end(SyncRun.objects.select_related("connection").latest("number"))
    ben.sees(f"{rows:,} of {rows:,} commitments are ready to be imported.")
    ben.look()
