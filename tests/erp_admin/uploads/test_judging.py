"""What a preview says is what importing does: all that writing refuses is said before, with its row and column."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from erp_admin.documents.effects import sentences
from erp_admin.documents.types import type_for
from erp_admin.models import (
    ChangeOrder,
    Commitment,
    CommitmentLine,
    ImportDraft,
    ImportedDocument,
    ImportState,
)
from erp_admin.purchasing.service import approve, back_to_draft, save_change_order, void
from erp_admin.uploads.deciding import LEFT_OPEN, choose_matches
from erp_admin.uploads.judging import documents_here
from erp_admin.uploads.resolving import Resolver
from integrations.delivery.requests import ignore
from integrations.models import Approval, Connection, Delivery
from tests import lists
from tests.erp_admin.imported import commitment_row, csv_of
from tests.erp_admin.samples import change_order, commitment
from tests.erp_admin.uploads.test_flow import CHANGE_HEADER, draft_of, import_all, imported, reasons, states
from tests.snapshot import read_lists

ROOT = Path(__file__).parents[3]
STATUS = "Number,Title,Type,Vendor,Date,Status,Description,Amount"
CODED = "Number,Title,Type,Vendor,Date,Description,Cost code,Amount"
ROOF = "Northwind Roofing"


@pytest.fixture
def listed(connection: Connection) -> Connection:
    return read_lists(connection, lists.FILES)


def of_commitment(number: str) -> Commitment:
    return Commitment.objects.get(number=number)


def change_file(*rows: str, header: str = CHANGE_HEADER) -> tuple[bytes, str]:
    return csv_of(*rows, header=header), "change_orders"


def file_of(*rows: str, header: str = "") -> tuple[bytes, str]:
    return (csv_of(*rows, header=header) if header else csv_of(*rows)), "commitments"


@dataclass(frozen=True)
class Told:
    """Something that keeps a document from being stored: what is here before, the file, and what the preview says."""

    before: Callable[[Connection], object]
    file: tuple[bytes, str]
    says: str
    state: ImportState = ImportState.PROBLEM


def _with_change(connection: Connection) -> None:
    change_order(commitment(connection, "SC-1", "100", "5"), "CO-1")
    line = CommitmentLine.objects.get(number=2)
    change = ChangeOrder.objects.get()
    first = change.lines.get()
    first.changes_line = line
    save_change_order(change, [first])


def _void(connection: Connection) -> None:
    void(commitment(connection, "SC-1", "100", approved=False))


def _ignored(connection: Connection) -> None:
    ignore(commitment(connection, "SC-1", "100", approved=False), reason="later")


def _pair(connection: Connection) -> None:
    """Two that differ only in case, as they can be from the time before numbers were compared by identity."""
    commitment(connection, "F17-A", "100")
    other = commitment(connection, "other", "100")
    Commitment.objects.filter(pk=other.pk).update(number="f17-a", number_key="f17-a\n2")


def _here(**facts: object) -> Callable[[Connection], object]:
    def make(connection: Connection) -> None:
        commitment(connection, "SC-1", "100")
        Commitment.objects.update(**facts)

    return make


TOLD = {
    "no such commitment": Told(
        lambda connection: None, change_file("SC-9,CO-1,x,2026-04-01,,W,1"), "There is no commitment SC-9"
    ),
    "no such line": Told(
        _here(), change_file("SC-1,CO-9,x,2026-04-01,9,W,1"), "Row 2, Changes line: Commitment SC-1 has no line 9."
    ),
    "a commitment that is void": Told(
        _void, change_file("SC-1,CO-1,x,2026-04-01,,W,1"), "Commitment SC-1 is void, so it takes no change orders."
    ),
    "a line that a change order changes": Told(
        _with_change, file_of(commitment_row("SC-1", ROOF)), "Line 2 is missing in the file, but change order CO-1"
    ),
    "a number of two": Told(
        _pair, file_of(commitment_row("f17-A", ROOF)), "“f17-A” can be more than one commitment in ERP Admin: F17-A and"
    ),
    "a base of two": Told(
        _pair, change_file("f17-A,CO-1,x,2026-04-01,,W,1"), "“f17-A” can be more than one commitment in ERP Admin"
    ),
    "being pushed": Told(
        _here(delivery=Delivery.QUEUED), file_of(commitment_row("SC-1", ROOF)), "It is being pushed",
        ImportState.REFUSED,
    ),
    "in Intacct": Told(
        _here(remote_id="PC-SC-1"), file_of(commitment_row("SC-1", ROOF)), "It is in Intacct as PC-SC-1.",
        ImportState.REFUSED,
    ),
    "partly in Intacct": Told(
        _here(delivery=Delivery.PARTLY), file_of(f"SC-1,T,Subcontract,{ROOF},2026-03-02,Draft,W,1", header=STATUS),
        "It is in Intacct.", ImportState.REFUSED,
    ),
    "void": Told(_void, file_of(commitment_row("SC-1", ROOF)), "It is void in ERP Admin.", ImportState.REFUSED),
    "approving what is ignored": Told(
        _ignored, file_of(f"SC-1,T,Subcontract,{ROOF},2026-03-02,Approved,W,1", header=STATUS),
        "Row 2, Status: It is ignored.",
    ),
    "a cost code that does not fit": Told(
        lambda connection: None,
        file_of(f"SC-1,T,Subcontract,{ROOF},2026-03-02,W,{'9' * 41},5", header=CODED),
        "Row 2, Cost code: Ensure this value has at most 40 characters",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_the_preview_says_what_writing_would_refuse(listed: Connection, name: str) -> None:
    told = TOLD[name]
    told.before(listed)
    stored = [*Commitment.objects.values_list("pk", "total"), *ChangeOrder.objects.values_list("pk", "total")]
    draft = draft_of(listed, *told.file)
    assert (states(draft), told.says in reasons(draft)[0]) == ([told.state], True), reasons(draft)
    assert [*Commitment.objects.values_list("pk", "total"), *ChangeOrder.objects.values_list("pk", "total")] == stored
    entry = draft.documents.get()
    if told.state is ImportState.PROBLEM:
        problem = entry.open_problems[0]
        assert problem["row"]
        assert problem["column"]
        assert problem["fix"] or "Ensure" in problem["sentence"]


# Every sentence in what `write` calls: where the preview says it, or why it is none that keeps a document out.
MEANWHILE = "happens between the preview and writing"
ADVICE = "the way out, behind a sentence"
EFFECT = "an effect that the preview tells"
PUSHING = "of pushing, which no file asks for"
SENTENCES = {
    "It was added in ERP Admin after the preview. Check again, then import to update it.": MEANWHILE,
    "It had another number in ERP Admin when the preview was made. {}": MEANWHILE,
    "It was changed in ERP Admin after the preview. {}": MEANWHILE,
    "It was changed in ERP Admin after the preview. It would be: {} {}": MEANWHILE,
    "{} has this number already. Give this one another number.": MEANWHILE,  # the preview finds it, and updates it
    "It was changed since you opened the page.": "only for a person who opened a page",
    "It was changed while it was ignored.": "of restoring, which no file asks for",
    "It has no lines, so there is nothing to approve.": "the reader asks for lines",
    "There are two lines with the number {}.": "the reader asks for numbers of their own",
    "A cost type belongs to a cost code. Choose the cost code first.": "the reader asks for the cost code",
    "The lines add up to {}, and were read as {}.": "a fence: what was read and what is built are one",
    "It has change orders that are not void.": "of voiding, which no file asks for",
    "There is no {} {} in ERP Admin.": "no such commitment",
    "Commitment {} has no line {}.": "no such line",
    "Commitment {} is void, so it takes no change orders.": "a commitment that is void",
    "Line {} is missing in the file, but change order {} changes it.": "a line that a change order changes",
    "Line {} cannot be removed: a change order changes it.": "a line that a change order changes",
    "“{}” can be more than one {} in ERP Admin: {}.": "a number of two",
    "It is being pushed to Intacct, so it cannot be changed now.": "being pushed",
    "It is being pushed.": "being pushed",
    "It is in Intacct{}. Change it on its own page, where the difference is shown and pushed.": "in Intacct",
    "It is {} in Intacct, so it cannot be {}.": "partly in Intacct",
    "It is void in ERP Admin. Give the document in the file another number.": "void",
    "The file approves it.": EFFECT,
    "The file makes it a draft again.": EFFECT,
    "Its number in ERP Admin is {}, and stays so.": EFFECT,
    "The approval of change order {} falls too.": EFFECT,
    "It is no longer what was approved: amounts, vendor or coding were changed since.": PUSHING,
    "The {} needs to be approved again before it is pushed.": PUSHING,
    "Only an approved {} is pushed.": PUSHING,
    "Check again, then import.": ADVICE,
    "Import it first, or correct the number.": ADVICE,
    "Write the number exactly as one of them.": ADVICE,
    "Its lines are {} to {}.": ADVICE,
    "Its lines are {}{}.": ADVICE,
    "It has line {}.": ADVICE,
    "Give the vendor's name or id.": ADVICE,
    "Upload the file again.": ADVICE,
    "Set it back to draft first.": ADVICE,
    "Enter its lines first.": ADVICE,
    "Void those first.": ADVICE,
    "Remove the line of the change order first.": ADVICE,
    "Look at it again, then decide.": ADVICE,
    "Look at it, then approve it again.": ADVICE,
    "Look at what changed, then approve it.": ADVICE,
    "Approve it first.": ADVICE,
    "Add it.": ADVICE,
    "Wait until it has arrived, or take the push back.": ADVICE,
    "Close or reverse it there, then unlink it in ERP Admin.": ADVICE,
    "Line key in Intacct.": "a help text",
}
WRITING = (
    "erp_admin/uploads/writing.py", "erp_admin/uploads/judging.py", "erp_admin/uploads/resolving.py",
    "erp_admin/documents/numbers.py", "erp_admin/purchasing/uploads.py", "erp_admin/purchasing/validity.py",
    "erp_admin/purchasing/service.py", "erp_admin/models/commitment.py", "integrations/approval/service.py",
    "integrations/approval/selectors.py",
)  # fmt: skip


def sentences_in(path: str) -> Iterator[str]:
    """The texts of a module that are sentences, with {} for what is filled in."""
    tree = ast.parse((ROOT / path).read_text())
    parts, documentation = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts |= {id(part) for part in ast.walk(node) if part is not node}
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node):
            documentation.add(id(node.body[0].value))  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        text = ""
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            text = node.value
        if id(node) not in parts and re.fullmatch(r"[A-Z“{]\S* .*[.}]", text) and re.search(r"[a-z]{2,}.* .*\.", text):
            yield text


def test_every_sentence_of_writing_is_said_by_the_preview_or_cannot_be() -> None:
    found = {sentence for path in WRITING for sentence in sentences_in(path)}
    assert found - SENTENCES.keys() == set()
    assert SENTENCES.keys() - found == set()
    shown = set(SENTENCES.values()) & TOLD.keys()
    assert len(shown) == 9


def effects(draft: ImportDraft) -> list[str]:
    return sentences(draft.documents.get().effects)


def test_lines_that_go_and_values_that_are_emptied_are_named(listed: Connection) -> None:
    header = "Number,Title,Type,Vendor,Date,Description,Cost code,Location,Line retainage %,Unit,Amount"
    imported(
        listed, f"SC-1,T,Subcontract,{ROOF},2026-03-02,Work,03-300,100,5,Each,100", ",,,,,More,,,,,5.50", header=header
    )
    draft = draft_of(listed, csv_of(f"SC-1,T,Subcontract,{ROOF},2026-03-02,Work,,,,,120", header=header))
    assert (states(draft), effects(draft)) == (["update"], [
        "The total in ERP Admin is 105.50.",
        "Line 2 “More” of 5.50 is removed: it is not in the file.",
        "Line 1, Location “100” is emptied: its cell is blank, or its name was left open.",
        "Line 1, Unit “Each” is emptied: its cell is blank, or its name was left open.",
        "Line 1, Cost code “03-300” is emptied: its cell is blank, or its name was left open.",
        "Line 1, Line retainage % “5” is emptied: its cell is blank, or its name was left open.",
        "Line 1, Unit price: “100” becomes “120”.",
    ])  # fmt: skip
    assert reasons(draft) == ["The total in ERP Admin is 105.50. 1 line is removed. 4 values are emptied."]
    import_all(listed, draft)
    line = of_commitment("SC-1").lines.get()
    assert (line.task_id, line.location_id, line.unit, line.retainage_percent) == ("", "", "", None)


def test_a_vendor_left_open_empties_the_one_that_is_here_and_says_so(listed: Connection) -> None:
    imported(listed, commitment_row("SC-1", ROOF))
    was = of_commitment("SC-1").vendor_id
    draft = draft_of(listed, csv_of(commitment_row("SC-1", "Somebody Unheard Of")))
    choose_matches(draft, {draft.matches.get().pk: LEFT_OPEN})
    assert f"Vendor ID “{was}” is emptied: its cell is blank, or its name was left open." in effects(draft)


def test_an_approval_that_falls_is_said_before(listed: Connection) -> None:
    approve(of_commitment(imported(listed, commitment_row("SC-1", ROOF, "100")).documents.get().number))
    draft = draft_of(listed, csv_of(commitment_row("SC-1", ROOF, "120")))
    assert effects(draft)[0] == ("Its approval falls: total 100.00 → 120.00; line 1 unit price 100.00 → 120.00.")
    import_all(listed, draft)
    assert of_commitment("SC-1").approval == Approval.NEEDS_REVIEW


def test_a_file_that_approves_what_it_changes_says_both(listed: Connection) -> None:
    approve(of_commitment(imported(listed, commitment_row("SC-1", ROOF, "100")).documents.get().number))
    row = f"SC-1,Works,Subcontract,{ROOF},2026-03-02,Approved,Works,120"
    draft = draft_of(listed, csv_of(row, header=STATUS))
    assert [told.partition(":")[0] for told in effects(draft)[:2]] == ["Its approval falls", "The file approves it."]
    import_all(listed, draft)
    assert of_commitment("SC-1").approval == Approval.APPROVED


def test_the_approval_of_its_change_orders_is_said_to_fall_too(listed: Connection) -> None:
    imported(listed, commitment_row("SC-1", ROOF, "100"))
    approve(of_commitment("SC-1"))
    change_order(of_commitment("SC-1"), "CO-1")
    back_to_draft(change_order(of_commitment("SC-1"), "CO-2"))
    draft = draft_of(listed, csv_of(commitment_row("SC-1", "Granite Peak Concrete", "100")))
    assert [told for told in effects(draft) if "change order" in told] == [
        "The approval of change order CO-1 falls too."
    ]
    import_all(listed, draft)
    assert ChangeOrder.objects.get(number="CO-1").approval == Approval.NEEDS_REVIEW


def test_the_same_file_again_changes_nothing_and_says_so(listed: Connection) -> None:
    imported(listed, commitment_row("SC-1", ROOF, "100"), ",,,,,,More,5")
    again = draft_of(listed, csv_of(commitment_row("SC-1", ROOF, "100"), ",,,,,,More,5"))
    assert (states(again), reasons(again), effects(again)) == (["update"], ["The total stays as it is."], [])


class TestOneRuleOfIdentity:
    def test_another_case_dash_or_space_updates_the_one_that_is_here(self, listed: Connection) -> None:
        imported(listed, commitment_row("F17-A", ROOF, "1.00"))
        for number in ("f17-a", "F17\u2013A", "Ｆ１７－Ａ", "F17-A\u200b"):
            draft = draft_of(listed, csv_of(commitment_row(number, ROOF, "5.00")))
            assert states(draft) == ["update"], number
            import_all(listed, draft)
            assert [(found.number, found.total) for found in Commitment.objects.all()] == [("F17-A", Decimal(5))]
        draft = draft_of(listed, csv_of(commitment_row("f17-a", ROOF, "5.00")))
        assert effects(draft) == ["Its number in ERP Admin is F17-A, and stays so."]

    def test_the_base_of_a_change_order(self, listed: Connection) -> None:
        commitment(listed, "F17-A", "100")
        draft = draft_of(listed, *change_file("f17\u2011a,CO-1,x,2026-04-01,,W,1"))
        import_all(listed, draft)
        assert ChangeOrder.objects.get().commitment.number == "F17-A"

    def test_a_change_order_is_one_within_its_commitment(self, listed: Connection) -> None:
        first, second = commitment(listed, "SC-1", "100"), commitment(listed, "SC-2", "100")
        change_order(first, "CO-1", "10")
        change_order(second, "co-1", "10")
        draft = draft_of(listed, *change_file("SC-1,co-1,x,2026-04-01,,W,7", "SC-2,co-1,x,2026-04-01,,W,8"))
        assert states(draft) == ["update", "update"]
        import_all(listed, draft)
        assert [(change.number, change.total) for change in ChangeOrder.objects.all()] == [("CO-1", 7), ("co-1", 8)]

    def test_each_of_an_older_pair_is_meant_by_exactly_its_number(self, listed: Connection) -> None:
        _pair(listed)
        rows = [commitment_row(number, ROOF, amount) for number, amount in (("F17-A", "7"), ("f17-a", "8"))]
        for row in rows:
            import_all(listed, draft_of(listed, csv_of(row)))
        assert {found.number: found.total for found in Commitment.objects.all()} == {"F17-A": 7, "f17-a": 8}


def test_building_stores_nothing_and_changes_nothing_it_was_given(listed: Connection) -> None:
    imported(listed, commitment_row("SC-1", ROOF, "100"), ",,,,,,More,5")
    draft = draft_of(listed, csv_of(commitment_row("SC-1", "Granite Peak Concrete", "120")))
    entry = ImportedDocument.objects.select_related("tenant").get(draft=draft)
    document_type, resolver = type_for("commitments"), Resolver(draft)
    (found,) = next(iter(documents_here(Commitment.objects.all(), document_type, [entry], resolver).values()))
    assert document_type.upload is not None
    with CaptureQueriesContext(database) as asked:
        built = document_type.upload.build(entry, resolver, found, None)
    assert len(asked) == 0
    assert (built.document.total, found.total) == (120, 105)
    assert [line.amount for line in found.lines.all()] == [100, 5]
