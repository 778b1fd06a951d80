"""Cells corrected in place: by the grammar of the file, which stays as it is, and read as the whole file would be."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from accounts.refusal import Refused
from erp_admin.models import Commitment, ImportCorrection, ImportDraft, ImportedDocument, ImportFile
from erp_admin.uploads.corrections import CellFix, correct_cells, mark, take_back
from erp_admin.uploads.service import confirm, read_again, read_corrected, read_upload
from erp_admin.uploads.stated import StatedReading
from integrations.models import Connection
from integrations.runs.runner import run_to_end
from tests import lists
from tests.erp_admin.imported import COMMITMENT_HEADER, commitment_row, csv_of
from tests.snapshot import read_lists

Url = Callable[..., str]
NUMBER, TITLE, TYPE, VENDOR, DATE, TERMS, DESCRIPTION, AMOUNT = range(8)
NAME = "Northwind Roofing"


@pytest.fixture
def listed(connection: Connection) -> Connection:
    return read_lists(connection, lists.FILES)


def draft_of(connection: Connection, *rows: str) -> ImportDraft:
    return read_upload(connection.tenant, "commitments", "file.csv", csv_of(*rows))


def correct(draft: ImportDraft, row: int, place: int, was: str, text: str, by: User | None = None) -> int:
    return correct_cells(draft, [CellFix(row, place, mark(was), text)], by=by)


def told(draft: ImportDraft) -> list[dict[str, Any]]:
    """Everything that is known of the documents, without their keys."""
    rows = draft.documents.order_by("position").values()
    return [{key: value for key, value in row.items() if key not in ("id", "raw")} for row in rows]


def test_a_cell_is_corrected_beside_the_file_and_taken_back(listed: Connection, accountant: User) -> None:
    draft = draft_of(listed, commitment_row("SC-1", NAME, "35O0"), commitment_row("SC-2", NAME))
    content = bytes(ImportFile.objects.get(draft=draft).content)
    assert correct(draft, 2, AMOUNT, "35O0", "3,500.00", accountant) == 1
    entry = draft.documents.get(position=1)
    assert (entry.state, entry.total, entry.problems) == ("new", 3500, [])
    kept = ImportCorrection.objects.get()
    assert (kept.before, kept.after, kept.corrected_by, kept.label) == ("35O0", "3,500.00", accountant, "Amount")
    assert bytes(ImportFile.objects.get(draft=draft).content) == content

    take_back(draft, kept)
    entry.refresh_from_db()
    assert (entry.state, ImportCorrection.objects.count()) == ("problem", 0)
    assert [problem["value"] for problem in entry.problems] == ["35O0"]


@pytest.mark.parametrize(
    ("place", "was", "text"),
    [
        (AMOUNT, "x", "250.00"),
        (AMOUNT, "x", "(250.00)"),
        (NUMBER, "", "SC-9"),
        (NUMBER, "", "SC-1"),
        (NUMBER, "", "SC-3"),
        (TITLE, "", "A title"),
        (TYPE, "Sub-contracting", "PO"),
        (VENDOR, "", "Somebody Unheard Of"),
        (VENDOR, "", "Northwind Rofing"),
        (DATE, "soon", "March 4, 2026"),
        (DESCRIPTION, "", "Walls"),
    ],
)
def test_what_a_correction_leads_to_is_what_reading_the_whole_file_does(
    listed: Connection, place: int, was: str, text: str
) -> None:
    cells = ["SC-2", "Works", "Subcontract", NAME, "2026-03-02", "Net 30", "Works", "5.00"]
    cells[place] = was
    draft = draft_of(listed, commitment_row("SC-1", NAME), ",".join(cells), commitment_row("SC-3", NAME))
    correct(draft, 3, place, was, text)
    in_place, names = told(draft), sorted(draft.matches.values_list("kind", "text", "uses", "how"))
    read_corrected(draft)
    assert in_place == told(draft)
    assert names == sorted(draft.matches.values_list("kind", "text", "uses", "how"))


def test_a_number_given_twice_is_told_at_both_and_no_more_once_it_is_corrected(listed: Connection) -> None:
    draft = draft_of(
        listed, commitment_row("SC-1", NAME), commitment_row("SC-2", NAME), commitment_row("SC-1", NAME, "7")
    )
    assert [bool(each.problems) for each in draft.documents.all()] == [True, False, True]
    correct(draft, 4, NUMBER, "SC-1", "SC-3")
    assert [each.state for each in draft.documents.all()] == ["new", "new", "new"]
    correct(draft, 4, NUMBER, "SC-3", "sc-1")
    assert [bool(each.problems) for each in draft.documents.all()] == [True, False, True]


def test_a_corrected_number_that_joins_or_parts_documents_has_the_file_read_as_a_whole(listed: Connection) -> None:
    line = f"SC-2,Works,Subcontract,{NAME},2026-03-02,Net 30,More,5.00"
    draft = draft_of(listed, commitment_row("SC-1", NAME), line, commitment_row("SC-3", NAME))
    correct(draft, 3, NUMBER, "SC-2", "SC-1")
    assert [(each.number, each.total) for each in draft.documents.all()] == [("SC-1", 1005), ("SC-3", 1000)]
    take_back(draft, draft.corrections.get())
    assert [each.number for each in draft.documents.all()] == ["SC-1", "SC-2", "SC-3"]


def test_a_date_with_two_meanings_is_refused_with_both(listed: Connection) -> None:
    draft = draft_of(listed, commitment_row("SC-1", NAME).replace("2026-03-02", "soon"))
    with pytest.raises(Refused, match="March 4 or as April 3"):
        correct(draft, 2, DATE, "soon", "3/4/2026")


def test_what_was_typed_here_proves_nothing_of_how_the_file_is_written(listed: Connection) -> None:
    header = COMMITMENT_HEADER.replace(",", ";")
    rows = [f"SC-{number};T;Subcontract;{NAME};2026-03-02;Net 30;W;1.234" for number in (1, 2)]
    draft = read_upload(listed.tenant, "commitments", "file.csv", csv_of(*rows, header=header))
    assert correct(draft, 2, AMOUNT, "1.234", "1,234.00") == 1
    assert [each.state for each in draft.documents.all()] == ["new", "problem"]
    with pytest.raises(Refused, match="Amount"):
        correct(draft, 3, AMOUNT, "1.234", "1.235")


@pytest.mark.parametrize("text", ["lots", "5 foo", "1e3", "=5+5", "x" * 40_000])
def test_a_value_that_does_not_fit_is_refused_and_nothing_is_kept(listed: Connection, text: str) -> None:
    draft = draft_of(listed, commitment_row("SC-1", NAME, "35O0"))
    with pytest.raises(Refused, match="Row 2, Amount"):
        correct(draft, 2, AMOUNT, "35O0", text)
    assert not ImportCorrection.objects.exists()


def test_the_second_of_two_people_is_told_what_the_first_wrote(listed: Connection) -> None:
    draft = draft_of(listed, commitment_row("SC-1", NAME, "35O0"))
    correct(draft, 2, AMOUNT, "35O0", "3,500.00")
    with pytest.raises(Refused, match=r"somebody corrected it meanwhile to “3,500\.00”"):
        correct(draft, 2, AMOUNT, "35O0", "3,600.00")


def test_corrections_stay_when_the_file_is_read_again_as_long_as_the_cell_is_of_its_column(listed: Connection) -> None:
    draft = draft_of(listed, commitment_row("SC-1", NAME, "35O0"))
    correct(draft, 2, AMOUNT, "35O0", "3,500.00")
    read_again(draft, StatedReading(day_first=True))
    assert draft.documents.get().total == 3500
    ImportCorrection.objects.update(before="another text")
    read_again(draft, StatedReading())
    draft.refresh_from_db()
    assert draft.documents.get().state == "problem"
    assert "Row 2, Amount: the correction to “3,500.00” was dropped" in " ".join(draft.notes)
    assert not ImportCorrection.objects.exists()


def test_what_is_left_is_corrected_after_the_others_were_imported(listed: Connection) -> None:
    draft = draft_of(listed, commitment_row("SC-1", NAME), commitment_row("SC-2", NAME, "35O0"))
    run_to_end(confirm(listed, draft, queued=False).run)
    assert not ImportFile.objects.exists()
    correct(draft, 3, AMOUNT, "35O0", "3,500.00")
    with pytest.raises(Refused, match="was imported"):
        correct(draft, 2, AMOUNT, "1000", "5")
    draft.refresh_from_db()
    run_to_end(confirm(listed, draft, queued=False).run)
    assert sorted(Commitment.objects.values_list("number", "total")) == [("SC-1", 1000), ("SC-2", 3500)]


def test_nothing_is_corrected_while_the_file_is_imported(listed: Connection) -> None:
    draft = draft_of(listed, commitment_row("SC-1", NAME), commitment_row("SC-2", NAME, "35O0"))
    confirm(listed, draft)
    with pytest.raises(Refused, match="at this moment"):
        correct(draft, 3, AMOUNT, "35O0", "3,500.00")


def test_many_same_faults_are_set_at_once_and_single_ones_beside_them(
    ben: Client, url: Url, listed: Connection
) -> None:
    rows = [commitment_row(f"SC-{number}", NAME).replace("Subcontract", "Sub-K") for number in range(14)]
    draft = draft_of(listed, *rows, commitment_row("SC-99", NAME, "a lot"))
    address = url("commitment_import", draft_pk=draft.pk)
    shown = ben.get(address).content.decode()
    assert "2 things to correct" in shown
    assert "Set all 14 to" in shown
    names = sorted(set(re.findall(r'name="((?:fix|cell)_[^"]+)"', shown)))
    every = next(name for name in names if name.endswith("_14"))
    amount = next(name for name in names if name.endswith("_1") and name.startswith("fix_"))
    single = next(name for name in names if name.startswith("cell_") and "_3_" in name)
    answer = ben.post(
        url("fix_commitment_import", draft_pk=draft.pk), {every: "Subcontract", single: "PO", amount: "many"}
    )
    assert answer.status_code == 422
    assert "This is not a number." in answer.content.decode()
    assert 'value="many"' in answer.content.decode()
    assert not ImportCorrection.objects.exists()

    typed = {every: "Subcontract", single: "PO", amount: "1,000.00"}
    answer = ben.post(url("fix_commitment_import", draft_pk=draft.pk), typed, follow=True)
    assert "15 cells corrected here; the file stays as it is. 15 of 15 are ready." in answer.content.decode()
    assert ImportedDocument.objects.get(first_row=3).head["type"] == "purchase_order"
    answer = ben.post(url("fix_commitment_import", draft_pk=draft.pk), typed, follow=True)
    assert "Not used, because its cells were changed meanwhile" in answer.content.decode()
    shown = ben.get(address).content.decode()
    assert "15 cells corrected here" in shown
    taken = draft.corrections.get(row=16)
    ben.post(url("take_back_import_correction", draft_pk=draft.pk, correction_pk=taken.pk))
    assert draft.documents.get(first_row=16).state == "problem"


def names_on(client: Client, address: str) -> list[str]:
    return re.findall(r'name="((?:fix|cell|empty)_[^"]+)"', client.get(address).content.decode())


def test_cells_in_which_nothing_belongs_are_emptied_in_place(ben: Client, url: Url, listed: Connection) -> None:
    header = COMMITMENT_HEADER + ",Due date"
    rows = [commitment_row(f"SC-{number}", NAME) + ",n/a" for number in range(3)]
    draft = read_upload(listed.tenant, "commitments", "file.csv", csv_of(*rows, header=header))
    address, post = url("commitment_import", draft_pk=draft.pk), url("fix_commitment_import", draft_pk=draft.pk)
    names = names_on(ben, address)
    (empty,) = [name for name in names if name.startswith("empty_")]
    single = next(name for name in names if name.startswith("cell_") and "_3_" in name)
    answer = ben.post(post, {empty: "on", empty.replace("empty_", "fix_"): "2026-05-01"})
    assert answer.status_code == 422
    assert "not both" in answer.content.decode()
    answer = ben.post(post, {empty: "on", single: "2026-05-01"}, follow=True)
    assert "3 cells corrected here; the file stays as it is. 3 of 3 are ready." in answer.content.decode()
    assert [each.head.get("due_date") for each in draft.documents.all()] == [None, "2026-05-01", None]
    in_place = told(draft)
    read_again(draft, StatedReading())
    assert told(draft) == in_place
    run_to_end(confirm(listed, draft, queued=False).run)
    assert [str(due) for due in Commitment.objects.order_by("number").values_list("due_on", flat=True)] == [
        "None",
        "2026-05-01",
        "None",
    ]


def test_what_every_file_needs_is_emptied_only_on_a_further_row(ben: Client, url: Url, listed: Connection) -> None:
    further = commitment_row("SC-2", NAME).replace("2026-03-02", "2026-03-05")
    draft = draft_of(listed, commitment_row("SC-1", NAME), commitment_row("SC-2", NAME), further)
    address = url("commitment_import", draft_pk=draft.pk)
    (empty,) = [name for name in names_on(ben, address) if name.startswith("empty_")]  # that of the date
    ben.post(url("fix_commitment_import", draft_pk=draft.pk), {empty: "on"})
    entry = draft.documents.get(number="SC-2")
    assert (entry.state, entry.total, entry.head["date"]) == ("new", 2000, "2026-03-02")
    assert draft.corrections.get().after == ""
    assert "<strong>blank</strong>" in ben.get(address).content.decode()


def test_who_corrected_which_cell_stays_in_the_audit_trail(
    ben: Client, url: Url, listed: Connection, accountant: User
) -> None:
    draft = draft_of(listed, commitment_row("SC-1", NAME, "35O0"))
    (name,) = [name for name in names_on(ben, url("commitment_import", draft_pk=draft.pk)) if name.startswith("fix_")]
    ben.post(url("fix_commitment_import", draft_pk=draft.pk), {name: "3,500.00"})
    ben.post(url("take_back_import_correction", draft_pk=draft.pk, correction_pk=draft.corrections.get().pk))
    entries = AuditEntry.objects.filter(kind__in=["cells_corrected", "correction_taken_back"]).order_by("pk")
    assert [(entry.actor, entry.object_label, entry.changes) for entry in entries] == [
        (accountant, "file.csv", [{"label": "Row 2, Amount", "before": "35O0", "after": "3,500.00"}]),
        (accountant, "file.csv", [{"label": "Row 2, Amount", "before": "3,500.00", "after": "35O0"}]),
    ]
    ben.post(url("discard_commitment_import", draft_pk=draft.pk))
    assert entries.count() == 2
