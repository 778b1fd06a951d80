"""How a file is written is decided from it, told, asked for, and kept on the way out and back."""

import csv
import datetime
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from accounts.models import Tenant
from accounts.refusal import Refused
from erp_admin.models import ImportDraft, ImportedDocument, ImportFile, MatchHow
from erp_admin.uploads.deciding import LEFT_OPEN, choose_matches
from erp_admin.uploads.exports import problem_file
from erp_admin.uploads.formats.table import FileRefused
from erp_admin.uploads.readings import questions, told
from erp_admin.uploads.service import confirm, read_again, read_upload
from erp_admin.uploads.stated import Hidden, StatedReading
from integrations.models import Connection
from integrations.runs.runner import run_to_end
from tests.erp_admin.sheets import sheet

HEADER = "Number;Title;Type;Vendor;Date;Description;Quantity;Unit price;Amount"
DOUBTFUL = "SC-1;T;Subcontract;V;2026-03-04;W;1.234;;5"


def read(tenant: Tenant, *rows: str, header: str = HEADER, stated: StatedReading | None = None) -> ImportDraft:
    return read_upload(tenant, "commitments", "f.csv", "\n".join([header, *rows]).encode(), stated or StatedReading())


def quantities(draft: ImportDraft) -> list[str | None]:
    return [line["quantity"] for document in draft.documents.all() for line in document.lines]


def again(draft: ImportDraft) -> ImportDraft:
    """The problem file of a draft, downloaded and uploaded unchanged."""
    content = "".join(problem_file(draft)).encode()
    return read_upload(draft.tenant, draft.kind, f"problems-{draft.pk}.csv", content)


def test_the_decimal_mark_is_decided_from_the_file_and_told_with_its_reason(scoped: Tenant) -> None:
    draft = read(scoped, DOUBTFUL, "SC-2;T;Subcontract;V;2026-03-04;W;2;;1.234,50")
    assert quantities(draft)[0] == "1234"
    (sentence,) = told(draft)
    assert "Read “1.234” (row 2, Quantity) as one thousand two hundred thirty-four because row 3, Amount" in sentence
    assert "“1.234,50”" in sentence
    assert not questions(draft)


def test_what_the_file_leaves_open_is_asked_and_the_answer_reads_it_again(scoped: Tenant) -> None:
    draft = read(scoped, DOUBTFUL, "SC-2;T;Subcontract;V;2026-03-04;W;2;;5")
    (asked,) = questions(draft)
    assert (asked.key, asked.title) == ("decimal", "What does “1.234” mean?")
    assert [label.partition(":")[0] for _, label in asked.choices] == [
        "one point two three four",
        "one thousand two hundred thirty-four",
    ]
    problem, fine = draft.documents.all()
    assert [each["column"] for each in problem.problems] == ["Quantity"]
    assert "Or answer the question about the whole file." in problem.problems[0]["fix"]
    assert not fine.problems

    draft = read_again(draft, StatedReading(decimal=","))
    assert (quantities(draft)[0], questions(draft)) == ("1234", [])
    assert "as was chosen" in told(draft)[0]
    draft = read_again(draft, StatedReading(decimal="."))
    assert quantities(draft)[0] == "1.234"
    draft = read_again(draft, StatedReading())
    assert len(questions(draft)) == 1


@pytest.mark.parametrize(
    ("first", "date", "proof", "because"),
    [("3/4/2026", "2026-04-03", "31/12/2026", "31/12/2026"), ("3/4/2026", "2026-03-04", "12/31/2026", "12/31/2026")],
)
def test_the_order_of_day_and_month_is_decided_from_the_file(
    scoped: Tenant, first: str, date: str, proof: str, because: str
) -> None:
    draft = read(scoped, f"SC-1;T;Subcontract;V;{first};W;1;;5", f"SC-2;T;Subcontract;V;{proof};W;1;;5")
    assert draft.documents.first().head["date"] == date  # type: ignore[union-attr]
    assert because in " ".join(told(draft))


def test_a_date_in_doubt_is_asked_about(scoped: Tenant) -> None:
    draft = read(scoped, "SC-1;T;Subcontract;V;3.4.2026;W;1;;5")
    (asked,) = questions(draft)
    assert [label.partition(":")[0] for _, label in asked.choices] == ["March 4, 2026", "April 3, 2026"]
    draft = read_again(draft, StatedReading(day_first=True))
    assert draft.documents.get().head["date"] == "2026-04-03"


def test_a_file_written_in_two_ways_is_told_so_and_asked_only_for_what_is_in_doubt(scoped: Tenant) -> None:
    """`1,234.50` and `1.234,50` are certain each by itself; `1.234` beside them is not."""
    both = ("SC-1;T;Subcontract;V;2026-03-04;W;1;;1,234.50", "SC-2;T;Subcontract;V;2026-03-04;W;1;;1.234,50")
    draft = read(scoped, *both)
    assert [document.total for document in draft.documents.all()] == [Decimal("1234.50")] * 2
    assert questions(draft) == []
    (sentence,) = told(draft)
    assert sentence.startswith("The file is written in two ways: Row 2, Amount shows “1,234.50”")
    draft = read(scoped, *both, DOUBTFUL.replace("SC-1", "SC-3"))
    assert [asked.key for asked in questions(draft)] == ["decimal"]
    draft = read_again(draft, StatedReading(decimal=","))
    assert [bool(document.problems) for document in draft.documents.all()] == [True, False, False]
    assert said(again(draft)) == said(draft)


def test_two_digit_years_are_asked_about(scoped: Tenant) -> None:
    draft = read(scoped, "SC-1;T;Subcontract;V;12/31/99;W;1;;5")
    assert [asked.key for asked in questions(draft)] == ["century_from"]
    assert read_again(draft, StatedReading(century_from=1990)).documents.get().head["date"] == "1999-12-31"
    assert read_again(draft, StatedReading(century_from=2000)).documents.get().head["date"] == "2099-12-31"


def test_hidden_rows_are_asked_about_and_left_out_or_included(scoped: Tenant) -> None:
    rows = [["SC-1", "T", "Subcontract", "V", "2026-03-04", "W", "5"], ["", "", "", "", "", "Hidden", "7"]]
    header = ["Number", "Title", "Type", "Vendor", "Date", "Description", "Amount"]
    draft = read_upload(scoped, "commitments", "f.xlsx", sheet([header, *rows], hidden_rows=[3]))
    (asked,) = questions(draft)
    assert "1 hidden row (row 3)" in asked.because
    assert draft.documents.get().problems
    left_out = read_again(draft, StatedReading(hidden=Hidden.LEAVE_OUT))
    assert (left_out.documents.get().total, left_out.documents.get().problems) == (Decimal(5), [])
    assert "Hidden in the sheet: row 3; left out, as chosen." in left_out.notes
    assert read_again(draft, StatedReading(hidden=Hidden.INCLUDE)).documents.get().total == Decimal(12)


def test_what_people_chose_for_names_stays_when_the_file_is_read_again(scoped: Tenant) -> None:
    draft = read(scoped, DOUBTFUL.replace(";V;", ";Somebody Unheard Of;"))
    match = draft.matches.get()
    choose_matches(draft, {match.pk: LEFT_OPEN})
    draft = read_again(draft, StatedReading(decimal="."))
    assert draft.matches.get().how == MatchHow.OPEN


def test_a_file_that_cannot_be_read_the_other_way_stays_as_it_was(scoped: Tenant) -> None:
    draft = read(scoped, DOUBTFUL)
    ImportFile.objects.update(content=b'Number;Title\n1;"unclosed\n')
    with pytest.raises(Refused):
        read_again(draft, StatedReading(decimal="."))
    draft.refresh_from_db()
    assert len(questions(draft)) == 1
    assert draft.documents.count() == 1


def test_the_bytes_go_when_something_of_the_file_was_imported(connection: Connection) -> None:
    draft = read(connection.tenant, "SC-1;T;Subcontract;V;2026-03-04;W;1;;5", DOUBTFUL.replace("SC-1", "SC-2"))
    choose_matches(draft, {match.pk: LEFT_OPEN for match in draft.matches.all()})
    run_to_end(confirm(connection, draft, queued=False).run)
    assert not ImportFile.objects.exists()
    with pytest.raises(Refused, match="were imported, so it is not read another way"):
        read_again(draft, StatedReading(decimal="."))


def test_a_draft_of_an_earlier_version_has_no_bytes_to_read_again(scoped: Tenant) -> None:
    draft = read(scoped, DOUBTFUL)
    ImportFile.objects.all().delete()
    ImportDraft.objects.update(reading={})
    draft.refresh_from_db()
    assert (questions(draft), told(draft)) == ([], [])
    with pytest.raises(Refused) as refused:
        read_again(draft, StatedReading())
    assert refused.value.code == "FILE-NOT-KEPT"


# The problem file


def said(draft: ImportDraft) -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    """The problems of each document that has any, without the numbers of rows, which differ from file to file."""
    return [
        (document.number, [_without_rows(problem) for problem in document.problems])
        for document in draft.documents.exclude(problems=[])
    ]


def _without_rows(problem: dict[str, str]) -> tuple[str, str, str, str]:
    sentence, fix = (re.sub(r"(?i)\brows? \d+( to \d+)?", "row", problem[key]) for key in ("sentence", "fix"))
    return problem["column"], problem["value"], sentence, fix


def values(documents: Sequence[ImportedDocument]) -> list[object]:
    return [(document.head, [{**line, "row": 0} for line in document.lines], document.total) for document in documents]


def test_the_problem_file_of_a_semicolon_file_is_read_in_the_same_way(scoped: Tenant) -> None:
    draft = read(scoped, "F18;T;Subcontract;V-1001;2026-03-04;W;1.234;10,00;")
    assert quantities(draft) == ["1234"]
    first = "".join(problem_file(draft))
    assert first.splitlines()[0].endswith(";Read as;Problems")
    assert "decimal comma" in first
    second = again(draft)
    assert (quantities(second), second.documents.get().total) == (["1234"], Decimal("12340.00"))
    assert "as the column “Read as” of the file says" in told(second)[0]
    assert "".join(problem_file(second)).splitlines()[0] == first.splitlines()[0]


def test_a_decision_of_the_whole_file_holds_for_the_rows_that_are_left(scoped: Tenant) -> None:
    """The row that proves the decimal mark is good, so it is not in the problem file."""
    proof = "SC-2;T;Subcontract;V;2026-03-04;W;2;;1.234,50"
    draft = read(scoped, "SC-1;T;Subcontract;V;2026-03-04;;1.234;;5", proof)
    ImportedDocument.objects.filter(number="SC-2").update(state="created")
    assert quantities(again(draft)) == ["1234"]


def test_what_is_in_doubt_is_in_doubt_again(scoped: Tenant) -> None:
    draft = read(scoped, DOUBTFUL)
    assert said(again(draft)) == said(draft)
    assert questions(again(draft))


def test_numbers_of_a_workbook_are_numbers_again(scoped: Tenant) -> None:
    """As text, 1.234 could mean a thousand; as a number of the workbook it is certain."""
    header = ["Number", "Title", "Type", "Vendor", "Date", "Description", "Quantity", "Amount"]
    row = ["SC-1", "T", "Subcontract", "V", "2026-03-04", "W", 1.234, "1.234,50"]
    draft = read_upload(scoped, "commitments", "f.xlsx", sheet([header, row]))
    (document,) = draft.documents.all()
    (second,) = again(draft).documents.all()
    assert (second.lines[0]["quantity"], second.total) == ("1.234", document.total)
    assert said(again(draft)) == said(draft)


def test_a_number_that_a_spreadsheet_turned_into_a_date_is_no_number_in_the_problem_file_either(scoped: Tenant) -> None:
    header = ["Number", "Title", "Type", "Vendor", "Date", "Description", "Amount"]
    row = [datetime.date(2026, 10, 1), "T", "Subcontract", "V", "2026-03-04", "W", "5"]
    draft = read_upload(scoped, "commitments", "f.xlsx", sheet([header, row]))
    assert said(draft)
    assert said(again(draft)) == said(draft)


def test_cells_that_belong_to_no_column_keep_their_place(scoped: Tenant) -> None:
    draft = read(scoped, "SC-1;T;Subcontract;V;2026-03-04;W;1;;5;99;100", "SC-2;T;Subcontract;V;2026-03-04;W;1;;5")
    assert said(draft)
    assert said(again(draft)) == said(draft)
    assert said(again(again(draft))) == said(draft)
    header, row, _ = csv.reader(io.StringIO("".join(problem_file(draft))), delimiter=";")
    assert (len(header), row[9:11]) == (13, ["99", "100"])


@pytest.mark.parametrize("hidden", list(Hidden))
def test_what_the_sheet_hid_is_hidden_again(scoped: Tenant, hidden: Hidden) -> None:
    header = ["Number", "Title", "Type", "Vendor", "Date", "Description", "Amount", "Unit"]
    first = ["SC-1", "T", "Subcontract", "V", "2026-03-04", "W", 5, "kg"]
    further = [[None] * 5 + [words, 7, "t"] for words in ("Shown", "Hidden", "")]
    content = sheet([header, first, *further], hidden_rows=[4], hidden_columns=["H"])
    draft = read_upload(scoped, "commitments", "f.xlsx", content, StatedReading(hidden=hidden))
    second = again(draft)
    assert said(second) == said(draft)
    assert values(second.documents.all()) == values(draft.documents.all())
    assert [asked.key for asked in questions(second)] == [asked.key for asked in questions(draft)]
    assert bool(questions(draft)) is (hidden is Hidden.ASK)


CORPUS = Path(__file__).parents[2] / "payloads" / "imports"


def test_every_file_of_the_corpus_is_read_in_the_same_way_again(scoped: Tenant) -> None:
    """The vendors of none are known here, so all documents stand in the problem file."""
    tried, different = 0, []
    for path in sorted(each for each in CORPUS.rglob("*") if each.parent != CORPUS and each.is_file()):
        try:
            draft = read_upload(scoped, "commitments", path.name, path.read_bytes())
        except FileRefused:
            continue
        tried += 1
        second = again(draft)
        if (said(second), values(second.documents.all())) != (said(draft), values(draft.documents.all())):
            different.append(path.name)
    assert different == []
    assert tried > 20


words = st.sampled_from(
    ["", "W", "Wörk; „x“", "=1+1", "＝1+1", "-", "'=x", 'say "x"', "a\nb", "“q” of “r” is a number"]
)
numbers = st.sampled_from(
    [
        "",
        "5",
        "1.234",
        "1,234",
        "1.234,50",
        "1,234.50",
        "(5)",
        "-5",
        "--5",
        "lots",
        "5 EUR",
        "$5",
        "1e3",
        "1.5",
        "12,5",
        "0",
    ]
)
dates = st.sampled_from(
    ["2026-03-04", "3/4/2026", "31/12/2026", "12/31/2026", "12/31/99", "", "soon", "46083", "4 Mar 2026", "13/13/2026"]
)
whole_rows = st.tuples(st.sampled_from(["SC-1", "SC-2", "sc-1", "", "00042"]), words, dates, words, numbers, numbers)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(whole_rows, min_size=1, max_size=6), delimiter=st.sampled_from(",;\t"))
def test_whatever_is_wrong_is_wrong_again(scoped: Tenant, rows: list[tuple[str, ...]], delimiter: str) -> None:
    """Imported unchanged, the problem file gives the same problems in the same words, and the same values."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerow(["Number", "Title", "Type", "Vendor", "Date", "Description", "Quantity", "Unit price", "Amount"])
    # Rows of one number stand together: those that a good document parts stand together in the problem file.
    for number, title, date, description, price, amount in sorted(rows, key=lambda row: row[0].casefold()):
        writer.writerow([number, title, "Subcontract", "V", date, description, "", price, amount])
    draft = read_upload(scoped, "commitments", "f.csv", stream.getvalue().encode())
    if not draft.documents.exclude(problems=[]).exists():
        return
    # What is left of a file that is written in two ways may be written in one: its advice then follows that one.
    assume(not draft.reading["decimal"].get("mixed") and not draft.reading["day_first"].get("mixed"))
    ImportedDocument.objects.filter(draft=draft, problems=[]).update(state="created")
    second = again(draft)
    assert said(second) == said(draft)
    assert values(second.documents.all()) == values(draft.documents.exclude(problems=[]))
    third = again(second)
    assert said(third) == said(draft)
