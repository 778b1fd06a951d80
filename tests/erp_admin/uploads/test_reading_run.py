"""A large file is read by a run: its progress is seen, a killed worker loses nothing, two files wait in line."""

from collections.abc import Callable

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Tenant, User
from accounts.refusal import Refused
from erp_admin.models import ImportDraft, ImportedDocument, ImportFile, ImportStage
from erp_admin.uploads import assessment, checking, flow, intake, service
from erp_admin.uploads.deciding import LEFT_OPEN, choose_matches, match_again
from erp_admin.uploads.service import confirm, discard, read_again, read_upload, take_in
from erp_admin.uploads.stated import StatedReading
from integrations.connections.service import disconnect
from integrations.models import Connection, RunState, StepState, SyncRun
from integrations.operations.retention import prune
from integrations.runs.runner import Slice, run_to_end, work_slice
from integrations.runs.service import cancel_run
from tests.erp_admin.imported import commitment_row, csv_of

Url = Callable[..., str]
ROWS = 60


def large(rows: int = ROWS, more: str = "") -> bytes:
    """A file that is too large to be read at once, by its bytes."""
    words = "x" * 190
    filled = [commitment_row(f"SC-{row}", "A", description=words) for row in range(rows)]
    return csv_of(*filled, more) if more else csv_of(*filled)


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a file of a few rows is a large one, and has several pages."""
    monkeypatch.setattr(service, "AT_ONCE_ROWS", 20)
    monkeypatch.setattr(intake, "PAGE_SIZE", 25)


def taken(connection: Connection, content: bytes, name: str = "f.csv") -> ImportDraft:
    return take_in(connection.tenant, "commitments", name, content, StatedReading())


def numbers(draft: ImportDraft) -> list[str]:
    return list(draft.documents.order_by("position").values_list("number", flat=True))


def test_a_small_file_is_read_at_once_and_a_large_one_by_a_run(connection: Connection) -> None:
    assert taken(connection, large(20)).is_read
    assert not SyncRun.objects.exists()
    draft = taken(connection, large())
    assert (draft.is_being_read, draft.documents.count()) == (True, 0)
    run = run_to_end(SyncRun.objects.get())
    step = run.steps.get()
    assert (run.state, step.read, step.announced, step.requests) == (RunState.SUCCEEDED, ROWS, ROWS, 0)
    draft.refresh_from_db()
    assert (draft.is_read, draft.is_being_read, draft.rows) == (True, False, ROWS)
    assert numbers(draft) == [f"SC-{row}" for row in range(ROWS)]
    assert draft.matches.get().uses == ROWS


@pytest.mark.parametrize(
    ("content", "most"), [(large(2), "AT_ONCE_BYTES"), (b"PK\x03\x04", "AT_ONCE_BYTES_OF_WORKBOOKS")]
)
def test_a_file_is_large_by_its_bytes_too(
    connection: Connection, content: bytes, most: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, most, len(content) - 1)
    assert taken(connection, content).is_being_read


def test_what_a_run_reads_is_what_would_be_read_at_once(connection: Connection) -> None:
    content = large(more="SC-X,T,Subcontract,A,3/4/2026,,W,1.234")
    at_once = read_upload(connection.tenant, "commitments", "f.csv", content)
    by_run = taken(connection, content)
    run_to_end(SyncRun.objects.get())
    by_run.refresh_from_db()
    fields = ("number", "head", "lines", "raw", "problems", "state", "reason", "total", "position", "first_row")
    assert list(by_run.documents.values(*fields)) == list(at_once.documents.values(*fields))
    assert (by_run.headers, by_run.rows, by_run.reading) == (at_once.headers, at_once.rows, at_once.reading)


def test_a_worker_that_stops_at_any_page_is_followed_by_one_that_goes_on(connection: Connection) -> None:
    draft = taken(connection, large())
    run = SyncRun.objects.get()
    slices = 0
    while work_slice(run.pk, seconds=0) is Slice.MORE:
        slices += 1
        assert draft.documents.count() == min(25 * slices, ROWS)
        assert run.steps.get().read == min(25 * slices, ROWS)
    assert slices >= 3
    draft.refresh_from_db()
    assert draft.is_read
    assert numbers(draft) == [f"SC-{row}" for row in range(ROWS)]
    assert draft.matches.get().uses == ROWS


@pytest.mark.parametrize("dies_after", [0, 1, 2, 3])
def test_a_killed_worker_loses_the_page_it_was_at_and_doubles_none(
    connection: Connection, dies_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    draft = taken(connection, large())
    run = SyncRun.objects.get()
    pages = 0
    stored = intake.stored

    def dying(*facts: object) -> ImportedDocument:
        nonlocal pages
        pages += 1
        if pages > dies_after * 25 + 5:
            raise Killed
        return stored(*facts)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "stored", dying)
    if dies_after < 3:
        with pytest.raises(Killed):
            work_slice(run.pk)
    monkeypatch.setattr(intake, "stored", stored)
    assert draft.documents.count() == (min(dies_after, 2) * 25 if dies_after < 3 else 0)
    SyncRun.objects.update(lease_token="", state=RunState.QUEUED)
    run_to_end(run)
    assert numbers(draft) == [f"SC-{row}" for row in range(ROWS)]


def test_a_file_that_cannot_be_read_says_why(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "AT_ONCE_BYTES", 10)
    draft = taken(connection, b'Number,Color\n1,"red\n')
    run = run_to_end(SyncRun.objects.get())
    draft.refresh_from_db()
    assert draft.stage == ImportStage.UNREADABLE
    assert "a quotation mark opens a cell there and is never closed" in draft.why_unread
    assert draft.unread_advice
    assert (run.state, run.error_code) == (RunState.FAILED, "FILE-CSV")
    with pytest.raises(Refused) as refused:
        confirm(connection, draft)
    assert refused.value.code == "IMPORT-UNREAD"
    discard(draft)
    assert not ImportFile.objects.exists()


def test_a_large_file_of_unknown_columns_waits_for_them_and_is_then_read_by_a_run(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "AT_ONCE_BYTES", 10)
    header = "PO,Works descr.,Art,Creditor,Signed,Conditions,Text,Value"
    draft = taken(connection, csv_of(commitment_row("SC-1", "A"), header=header))
    run_to_end(SyncRun.objects.get())
    draft.refresh_from_db()
    assert draft.lacks_columns
    keys = ["number", "title", "type", "vendor", "date", "terms", "description", "amount"]
    draft = service.read_with_columns(draft, dict(enumerate(keys)), sender="Acme")
    assert draft.is_being_read
    run_to_end(SyncRun.objects.latest("pk"))
    draft.refresh_from_db()
    assert (draft.is_read, draft.documents.get().number) == (True, "SC-1")


def test_many_documents_are_checked_again_by_a_run_that_goes_on_where_it_stopped(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = taken(connection, large())
    run_to_end(SyncRun.objects.get())
    draft.refresh_from_db()
    monkeypatch.setattr(checking, "AT_ONCE", 10)
    monkeypatch.setattr(assessment, "_BATCH", 7)
    draft.documents.update(state="failed", reason="as before")
    assert not match_again(draft)
    draft.refresh_from_db()
    assert (draft.stage, draft.is_read) == (ImportStage.CHECKING, False)
    with pytest.raises(Refused, match="at this moment"):
        match_again(draft)
    run = run_to_end(SyncRun.objects.latest("pk"))
    draft.refresh_from_db()
    assert (run.state, draft.stage, draft.is_read) == (RunState.SUCCEEDED, ImportStage.READ, True)
    assert set(draft.documents.values_list("state", flat=True)) == {"unmatched"}
    step = run.steps.get()
    assert (step.announced, step.read) == (ROWS, ROWS)

    match = draft.matches.first()
    assert match is not None
    choose_matches(draft, {match.pk: LEFT_OPEN})
    draft.refresh_from_db()
    while not draft.is_read:
        run_to_end(SyncRun.objects.latest("pk"))
        draft.refresh_from_db()
    assert draft.documents.filter(state="new").count() == match.uses


def test_a_check_that_ended_early_leaves_the_documents_as_they_were(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = taken(connection, large())
    run_to_end(SyncRun.objects.get())
    draft.refresh_from_db()
    monkeypatch.setattr(checking, "AT_ONCE", 10)
    assert not match_again(draft)
    SyncRun.objects.filter(pk=SyncRun.objects.latest("pk").pk).update(state=RunState.FAILED)
    draft = ImportDraft.objects.get(pk=draft.pk)
    assert (draft.is_read, draft.documents.count()) == (True, ROWS)
    assert not match_again(draft)


def test_a_second_large_file_is_read_by_the_same_run(connection: Connection) -> None:
    first, second = taken(connection, large()), taken(connection, large(30), "g.csv")
    run = SyncRun.objects.get()
    assert [step.key for step in run.steps.all()] == [f"draft:{first.pk}", f"draft:{second.pk}"]
    run_to_end(run)
    for draft, count in ((first, ROWS), (second, 30)):
        draft.refresh_from_db()
        assert (draft.is_read, draft.documents.count()) == (True, count)


def test_a_bad_file_does_not_keep_the_next_from_being_read(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "AT_ONCE_BYTES", 10)
    bad, good = taken(connection, b'Number,Color\n1,"red\n'), taken(connection, large(3))
    run = run_to_end(SyncRun.objects.get())
    assert run.state == RunState.PARTLY
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.stage, good.stage) == (ImportStage.UNREADABLE, ImportStage.READ)


def test_a_cancelled_reading_can_be_begun_again(connection: Connection) -> None:
    draft = taken(connection, large())
    run = SyncRun.objects.get()
    work_slice(run.pk, seconds=0)
    with pytest.raises(Refused, match="reads this file at this moment"):
        discard(draft)
    with pytest.raises(Refused, match="reads this file at this moment"):
        read_again(draft, StatedReading())
    with pytest.raises(Refused, match="reads this file at this moment"):
        match_again(draft)
    cancel_run(run)
    draft = ImportDraft.objects.select_related("reading_run").get()
    assert (draft.is_read, draft.is_being_read, draft.documents.count()) == (False, False, 25)
    read_again(draft, StatedReading())
    run_to_end(SyncRun.objects.latest("number"))
    draft.refresh_from_db()
    assert (draft.is_read, draft.documents.count()) == (True, ROWS)


def test_a_file_whose_draft_was_removed_ends_its_step(connection: Connection) -> None:
    draft = taken(connection, large())
    run = SyncRun.objects.get()
    work_slice(run.pk, seconds=0)
    ImportDraft.objects.filter(pk=draft.pk).delete()
    run_to_end(run)
    assert (run.steps.get().state, run.steps.get().error_code) == (StepState.FAILED, "IMPORT-GONE")


def test_without_a_connection_a_large_file_is_refused_with_what_to_do(connection: Connection) -> None:
    disconnect(connection)
    with pytest.raises(Refused) as refused:
        taken(connection, large())
    assert refused.value.code == "FILE-BACKGROUND"
    assert not ImportDraft.objects.exists()
    assert taken(connection, large(20)).is_read


def test_a_file_that_is_being_read_is_not_forgotten_and_its_bytes_are_not_loaded_to_be_removed(
    connection: Connection,
) -> None:
    draft = taken(connection, large())
    ImportDraft.objects.update(expires_at="2020-01-01T00:00:00Z")
    prune()
    assert ImportDraft.objects.exists()
    run_to_end(SyncRun.objects.get())
    with CaptureQueriesContext(
        database,
    ) as asked:
        prune()
    assert not ImportDraft.objects.exists()
    assert not ImportFile.objects.exists()
    assert not [query for query in asked if query["sql"].startswith("SELECT") and '"content"' in query["sql"]]
    assert draft.pk


def test_the_page_follows_the_reading(
    connection: Connection, accountant: User, client_for: Callable[[User | None], Client], url: Url
) -> None:
    ben = client_for(accountant)
    draft = taken(connection, large())
    address = url("commitment_import", draft_pk=draft.pk)
    progress = url("commitment_import_progress", draft_pk=draft.pk)
    assert "Waiting for a free worker." in ben.get(address).content.decode()
    run = SyncRun.objects.get()
    work_slice(run.pk, seconds=0)
    shown = ben.get(progress).content.decode()
    assert f"25 of {ROWS} rows read." in shown
    assert f'hx-get="{progress}"' in shown
    assert "being read" in ben.get(url("commitment_imports")).content.decode()
    run_to_end(run)
    answer = ben.get(progress)
    assert (answer["HX-Refresh"], answer.content) == ("true", b"")
    assert f"None of the {ROWS} commitments can be imported" in ben.get(address).content.decode()


def test_the_page_of_a_file_that_could_not_be_read_says_why_and_what_to_do(
    connection: Connection, accountant: User, client_for: Callable[[User | None], Client], url: Url,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(service, "AT_ONCE_BYTES", 10)
    ben = client_for(accountant)
    draft = taken(connection, b'Number,Color\n1,"red\n')
    run_to_end(SyncRun.objects.get())
    shown = ben.get(url("commitment_import", draft_pk=draft.pk)).content.decode()
    assert "The file could not be read" in shown
    assert "is never closed" in shown
    assert "Upload another file" in shown
    assert "could not be read to its end" in ben.get(url("commitment_imports")).content.decode()
    answer = ben.post(url("read_commitment_import", draft_pk=draft.pk), {}, follow=True)
    assert "is being read again" in answer.content.decode()


def test_the_flow_is_none_that_talks_to_intacct(scoped: Tenant) -> None:
    assert flow.DocumentReading().switch is None
