"""A file becomes documents: matched, confirmed as a run, refused where it must be, and nothing is lost."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Tenant, User
from accounts.refusal import Refused
from accounts.tenancy import tenant_scope
from erp_admin.models import (
    ChangeOrder,
    Commitment,
    CommitmentLine,
    ImportDraft,
    ImportMatch,
    MatchHow,
    Project,
    RememberedMatch,
)
from erp_admin.purchasing.service import approve, save_commitment
from erp_admin.uploads.formats.table import FileRefused
from erp_admin.uploads.matches import LEFT_OPEN, choose_matches, match_again
from erp_admin.uploads.service import confirm, discard, read_upload
from integrations.delivery.contract import push_flow
from integrations.delivery.requests import ask_pushes
from integrations.mirror.service import start_list_sync
from integrations.models import Approval, Connection, Delivery, ListItem, RunState, SyncRun
from integrations.operations.retention import prune
from integrations.runs.runner import Slice, run_to_end, work_slice
from integrations.runs.service import cancel_run
from tests import lists
from tests.erp_admin.imported import commitment_row, csv_of
from tests.erp_admin.samples import choose_settings, commitment
from tests.snapshot import read_lists
from tests.standing import Standing, standing

CHANGE_HEADER = "Commitment,Number,Title,Date,Changes line,Description,Amount"


@pytest.fixture
def listed(connection: Connection) -> Connection:
    """A connection with the lists that matching looks at."""
    return read_lists(connection, lists.FILES)


def draft_of(connection: Connection, content: bytes, kind: str = "commitments") -> ImportDraft:
    return read_upload(connection.tenant, kind, "file.csv", content)


def states(draft: ImportDraft) -> list[str]:
    return list(draft.documents.values_list("state", flat=True))


def reasons(draft: ImportDraft) -> list[str]:
    return list(draft.documents.values_list("reason", flat=True))


def import_all(connection: Connection, draft: ImportDraft) -> SyncRun:
    run = run_to_end(confirm(connection, draft, queued=False).run)
    assert not run.is_active
    assert not run.error_code, (run.error_sentence, run.error_detail)
    draft.refresh_from_db()
    return run


def imported(connection: Connection, *rows: str, header: str = "", kind: str = "commitments") -> ImportDraft:
    draft = draft_of(connection, csv_of(*rows, header=header) if header else csv_of(*rows), kind)
    import_all(connection, draft)
    return draft


def vendor(connection: Connection, name: str) -> ListItem:
    return ListItem.objects.get(connection=connection, kind="vendors", name=name)


def test_a_file_becomes_commitments_with_their_lines(listed: Connection) -> None:
    draft = draft_of(
        listed,
        csv_of(
            commitment_row("SC-1", "granite peak concrete, llc", '"$40,000.00"', "Footings"),
            ",,,,,,Credit,(250.50)",
            commitment_row("SC-2", "Northwind Roofing", "1000"),
        ),
    )
    assert states(draft) == ["new", "new"], reasons(draft)
    assert Commitment.objects.count() == 0
    import_all(listed, draft)

    first = Commitment.objects.get(number="SC-1")
    found = vendor(listed, "Granite Peak Concrete")
    assert (first.vendor_id, first.vendor_name) == (found.business_id, "Granite Peak Concrete")
    assert first.total == Decimal("39749.50")
    assert (first.currency, standing(first)) == ("USD", Standing.DRAFT)
    assert [line.description for line in first.lines.all()] == ["Footings", "Credit"]
    assert states(draft) == ["created", "created"]


def test_a_project_and_its_cost_codes_are_found_by_id_and_by_name(listed: Connection) -> None:
    task = ListItem.objects.filter(connection=listed, kind="tasks", is_active=True, missing_at=None).earliest("pk")
    project = Project.objects.create(
        tenant=listed.tenant, number="H-1", name="Harbor", currency="USD", remote_id=task.fields["PROJECTID"]
    )
    header = "Number,Title,Type,Vendor,Project,Date,Description,Cost code,Amount"
    row = f"Works,Subcontract,Northwind Roofing,{{}},2026-03-02,Works,{task.business_id},5"
    imported(listed, f"SC-1,{row.format('H-1')}", f"SC-2,{row.format('harbor')}", header=header)
    for number in ("SC-1", "SC-2"):
        found = Commitment.objects.get(number=number)
        assert (found.project, found.lines.get().task_id) == (project, task.business_id)


def test_a_similar_name_is_proposed_and_decided_by_a_person_only(listed: Connection, accountant: User) -> None:
    draft = draft_of(listed, csv_of(commitment_row("SC-1", "Northwind Rofing")))
    match = draft.matches.get()
    assert (match.how, match.label) == (MatchHow.NEAR, f"{match.value} Northwind Roofing")
    assert states(draft) == ["unmatched"]
    assert reasons(draft) == ["Vendor “Northwind Rofing”"]
    with pytest.raises(Refused, match="None of the documents can be imported"):
        confirm(listed, draft)
    assert choose_matches(draft, {match.pk: match.value}, by=accountant) == 1
    import_all(listed, draft)
    assert Commitment.objects.get().vendor_name == "Northwind Roofing"


def test_the_next_file_knows_what_a_person_chose(listed: Connection, accountant: User) -> None:
    first = draft_of(listed, csv_of(commitment_row("SC-1", "The Roof People, Inc.")))
    chosen = vendor(listed, "Northwind Roofing").business_id
    choose_matches(first, {first.matches.get().pk: chosen}, by=accountant)
    second = draft_of(listed, csv_of(commitment_row("SC-2", "ROOF PEOPLE")))
    assert (second.matches.get().how, second.matches.get().value) == (MatchHow.REMEMBERED, chosen)
    assert RememberedMatch.objects.get().chosen_by == accountant


def test_what_was_remembered_and_became_inactive_is_not_taken(listed: Connection, accountant: User) -> None:
    first = draft_of(listed, csv_of(commitment_row("SC-1", "The Roof People")))
    chosen = vendor(listed, "Northwind Roofing")
    choose_matches(first, {first.matches.get().pk: chosen.business_id}, by=accountant)
    ListItem.objects.filter(pk=chosen.pk).update(is_active=False)
    second = draft_of(listed, csv_of(commitment_row("SC-2", "The Roof People")))
    assert not second.matches.get().is_settled


def test_an_inactive_vendor_is_named_as_such(listed: Connection) -> None:
    found = vendor(listed, "Northwind Roofing")
    ListItem.objects.filter(pk=found.pk).update(is_active=False)
    draft = draft_of(listed, csv_of(commitment_row("SC-1", found.business_id)))
    assert draft.matches.get().reason == "It is inactive in Intacct."


def test_an_id_and_a_name_of_different_vendors_are_not_believed(listed: Connection) -> None:
    header = "Number,Title,Type,Vendor ID,Vendor,Date,Description,Amount"
    wrong = vendor(listed, "Northwind Roofing").business_id
    row = f"SC-1,Works,Subcontract,{wrong},Granite Peak Concrete,2026-03-02,Works,5"
    draft = draft_of(listed, csv_of(row, header=header))
    match = draft.matches.get()
    assert match.how == MatchHow.NEAR
    assert match.reason == "The id is that of Northwind Roofing, but the file names Granite Peak Concrete."


def test_a_document_may_be_imported_with_its_vendor_left_open(listed: Connection) -> None:
    draft = draft_of(listed, csv_of(commitment_row("SC-1", "Somebody Unheard Of")))
    choose_matches(draft, {draft.matches.get().pk: LEFT_OPEN})
    import_all(listed, draft)
    found = Commitment.objects.get()
    assert (found.vendor_id, found.vendor_name) == ("", "Somebody Unheard Of")


def test_only_a_usable_record_can_be_chosen(listed: Connection) -> None:
    draft = draft_of(listed, csv_of(commitment_row("SC-1", "Somebody Unheard Of")))
    with pytest.raises(Refused, match="cannot be chosen"):
        choose_matches(draft, {draft.matches.get().pk: "V-NONE"})
    assert draft.matches.get().how == MatchHow.NONE


def test_names_are_looked_for_again_after_the_lists_were_read(connection: Connection) -> None:
    draft = draft_of(connection, csv_of(commitment_row("SC-1", "Northwind Roofing")))
    assert "No vendors have been read from Intacct yet." in draft.matches.get().reason
    read_lists(connection, lists.FILES)
    match_again(draft)
    assert states(draft) == ["new"]


def test_a_number_that_is_here_is_updated_and_its_lines_stay_the_same_lines(listed: Connection) -> None:
    imported(listed, commitment_row("SC-1", "Northwind Roofing", "100"), ",,,,,,More,5")
    keys = set(CommitmentLine.objects.values_list("pk", flat=True))
    draft = draft_of(
        listed, csv_of(commitment_row("SC-1", "Granite Peak Concrete", "70"), ",,,,,,Other,6", ",,,,,,New,1")
    )
    assert states(draft) == ["update"]
    import_all(listed, draft)
    assert states(draft) == ["updated"]
    found = Commitment.objects.get()
    assert (found.total, found.vendor_name, found.term_name) == (Decimal(77), "Granite Peak Concrete", "Net 30")
    assert keys < set(found.lines.values_list("pk", flat=True))


def test_the_status_of_a_file_approves_and_takes_an_approval_back(listed: Connection, accountant: User) -> None:
    header = "Number,Title,Type,Vendor,Date,Status,Description,Amount"
    row = "SC-1,Works,SC,Northwind Roofing,2026-03-02,{},Works,5"
    for status, approval in (("approved", Approval.APPROVED), ("", Approval.APPROVED), ("Draft", Approval.DRAFT)):
        imported(listed, row.format(status), header=header)
        found = Commitment.objects.get()
        assert found.approval == approval


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (
            {"delivery": Delivery.DELIVERED, "remote_id": "PC Subcontracts-SC-1"},
            "It is in Intacct as PC Subcontracts-SC-1.",
        ),
        ({"delivery": Delivery.QUEUED}, "It is being pushed to Intacct"),
        ({"approval": Approval.VOID}, "It is void in ERP Admin."),
    ],
)
def test_what_was_pushed_or_is_void_is_refused_with_the_reason(
    listed: Connection, facts: dict[str, str], why: str
) -> None:
    imported(listed, commitment_row("SC-1", "Northwind Roofing", "100"))
    Commitment.objects.update(**facts)
    draft = draft_of(listed, csv_of(commitment_row("SC-1", "Northwind Roofing", "999")))
    assert states(draft) == ["refused"]
    assert reasons(draft)[0].startswith(why)


def test_what_happens_here_after_the_preview_is_never_overwritten(listed: Connection) -> None:
    imported(listed, *(commitment_row(f"SC-{number}", "Northwind Roofing", "100") for number in (1, 2)))
    numbers = ("SC-1", "SC-2", "SC-3", "SC-4")
    draft = draft_of(listed, csv_of(*(commitment_row(number, "Northwind Roofing", "999") for number in numbers)))
    assert states(draft) == ["update", "update", "new", "new"]
    run = confirm(listed, draft, queued=False).run
    Commitment.objects.filter(number="SC-1").update(delivery=Delivery.SENDING)
    approve(Commitment.objects.get(number="SC-2"))
    edited = Commitment.objects.get(number="SC-2")
    save_commitment(edited, list(edited.lines.all()))
    commitment(listed, "SC-3", "5")
    run_to_end(run)

    assert states(draft) == ["failed", "failed", "failed", "created"]
    assert [reason.partition(".")[0] for reason in reasons(draft)] == [
        "It is being pushed to Intacct, so it cannot be changed now",
        "It was changed in ERP Admin after the preview",
        "It was added in ERP Admin after the preview",
        "",
    ]
    assert [found.total for found in Commitment.objects.order_by("number")] == [100, 100, 5, 999]
    match_again(draft)
    assert states(draft) == ["refused", "update", "update", "created"]
    import_all(listed, draft)
    assert [found.total for found in Commitment.objects.order_by("number")] == [100, 999, 999, 999]


def test_change_orders_change_a_line_or_add_one(listed: Connection) -> None:
    imported(listed, commitment_row("SC-1", "Northwind Roofing", "100"))
    imported(
        listed,
        "SC-1,CO-1,More,2026-04-01,1,Deeper,10",
        "SC-1,CO-1,,,,Extra,5",
        "SC-1,CO-2,Less,2026-04-02,,Less,-3",
        header=CHANGE_HEADER,
        kind="change_orders",
    )
    first = ChangeOrder.objects.get(number="CO-1")
    assert [line.changes_line and line.changes_line.number for line in first.lines.all()] == [1, None]
    assert [change.total for change in ChangeOrder.objects.order_by("number")] == [15, -3]


def test_a_change_order_without_its_commitment_says_so(listed: Connection) -> None:
    draft = draft_of(listed, csv_of("SC-9,CO-1,More,2026-04-01,,Deeper,10", header=CHANGE_HEADER), "change_orders")
    assert reasons(draft) == ["There is no commitment SC-9 in ERP Admin. Import it first, or correct the number."]


def test_a_change_order_of_a_line_that_is_not_there_is_a_problem_alone(listed: Connection) -> None:
    imported(listed, commitment_row("SC-1", "Northwind Roofing", "100"))
    rows = ["SC-1,CO-1,More,2026-04-01,7,Deeper,10", "SC-1,CO-2,More,2026-04-01,1,Deeper,10"]
    draft = draft_of(listed, csv_of(*rows, header=CHANGE_HEADER), "change_orders")
    assert states(draft) == ["problem", "new"]
    assert reasons(draft)[0] == "Row 2, Changes line: Commitment SC-1 has no line 7."
    problem = draft.documents.first().open_problems[0]
    assert (problem["value"], problem["fix"]) == ("7", "It has line 1.")
    assert import_all(listed, draft).state == RunState.SUCCEEDED
    assert states(draft) == ["problem", "created"]


def test_a_line_that_a_change_order_changes_cannot_be_left_out(listed: Connection) -> None:
    imported(listed, commitment_row("SC-1", "Northwind Roofing", "100"), ",,,,,,More,5")
    imported(listed, "SC-1,CO-1,More,2026-04-01,2,Deeper,10", header=CHANGE_HEADER, kind="change_orders")
    draft = draft_of(listed, csv_of(commitment_row("SC-1", "Northwind Roofing", "100")))
    assert reasons(draft) == ["Row 2, Line: Line 2 is missing in the file, but change order CO-1 changes it."]
    assert Commitment.objects.get().total == 105


def test_a_cancelled_import_goes_on_where_it_stopped(listed: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("erp_admin.uploads.flow.PAGE_SIZE", 1)
    draft = draft_of(listed, csv_of(*(commitment_row(f"SC-{n}", "Northwind Roofing") for n in range(3))))
    run = confirm(listed, draft, queued=False).run
    assert work_slice(run.pk, seconds=0) is Slice.MORE
    assert confirm(listed, draft, queued=False).run == run
    cancel_run(run)
    assert states(draft) == ["created", "new", "new"]
    import_all(listed, draft)
    assert states(draft) == ["created"] * 3
    assert Commitment.objects.count() == 3


def test_a_draft_with_imported_documents_stays_and_an_expired_one_goes(listed: Connection) -> None:
    kept = imported(listed, commitment_row("SC-1", "Northwind Roofing"))
    with pytest.raises(Refused, match="its record stays"):
        discard(kept)
    old = draft_of(listed, csv_of(commitment_row("SC-2", "Northwind Roofing")))
    ImportDraft.objects.update(expires_at=timezone.now())
    young = draft_of(listed, csv_of(commitment_row("SC-3", "Northwind Roofing")))
    assert old.pk not in {kept.pk, young.pk}
    assert {part.key: part.rows for part in prune().parts}["drafts"] == 1
    assert set(ImportDraft.objects.values_list("pk", flat=True)) == {kept.pk, young.pk}


def test_a_draft_is_discarded_as_it_is_stored_not_as_the_page_showed_it(listed: Connection) -> None:
    shown = draft_of(listed, csv_of(commitment_row("SC-1", "Northwind Roofing")))
    run = confirm(listed, ImportDraft.objects.get(), queued=False).run
    assert shown.run is None
    with pytest.raises(Refused, match=f"Run {run.number} imports this file"):
        discard(shown)
    cancel_run(run)
    discard(shown)
    for late in (lambda: confirm(listed, shown), lambda: match_again(shown), lambda: choose_matches(shown, {})):
        with pytest.raises(Refused, match="discarded meanwhile"):
            late()
    assert SyncRun.objects.filter(flow="document_import").count() == 1


def test_the_same_file_again_is_noted_and_doubles_nothing(listed: Connection) -> None:
    imported(listed, commitment_row("SC-1", "Northwind Roofing"))
    again = imported(listed, commitment_row("SC-1", "Northwind Roofing"))
    assert again.notes[0].endswith("1 of its documents were imported then.")
    assert (states(again), Commitment.objects.count(), CommitmentLine.objects.count()) == (["updated"], 1, 1)


def test_the_example_of_the_docs_is_imported_and_pushed(connection: Connection) -> None:
    lists = ("gl_accounts", "items", "vendors", "ap_terms", "locations", "departments", "purchasing_definitions")
    run_to_end(start_list_sync(connection, kinds=lists, queued=False).run)
    choose_settings(connection)
    example = Path(__file__).parents[3] / "docs" / "examples" / "commitments.csv"
    import_all(connection, draft_of(connection, example.read_bytes()))
    connection.refresh_from_db()
    asked = ask_pushes(connection, push_flow("commitments"), Commitment.objects.order_by("number"), queued=False)
    assert asked.blocked == []
    assert asked.started is not None
    run_to_end(asked.started.run)
    pushed = {document.number: (standing(document), document.total) for document in Commitment.objects.all()}
    assert pushed == {
        "PO-2001": (Standing.VERIFIED, Decimal("18480.00")),
        "SC-1001": (Standing.VERIFIED, Decimal("52250.00")),
    }


def test_a_file_that_cannot_be_read_leaves_no_trace(connection: Connection) -> None:
    with pytest.raises(FileRefused):
        draft_of(connection, csv_of())
    assert not ImportDraft.objects.exists()


def test_matches_and_memories_are_of_one_tenant(listed: Connection, other_tenant: Tenant) -> None:
    draft = draft_of(listed, csv_of(commitment_row("SC-1", "Somebody Unheard Of")))
    choose_matches(draft, {draft.matches.get().pk: vendor(listed, "Northwind Roofing").business_id})
    with tenant_scope(other_tenant):
        theirs = read_upload(
            other_tenant, "commitments", "x.csv", csv_of(commitment_row("SC-1", "Somebody Unheard Of"))
        )
        assert ImportMatch.objects.get().how == MatchHow.NONE
        assert states(theirs) == ["unmatched"]


def test_a_large_file_takes_no_query_per_row(listed: Connection) -> None:
    rows = [commitment_row(f"SC-{number}", "Northwind Roofing") for number in range(600)]
    with CaptureQueriesContext(
        database,
    ) as few:
        draft_of(listed, csv_of(*rows[:10]))
    with CaptureQueriesContext(database) as many:
        draft_of(listed, csv_of(*rows))
    assert len(many) <= len(few) + 20  # a few per batch, none per row
