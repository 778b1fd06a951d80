"""Files whose headers nobody knows: what each column is, is asked, checked, remembered for its sender, forgotten."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from accounts.models import AuditEntry, Tenant
from accounts.tenancy import tenant_scope
from erp_admin.models import ImportDraft, RememberedColumns
from erp_admin.uploads.service import read_upload
from integrations.models import Connection
from tests import lists
from tests.erp_admin.imported import COMMITMENT_HEADER, commitment_row, csv_of
from tests.snapshot import read_lists

Url = Callable[..., str]
HEADER = "PO,Works descr.,Art,Creditor,Signed,Buyer,Text,Contract value (USD)"
ROWS = (
    'SC-1,Footings,Subcontract,Northwind Roofing,2026-03-02,Ann,Concrete,"1,000.50"',
    'SC-2,Walls,Purchase order,Northwind Roofing,2026-03-03,Bob,Masonry,"2,000.00"',
)
CHOSEN = {0: "number", 1: "title", 2: "type", 3: "vendor", 4: "date", 5: "-", 6: "description", 7: "amount"}


@pytest.fixture
def listed(connection: Connection) -> Connection:
    return read_lists(connection, lists.FILES)


def upload(client: Client, url: Url, content: bytes, name: str = "acme.csv") -> ImportDraft:
    answer = client.post(url("commitment_imports"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    return ImportDraft.objects.latest("pk")


def page(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def choose(client: Client, url: Url, draft: ImportDraft, chosen: dict[int, str], **more: str) -> Any:
    data = {f"column_{place}": key for place, key in chosen.items()} | more
    return client.post(url("columns_commitment_import", draft_pk=draft.pk), data)


def test_unknown_columns_are_asked_about_read_and_remembered_for_their_sender(
    ben: Client, url: Url, listed: Connection
) -> None:
    draft = upload(ben, url, csv_of(*ROWS, header=HEADER))
    shown = page(ben, url("commitment_import", draft_pk=draft.pk))
    assert "Which column is what?" in shown
    assert "“Contract value (USD)”" in shown
    assert "1,000.50" in shown
    assert "Its first values are dates." in shown
    assert not draft.documents.exists()

    assert choose(ben, url, draft, CHOSEN, sender="Acme")["Location"] == url("commitment_import", draft_pk=draft.pk)
    shown = page(ben, url("commitment_import", draft_pk=draft.pk))
    assert "2 of 2 commitments are ready to be imported." in shown
    assert "The column “Buyer” was left out, as chosen; its 2 values were not read." in shown
    assert [str(each.total) for each in draft.documents.all()] == ["1000.50", "2000.00"]
    assert {each.head["seen_currency"] for each in draft.documents.all()} == {"USD"}

    other = "Contract value (USD),po,works  DESCR,Art,Creditor,Signed,Text,Buyer"
    again = upload(ben, url, csv_of("5,SC-9,Roof,Subcontract,Northwind Roofing,2026-03-04,Tiles,Eve", header=other))
    shown = page(ben, url("commitment_import", draft_pk=again.pk))
    assert "Columns read as for the file of Acme of" in shown
    assert (again.documents.get().number, str(again.documents.get().total)) == ("SC-9", "5.00")
    assert AuditEntry.objects.filter(object_label="Acme").exists()

    memory = RememberedColumns.objects.get()
    assert "Acme" in page(ben, url("commitment_imports"))
    ben.post(url("forget_import_columns", memory_pk=memory.pk), {"forget": "1"})
    assert "Which column is what?" in page(
        ben, url("commitment_import", draft_pk=upload(ben, url, csv_of(*ROWS, header=HEADER)).pk)
    )
    assert again.documents.get().number == "SC-9"


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({**CHOSEN, 5: "number"}, "“PO” is Number already."),
        ({**CHOSEN, 5: ""}, "Say what “Buyer” is, or leave it out."),
        ({**CHOSEN, 4: "-"}, "Missing: Date. Choose which column holds it."),
        ({**CHOSEN, 3: "-", 7: "-"}, "Missing: Vendor, Amount (or Unit price)."),
        ({**CHOSEN, 5: "no such"}, "no such is not one of the available choices."),
    ],
)
def test_a_choice_that_is_not_complete_and_clear_is_refused_at_its_column(
    ben: Client, url: Url, listed: Connection, chosen: dict[int, str], said: str
) -> None:
    draft = upload(ben, url, csv_of(*ROWS, header=HEADER))
    answer = choose(ben, url, draft, chosen, sender="Acme")
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert 'value="Acme"' in answer.content.decode()
    assert not draft.documents.exists()
    assert not RememberedColumns.objects.exists()


def test_what_is_not_decided_may_be_left_out_as_a_whole(ben: Client, url: Url, listed: Connection) -> None:
    draft = upload(ben, url, csv_of(*ROWS, header=HEADER))
    assert choose(ben, url, draft, {**CHOSEN, 5: ""}, rest="on").status_code == 302
    assert draft.documents.count() == 2


def test_two_columns_of_one_name_are_asked_about(ben: Client, url: Url, listed: Connection) -> None:
    row = "N,SC-1,Works,Subcontract,Northwind Roofing,2026-03-02,,Works,5"
    draft = upload(ben, url, csv_of(row, header=f"Number,{COMMITMENT_HEADER}"))
    shown = page(ben, url("commitment_import", draft_pk=draft.pk))
    assert "2 columns are called Number: say which of them is it." in shown
    keys = ["-", "number", "title", "type", "vendor", "date", "terms", "description", "amount"]
    choose(ben, url, draft, dict(enumerate(keys)), sender="Twice")
    assert draft.documents.get().number == "SC-1"
    again = upload(ben, url, csv_of(row, header=f"Number,{COMMITMENT_HEADER}"))
    assert again.documents.get().number == "SC-1"


def test_columns_that_were_read_can_be_changed_until_something_is_imported(
    ben: Client, url: Url, listed: Connection
) -> None:
    draft = upload(ben, url, csv_of(commitment_row("SC-1", "Northwind Roofing")))
    keys = ["number", "description", "type", "vendor", "date", "terms", "title", "amount"]
    choose(ben, url, draft, dict(enumerate(keys)))
    entry = draft.documents.get()
    assert entry.lines[0]["description"] == "Works"
    draft.documents.update(state="created")
    answer = ben.get(url("columns_commitment_import", draft_pk=draft.pk), follow=True)
    assert "cannot be changed any more" in answer.content.decode()


def test_the_row_of_the_header_can_be_chosen(ben: Client, url: Url, listed: Connection) -> None:
    draft = upload(ben, url, csv_of("a,b,c", HEADER, *ROWS, header="Report of all our subcontracts,by,month"))
    answer = ben.post(url("header_commitment_import", draft_pk=draft.pk), {"row": "3"}, follow=True)
    assert "“Creditor”" in answer.content.decode()
    choose(ben, url, draft, CHOSEN)
    assert draft.documents.count() == 2
    ben.post(url("header_commitment_import", draft_pk=draft.pk), {"row": "99"})
    assert draft.documents.count() == 2


def test_what_another_company_remembers_is_never_used(
    ben: Client, url: Url, listed: Connection, other_tenant: Tenant
) -> None:
    draft = upload(ben, url, csv_of(*ROWS, header=HEADER))
    choose(ben, url, draft, CHOSEN, sender="Acme")
    with tenant_scope(other_tenant):
        with pytest.raises(Exception, match="The columns are not clear"):
            read_upload(other_tenant, "", "acme.csv", csv_of(*ROWS, header=HEADER))
        assert not RememberedColumns.objects.exists()


def test_hostile_headers_are_shown_as_text_and_in_part(ben: Client, url: Url, listed: Connection) -> None:
    header = ",".join(['"=HYPERLINK(""http://x.example"")"', "<script>alert(1)</script>", "x" * 5000, "Number"])
    draft = upload(ben, url, csv_of("1,2,3,4", header=header))
    shown = page(ben, url("commitment_import", draft_pk=draft.pk))
    assert "<script>alert(1)" not in shown
    assert "x" * 300 not in shown
    file = SimpleUploadedFile("wide.csv", ",".join(f"c{place}" for place in range(10_000)).encode())
    answer = ben.post(url("commitment_imports"), {"file": file})
    assert answer.status_code == 422
    assert "has more than 100 columns" in answer.content.decode()


def test_a_memory_whose_columns_are_gone_is_not_used(ben: Client, url: Url, listed: Connection) -> None:
    draft = upload(ben, url, csv_of(*ROWS, header=HEADER))
    choose(ben, url, draft, CHOSEN, sender="Acme")
    memory = RememberedColumns.objects.get()
    memory.keys = ["number", "color", *memory.keys[2:]]
    memory.save()
    again = upload(ben, url, csv_of(*ROWS, header=HEADER))
    assert again.lacks_columns


def test_a_file_without_a_header_loses_no_row(ben: Client, url: Url, listed: Connection) -> None:
    rows = [f"SC-{number},Works,Subcontract,Northwind Roofing,2026-03-02,Concrete,{number}5.00" for number in (1, 2, 3)]
    keys = dict(enumerate(["number", "title", "type", "vendor", "date", "description", "amount"]))
    draft = upload(ben, url, "\n".join(rows).encode())
    shown = page(ben, url("commitment_import", draft_pk=draft.pk))
    assert "This row looks like a document." in shown
    choose(ben, url, draft, keys)
    draft.refresh_from_db()
    assert "Row 1 was taken for the header and not read as a document: “SC-1”" in " ".join(draft.notes)

    ben.post(url("header_commitment_import", draft_pk=draft.pk), {"row": "0"})
    assert "The file has no header" in page(ben, url("columns_commitment_import", draft_pk=draft.pk))
    answer = choose(ben, url, draft, keys, sender="Acme")
    assert "the file has no header by which the next one is recognized" in answer.content.decode()
    assert not RememberedColumns.objects.exists()
    choose(ben, url, draft, {**keys, 1: "description", 5: "title"})
    assert [(each.number, str(each.total), each.title) for each in draft.documents.all()] == [
        ("SC-1", "15.00", "Concrete"),
        ("SC-2", "25.00", "Concrete"),
        ("SC-3", "35.00", "Concrete"),
    ]
    draft.refresh_from_db()
    assert not draft.notes


def test_the_problems_of_a_file_without_a_header_come_back_corrected(ben: Client, url: Url, listed: Connection) -> None:
    rows = ["SC-1,Works,Subcontract,Northwind Roofing,2026-03-02,Concrete,5.00", "SC-2,Works,Sub,,soon,Walls,many"]
    draft = upload(ben, url, "\n".join(rows).encode())
    ben.post(url("header_commitment_import", draft_pk=draft.pk), {"row": "0"})
    choose(ben, url, draft, dict(enumerate(["number", "title", "type", "vendor", "date", "description", "amount"])))
    file = ben.get(url("commitment_import_problems", draft_pk=draft.pk)).content
    assert b"SC-2" in file
    again = upload(ben, url, file.replace(b"Sub,,soon,Walls,many", b"PO,Northwind Roofing,2026-03-03,Walls,7"))
    assert [(each.number, str(each.total), each.state) for each in again.documents.all()] == [("SC-2", "7.00", "new")]


def test_a_hidden_column_without_a_header_is_asked_about(ben: Client, url: Url, listed: Connection) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["PO", "Works descr.", "Art", "Creditor", "Signed", "Text"])
    sheet.append(["SC-1", "Works", "Subcontract", "Northwind Roofing", "2026-03-02", "Concrete", 5])
    sheet.column_dimensions["G"].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    draft = upload(ben, url, stream.getvalue(), "hidden.xlsx")
    keys = ["number", "title", "type", "vendor", "date", "description", "amount"]
    assert choose(ben, url, draft, dict(enumerate(keys))).status_code == 302
    draft.refresh_from_db()
    assert "Hidden in the sheet: column “Amount”" in " ".join(draft.notes)
    assert draft.documents.get().state == "problem"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Value -", "Value +"), ("x" * 205 + "A", "x" * 205 + "B"), ("Net <", "net >")],
    ids=["signs", "long", "signs and case"],
)
def test_headers_that_only_their_signs_or_their_ends_tell_apart_are_not_mistaken_when_they_move(
    ben: Client, url: Url, listed: Connection, one: str, other: str
) -> None:
    header = "PO,Works descr.,Art,Creditor,Signed,{},Text,{}"
    head = "SC-1,Works,Subcontract,Northwind Roofing,2026-03-02"
    draft = upload(ben, url, csv_of(f"{head},99,Concrete,5.00", header=header.format(one, other)))
    choose(ben, url, draft, CHOSEN, sender="Acme")
    for content in (
        csv_of(f"{head},99,Concrete,5.00", header=header.format(one, other)),
        csv_of(f"{head},5.00,Concrete,99", header=header.format(other, one)),
    ):
        again = upload(ben, url, content)
        assert str(again.documents.get().total) == "5.00"
        assert again.columns["name"] == "Acme"


def test_a_long_header_is_recognized_again(ben: Client, url: Url, listed: Connection) -> None:
    header = HEADER.replace("Contract value (USD)", "Amount (of the contract!) " * 20)
    choose(ben, url, upload(ben, url, csv_of(*ROWS, header=header)), CHOSEN, sender="Acme")
    again = upload(ben, url, csv_of(*ROWS, header=header.upper()))
    assert [str(each.total) for each in again.documents.all()] == ["1000.50", "2000.00"]


def test_what_was_said_of_columns_stands_in_the_audit_trail(ben: Client, url: Url, listed: Connection) -> None:
    draft = upload(ben, url, csv_of(*ROWS, header=HEADER))
    choose(ben, url, draft, CHOSEN)
    entry = AuditEntry.objects.get(kind="columns_chosen")
    assert (str(entry.actor), entry.object_label) == (str(draft.created_by), "acme.csv")
    assert {"label": "“PO”", "before": "", "after": "Number"} in entry.changes
    assert {"label": "“Buyer”", "before": "", "after": "left out"} in entry.changes
    choose(ben, url, draft, {**CHOSEN, 1: "description", 6: "title"})
    assert [change["label"] for change in AuditEntry.objects.filter(kind="columns_chosen").latest("pk").changes] == [
        "“Works descr.”",
        "“Text”",
    ]
