"""The import as an accountant's browser sees it: upload, preview, matches, confirm, and the file of what is wrong."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Tenant
from accounts.ui.formats import DateFormat
from erp_admin.models import Commitment, ImportDraft
from erp_admin.uploads.service import read_upload
from integrations.models import Connection, SyncRun
from integrations.runs.runner import run_to_end
from tests import lists
from tests.erp_admin.imported import COMMITMENT_HEADER, commitment_row, csv_of, texts, workbook
from tests.snapshot import read_lists

Url = Callable[..., str]


@pytest.fixture
def listed(connection: Connection) -> Connection:
    return read_lists(connection, lists.FILES)


def upload(client: Client, url: Url, content: bytes, name: str = "file.csv", **more: str) -> ImportDraft:
    file = SimpleUploadedFile(name, content)
    facts = {"kind": "commitments", "file": file, **more}
    answer = client.post(url("commitment_imports"), facts)
    assert answer.status_code == 302, answer.content.decode()
    return ImportDraft.objects.latest("pk")


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_upload_to_the_imported_commitments(ben: Client, url: Url, listed: Connection) -> None:
    draft = upload(
        ben, url, csv_of(commitment_row("SC-1", "Northwind Rofing"), commitment_row("SC-2", "Northwind Roofing"))
    )
    shown = page(ben, url("commitment_import", draft_pk=draft.pk))
    assert "1 of 2 commitments is ready to be imported." in shown
    assert "1 name of the file is not matched yet" in shown

    form = page(ben, url("match_commitment_import", draft_pk=draft.pk))
    match = draft.matches.get(text="Northwind Rofing")
    assert f'<option value="{match.value}" selected>' in form
    chosen = {"match": [match.pk], f"match_{match.pk}": match.value}
    answer = ben.post(url("match_commitment_import", draft_pk=draft.pk), chosen, follow=True)
    assert "1 match saved. Every name is decided." in answer.content.decode()

    answer = ben.post(url("confirm_commitment_import", draft_pk=draft.pk))
    run = SyncRun.objects.latest("pk")
    address = url("commitment_import", draft_pk=draft.pk)
    assert answer["Location"] == address
    assert "Watch it" in page(ben, address)
    assert "Waiting for a free worker." in page(ben, url("commitment_import_progress", draft_pk=draft.pk))
    run_to_end(run)
    assert Commitment.objects.count() == 2
    assert "2 of 2 commitments imported." in page(ben, url("commitment_import", draft_pk=draft.pk))
    shown = page(ben, url("run", number=run.number))
    assert "SC-1 Works" in shown
    for document in Commitment.objects.all():
        assert f'href="{url("commitment", pk=document.pk)}"' in shown
    assert f'href="{address}"' in shown  # the file offers to push what it made


def test_a_workbook_is_taken_whatever_its_name(ben: Client, url: Url, connection: Connection) -> None:
    header = texts("Number", "Title", "Type", "Vendor", "Date", "Description", "Amount")
    row = texts("SC-1", "Works", "Subcontract", "A", "31/3/2026", "Works", "5")
    draft = upload(ben, url, workbook([header, row]), "numbers", dates="day")
    assert draft.documents.get().head["date"] == "2026-03-31"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (",".join(f"c{place}" for place in range(120)).encode(), "Row 1 has more than 100 columns."),
        (b"x" * (10 * 1024 * 1024 + 1), "The file has 10.0 MB; at most 10 MB are read."),
    ],
)
def test_a_file_that_is_refused_says_why_and_how_to_mend_it(
    ben: Client, url: Url, scoped: Tenant, content: bytes, said: str
) -> None:
    file = SimpleUploadedFile("file.csv", content)
    answer = ben.post(url("commitment_imports"), {"kind": "change_orders", "dates": "day", "file": file})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert '<option value="day" selected>' in answer.content.decode()
    assert not ImportDraft.objects.exists()


def test_no_file_is_an_error_at_its_field(ben: Client, url: Url, scoped: Tenant) -> None:
    answer = ben.post(url("commitment_imports"), {"kind": "commitments", "dates": "month"})
    assert '<a href="#id_file">File</a>: Choose a file.' in answer.content.decode()


def test_what_is_wrong_can_be_downloaded_corrected_and_uploaded_again(
    ben: Client, url: Url, listed: Connection
) -> None:
    rows = [
        commitment_row("SC-1", "Northwind Roofing"),
        commitment_row("SC-2", "Northwind Roofing", "lots", "=HYPERLINK(1)"),
        ",,,,,,Credit,-250.00",
    ]
    draft = upload(ben, url, csv_of(*rows))
    answer = ben.get(url("commitment_import_problems", draft_pk=draft.pk))
    assert answer["Content-Disposition"] == f'attachment; filename="problems-{draft.pk}.csv"'
    header, *wrong = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert [row[0] for row in wrong] == ["SC-2", ""]
    assert wrong[0][-1] == "Amount “lots”: This is not a number. Write it like 1234.50."
    assert wrong[0][header.index("Description")] == "'=HYPERLINK(1)"
    assert wrong[1][header.index("Amount")] == "-250.00"

    again = upload(ben, url, answer.content.replace(b"lots", b"500", 1))
    document = again.documents.get()
    assert (document.state, document.total) == ("new", 250)
    assert document.lines[0]["description"] == "=HYPERLINK(1)"
    second = ben.get(url("commitment_import_problems", draft_pk=again.pk)).content.decode("utf-8-sig")
    assert second.splitlines()[0] == ",".join(header)


def test_the_picker_offers_what_is_similar_then_what_is_searched(ben: Client, url: Url, listed: Connection) -> None:
    draft = upload(ben, url, csv_of(commitment_row("SC-1", "Northwind Rofing")))
    address = url("pick_commitment_import", draft_pk=draft.pk, match_pk=draft.matches.get().pk)
    first = ben.get(address).json()
    assert first[0]["text"] == f"{first[0]['value']} Northwind Roofing (97 % alike)"
    assert "Import without a vendor for now" in [option["text"] for option in first]
    assert first[-1] == {
        "value": "…",
        "text": "Only the first 50 are shown. Type more of the id or name to narrow the list.",
        "disabled": True,
    }
    found = ben.get(address, {"q": "harrow earth"}).json()
    assert [option["text"].partition(" ")[2] for option in found] == ["Harrow Earthworks"]


def test_a_value_that_is_no_vendor_is_refused_and_nothing_is_saved(ben: Client, url: Url, listed: Connection) -> None:
    draft = upload(ben, url, csv_of(commitment_row("SC-1", "Somebody"), commitment_row("SC-2", "Northwind Rofing")))
    data: dict[str, object] = {"match": [match.pk for match in draft.matches.all()]}
    data |= {
        f"match_{match.pk}": "NOBODY" if match.text == "Somebody" else match.value for match in draft.matches.all()
    }
    answer = ben.post(url("match_commitment_import", draft_pk=draft.pk), data)
    assert answer.status_code == 422
    assert "Vendor “NOBODY” for “Somebody” cannot be chosen." in answer.content.decode()
    assert not any(match.is_settled for match in draft.matches.all())


def test_without_a_connection_a_file_is_read_and_says_why_it_cannot_be_imported(
    ben: Client, url: Url, scoped: Tenant
) -> None:
    header = "Number,Title,Type,Vendor,Date,Description,Amount"
    draft = upload(ben, url, csv_of("SC-1,Works,Subcontract,A,2026-03-02,Works,5", header=header))
    match = draft.matches.get()
    ben.post(url("match_commitment_import", draft_pk=draft.pk), {"match": [match.pk], f"match_{match.pk}": "-"})
    assert "Sage Intacct is not connected." in page(ben, url("commitment_import", draft_pk=draft.pk))
    answer = ben.post(url("confirm_commitment_import", draft_pk=draft.pk), follow=True)
    assert "Sage Intacct is not connected." in answer.content.decode()


def test_a_discarded_file_is_gone(ben: Client, url: Url, connection: Connection) -> None:
    draft = upload(ben, url, csv_of(commitment_row("SC-1", "A")))
    answer = ben.post(url("discard_commitment_import", draft_pk=draft.pk), follow=True)
    assert "file.csv was discarded. Nothing was imported from it." in answer.content.decode()
    assert ben.get(url("commitment_import", draft_pk=draft.pk)).status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_template_can_be_filled_in_and_uploaded(ben: Client, url: Url, connection: Connection, form: str) -> None:
    answer = ben.get(url("commitment_import_template", kind="commitments", form=form))
    draft = upload(ben, url, answer.content, f"filled.{form}")
    assert [document.problems for document in draft.documents.all()] == [[]]
    assert ben.get(url("commitment_import_template", kind="bills", form=form)).status_code == 404


def test_a_thousand_documents_are_shown_in_pages_with_few_queries(
    ben: Client, url: Url, connection: Connection
) -> None:
    content = csv_of(*(commitment_row(f"SC-{number}", f"Vendor {number}") for number in range(1000)))
    draft = read_upload(connection.tenant, "commitments", "many.csv", content)
    with CaptureQueriesContext(database) as queries:
        shown = page(ben, url("commitment_import", draft_pk=draft.pk) + "?state=unmatched&q=SC-99")
    assert "1–11 of 11 documents" in shown
    assert len(queries) <= 20
    with CaptureQueriesContext(database) as queries:
        assert "1–25 of 1,000 names" in page(ben, url("match_commitment_import", draft_pk=draft.pk))
    assert len(queries) <= 18


def test_the_type_is_found_from_the_columns_wherever_one_comes_from(ben: Client, url: Url, listed: Connection) -> None:
    assert f"{url('commitment_imports')}?kind=change_orders" in page(ben, url("change_orders"))
    file = SimpleUploadedFile("file.csv", csv_of(commitment_row("SC-1", "Northwind Roofing")))
    answer = ben.post(f"{url('commitment_imports')}?kind=change_orders", {"file": file}, follow=True)
    assert "Read as commitments: its columns are those of such a file." in answer.content.decode()
    assert ImportDraft.objects.get().kind == "commitments"


def test_several_files_are_taken_one_after_the_other_and_a_bad_one_is_named(
    ben: Client, url: Url, connection: Connection
) -> None:
    good = csv_of(commitment_row("SC-1", "A"))
    files = [SimpleUploadedFile("a.csv", good), SimpleUploadedFile("b.csv", b""), SimpleUploadedFile("c.csv", good)]
    answer = ben.post(url("commitment_imports"), {"file": files}, follow=True)
    assert "b.csv: The file is empty." in answer.content.decode()
    assert "2 files taken in. Open each of them." in answer.content.decode()
    answer = ben.post(url("commitment_imports"), {"file": [SimpleUploadedFile(f"{n}.csv", good) for n in range(11)]})
    assert "These are 11 files; at most 10 are taken at once." in answer.content.decode()
    assert ImportDraft.objects.count() == 2


def test_a_script_is_answered_with_the_address_or_with_what_is_wrong(
    ben: Client, url: Url, connection: Connection
) -> None:
    def post(content: bytes) -> Any:
        facts = {"file": SimpleUploadedFile("a.csv", content)}
        return ben.post(url("commitment_imports"), facts, headers={"Accept": "application/json"})

    answer = post(csv_of(commitment_row("SC-1", "A")))
    assert answer.json() == {"url": url("commitment_import", draft_pk=ImportDraft.objects.get().pk)}
    answer = post(b"")
    assert (answer.status_code, answer.json()) == (
        422, {"errors": ["The file is empty. Choose the file with the documents."]}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 and nothing more", "not an Excel workbook"),
        (b"\x00\x01\x02", "not an Excel workbook"),
        (b"just some words\nand more\n", "not an Excel workbook"),
        (b'Number,Title\n1,"unclosed\n', "not an Excel workbook"),
        (bytes(range(128, 256)), "not an Excel workbook"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "a page of the web"),
        (b"%PDF-1.7", "a PDF document"),
    ],
)
def test_a_workbook_that_is_none_is_called_so(ben: Client, url: Url, scoped: Tenant, content: bytes, said: str) -> None:
    file = SimpleUploadedFile("subcontracts.xlsx", content)
    answer = ben.post(url("commitment_imports"), {"kind": "commitments", "file": file})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "columns are not clear" not in answer.content.decode()


def test_a_csv_file_that_is_called_a_workbook_is_read(ben: Client, url: Url, scoped: Tenant) -> None:
    assert upload(ben, url, csv_of(commitment_row("SC-1", "A")), "file.xlsx").documents.count() == 1


@pytest.mark.parametrize(
    ("kind", "header", "other"),
    [
        ("commitments", "Commitment,Number,Title,Date,Description,Amount", "change orders"),
        ("change_orders", COMMITMENT_HEADER, "commitments"),
    ],
)
def test_a_file_of_the_other_type_is_switched_with_one_click(
    ben: Client, url: Url, scoped: Tenant, kind: str, header: str, other: str
) -> None:
    draft = upload(ben, url, csv_of("1,2,3,4,5,6", header=header), kind=kind)
    address = url("columns_commitment_import", draft_pk=draft.pk)
    assert ben.get(url("commitment_import", draft_pk=draft.pk))["Location"] == address
    shown = page(ben, address)
    assert "Its columns are those of another type" in shown
    assert f"Read it as {other}</button>" in shown
    answer = ben.post(url("type_commitment_import", draft_pk=draft.pk), {"kind": other.replace(" ", "_")})
    assert answer["Location"] == url("commitment_import", draft_pk=draft.pk)
    draft.refresh_from_db()
    assert (draft.is_read, draft.kind) == (True, other.replace(" ", "_"))


def test_what_a_file_leaves_open_is_asked_on_its_page_and_answered_there(
    ben: Client, url: Url, listed: Connection
) -> None:
    header = "Number;Title;Type;Vendor;Date;Description;Quantity;Amount"
    draft = upload(ben, url, csv_of("SC-1;T;Subcontract;Northwind Roofing;2026-03-04;W;1.234;5", header=header))
    address = url("commitment_import", draft_pk=draft.pk)
    shown = page(ben, address)
    assert "What does “1.234” mean?" in shown
    assert "one thousand two hundred thirty-four: the decimal mark is a comma" in shown
    answer = ben.post(url("read_commitment_import", draft_pk=draft.pk), {"decimal": ","}, follow=True)
    assert answer.redirect_chain == [(address, 302)]
    shown = answer.content.decode()
    assert "What does “1.234” mean?" not in shown
    assert "as one thousand two hundred thirty-four, as was chosen." in shown
    answer = ben.post(url("read_commitment_import", draft_pk=draft.pk), {"decimal": "!"}, follow=True)
    assert "Choose from what is offered." in answer.content.decode()


def test_a_document_of_many_lines_is_shown_in_part(ben: Client, url: Url, listed: Connection) -> None:
    lines = [f",,,,,,Line {number},lots" for number in range(900)]
    draft = upload(ben, url, csv_of(commitment_row("SC-1", "Northwind Roofing"), *lines))
    shown = page(ben, url("commitment_import", draft_pk=draft.pk))
    assert "And 850 more: download the problems as CSV." in shown
    assert "And 851 more in rows 2 to 902 of the file." in shown
    assert len(shown) < 100_000


@pytest.mark.parametrize(
    ("written", "stored", "said"),
    [
        (DateFormat.US, "2026-03-04", "as March 4, 2026, as your company writes them"),
        (DateFormat.EUROPE, "2026-04-03", "as April 3, 2026, as your company writes them"),
        (DateFormat.ISO, None, "Say how the file is written"),
    ],
)
def test_dates_that_no_cell_decides_are_read_as_the_company_writes_them(
    ben: Client, url: Url, listed: Connection, tenant: Tenant, written: DateFormat, stored: str | None, said: str
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(date_format=written)
    row = commitment_row("SC-1", "Northwind Roofing").replace("2026-03-02", "3/4/2026")
    page = ben.get(url("commitment_imports")).content.decode()
    order = {DateFormat.US: "month/day/year as your", DateFormat.EUROPE: "day/month/year as your"}
    assert order.get(written, "you are asked") in page
    answer = ben.post(url("commitment_imports"), {"file": SimpleUploadedFile("f.csv", csv_of(row))}, follow=True)
    assert said in answer.content.decode()
    draft = ImportDraft.objects.get()
    assert draft.documents.get().head.get("date") == stored
    assert draft.documents.get().state == ("new" if stored else "problem")
