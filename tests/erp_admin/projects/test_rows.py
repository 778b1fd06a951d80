"""Each row of an import is stored with its outcome and its count, or not at all; no row spoils another."""

from typing import Any

import pytest

from accounts.models import AuditEntry, User
from erp_admin.models import Project
from erp_admin.projects import selectors
from erp_admin.projects import service as services
from integrations.imports import flow, taking
from integrations.imports.service import ignore
from integrations.intacct import Client
from integrations.models import Connection, RowOutcome, RunState, SyncRun
from integrations.runs import lease
from integrations.runs.runner import run_to_end, work_slice
from integrations.sandbox.facade import SandboxServer

WANTED = ("24-001", "24-003", "24-008", "24-012")


def record(project_id: str) -> Any:
    return selectors.project_records().get(business_id=project_id)


@pytest.fixture
def run(ready: Connection, accountant: User) -> SyncRun:
    return services.start_import(ready, services.choose(ready, WANTED), by=accountant).run


def outcomes(run: SyncRun) -> dict[str, str]:
    return {row.label.split(" ")[0]: row.outcome for row in run.rows.all()}


class Killed(BaseException):
    """Not an Exception, so that nothing tidies up."""


@pytest.mark.parametrize("stored", [0, 2])
def test_a_worker_killed_within_a_page_leaves_counts_that_agree_with_the_rows(
    run: SyncRun, monkeypatch: pytest.MonkeyPatch, stored: int
) -> None:
    """What the killed worker stored of its page is undone with it, whether it dies before its end or at it."""
    monkeypatch.setattr(flow, "PAGE_SIZE", 2)
    close_rows, pages = flow._close_rows, []

    def die(work: Any, ends: Any) -> None:
        pages.append(ends)
        if len(pages) > stored // 2:
            raise Killed
        close_rows(work, ends)

    with monkeypatch.context() as dying:
        dying.setattr(flow, "_close_rows", die)
        with pytest.raises(Killed):
            work_slice(run.pk)
    step = run.steps.get()
    assert (step.read, step.new) == (stored, stored)
    assert stored == Project.objects.count() == run.rows.filter(outcome="new").count()
    assert AuditEntry.objects.filter(object_label__startswith="24-0", kind="created").count() == stored

    run_to_end(run)

    step.refresh_from_db()
    assert (run.state, step.read, step.new, step.announced) == (RunState.SUCCEEDED, 4, 4, 4)
    assert AuditEntry.objects.filter(object_label__startswith="24-0", kind="created").count() == 4


def test_a_number_taken_at_the_very_moment_fails_its_row_alone(run: SyncRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database refuses the page then, which is imported row by row."""
    check = taking.check

    def somebody_is_faster(document: Any) -> None:
        check(document)
        if document.number == "24-008":
            Project.objects.create(tenant=run.tenant, number="24-008", name="Faster", currency="USD")

    monkeypatch.setattr(taking, "check", somebody_is_faster)
    run_to_end(run)
    assert run.state == RunState.PARTLY
    assert outcomes(run) == {"24-001": "new", "24-003": "new", "24-008": "failed", "24-012": "new"}
    assert "at the same moment" in run.rows.get(outcome=RowOutcome.FAILED).message
    step = run.steps.get()
    assert (step.read, step.new, step.failed) == (4, 3, 1)
    assert AuditEntry.objects.filter(object_label__startswith="24-0", kind="created").count() == 3


def test_the_trail_tells_of_a_page_what_it_tells_of_single_rows(run: SyncRun, intacct: SandboxServer) -> None:
    """Who, what and each value before and after, as when a project is saved by hand."""
    run_to_end(run)
    made = AuditEntry.objects.get(object_label__startswith="24-001 ", kind="created")
    assert made.actor == run.started_by
    assert f"run {run.number}" in made.actor_label
    values = {each["label"]: each["after"] for each in made.changes}
    project = Project.objects.get(number="24-001")
    assert (values["Project number"], values["Name"], values["Is active"]) == ("24-001", project.name, "yes")
    assert (values["Connection"], values["Linked by"]) == (str(project.connection), str(run.started_by))
    intacct.control(do="put", object="PROJECT", record={"PROJECTID": "24-001", "NAME": "Renamed"})
    run_to_end(services.start_import(run.connection, services.choose(run.connection, ["24-001"]), queued=False).run)
    changed = AuditEntry.objects.get(object_label__startswith="24-001 ", kind="changed")
    assert changed.changes == [{"label": "Name", "before": project.name, "after": "Renamed"}]


def test_a_worker_that_lost_its_lease_imports_nothing_more(run: SyncRun, monkeypatch: pytest.MonkeyPatch) -> None:
    refetch = flow.refetch

    def lose(*args: Any) -> Any:
        found = refetch(*args)
        SyncRun.objects.filter(pk=run.pk).update(lease_token="somebody else")
        return found

    monkeypatch.setattr(flow, "refetch", lose)
    work_slice(run.pk)
    assert not Project.objects.exists()
    assert set(outcomes(run).values()) == {RowOutcome.PENDING}
    assert lease.claim_run(run.pk) == "", "the other worker has it"


def test_a_field_that_intacct_refuses_limits_the_import_and_is_named(run: SyncRun, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="unselectable", object="PROJECT", field="PROJECTCATEGORY")
    run_to_end(run)
    assert run.state == RunState.PARTLY
    assert (run.steps.get().state, "PROJECTCATEGORY" in run.steps.get().message) == ("limited", True)
    assert set(outcomes(run).values()) == {RowOutcome.NEW}
    assert all("PROJECTCATEGORY" in line.message for line in run.log.filter(level="warning"))


def test_a_record_that_became_unusable_fails_alone(run: SyncRun, monkeypatch: pytest.MonkeyPatch) -> None:
    number = record("24-003").record_no
    query = Client.query

    def without_id(self: Client, *args: Any) -> Any:
        page = query(self, *args)
        for row in page.rows:
            if row["RECORDNO"] == str(number):
                row["PROJECTID"] = ""
        return page

    monkeypatch.setattr(Client, "query", without_id)
    run_to_end(run)
    assert run.state == RunState.PARTLY
    assert outcomes(run) == {"24-001": "new", "24-003": "failed", "24-008": "new", "24-012": "new"}
    assert "PROJECTID" in run.rows.get(outcome=RowOutcome.FAILED).message
    assert record("24-003").missing_at is None


def test_a_record_ignored_after_the_start_is_left_out_and_said_so(run: SyncRun, accountant: User) -> None:
    ignore(selectors.project_records().filter(business_id="24-008"), by=accountant)
    run_to_end(run)
    assert outcomes(run)["24-008"] == RowOutcome.SKIPPED
    assert "ignored" in run.rows.get(outcome=RowOutcome.SKIPPED).message
    assert run.state == RunState.PARTLY
    assert run.steps.get().skipped == 1
    assert not Project.objects.filter(number="24-008").exists()


def test_the_way_out_of_a_namesake_linked_elsewhere_is_named(ready: Connection, accountant: User, run: SyncRun) -> None:
    theirs = Project.objects.create(
        tenant=ready.tenant, connection=ready, remote_record_no=999_999, number="24-001", name="Twin", currency="USD"
    )
    run_to_end(run)
    said = run.rows.get(outcome=RowOutcome.FAILED).message
    assert "linked to another Intacct record" in said
    assert "Unlink that project, then link this record to it" in said
    services.unlink(theirs)
    services.link(record("24-001"), theirs, by=accountant)
    again = run_to_end(services.start_import(ready, services.choose(ready, ["24-001"]), queued=False).run)
    assert outcomes(again) == {"24-001": "changed"}


@pytest.fixture
def by_hand(ready: Connection) -> Project:
    return Project.objects.create(tenant=ready.tenant, number="24-001", name="By hand", currency="USD")


def test_an_edit_does_not_undo_a_link_made_meanwhile(ready: Connection, accountant: User, by_hand: Project) -> None:
    edited = Project.objects.get(pk=by_hand.pk)
    services.link(record("24-001"), by_hand, by=accountant)
    edited.name = "Corrected"
    services.save_project(edited)
    by_hand.refresh_from_db()
    assert (by_hand.name, by_hand.remote_record_no) == ("Corrected", record("24-001").record_no)


def test_an_edit_does_not_bring_back_a_link_that_was_cut_meanwhile(
    ready: Connection, accountant: User, by_hand: Project
) -> None:
    services.link(record("24-001"), by_hand, by=accountant)
    edited = Project.objects.get(pk=by_hand.pk)
    services.unlink(by_hand)
    services.save_project(edited)
    by_hand.refresh_from_db()
    assert not by_hand.is_linked


def test_a_new_project_is_stored_whole(ready: Connection) -> None:
    made = services.save_project(Project(tenant=ready.tenant, number="N-1", name="New", currency="USD"))
    assert Project.objects.get(number="N-1") == made
