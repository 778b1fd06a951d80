"""The life of a run: slices, leases, cancel, lost workers, and everything Intacct or the network can do to it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.refusal import Refused
from integrations.gateway.slots import SLOTS_PER_COMPANY, NoSlot, _claim_slot, company_slot
from integrations.mirror import store
from integrations.mirror.service import start_list_sync
from integrations.mirror.sink import PageOutcome
from integrations.models import CompanySlot, Connection, ListItem, RunState, StepState, SyncRun
from integrations.runs import lease, runner
from integrations.runs.runner import Slice, run_to_end, totals, work_slice
from integrations.runs.service import cancel_run
from integrations.sandbox.facade import SandboxServer
from tests.conftest import MIRRORED


@pytest.fixture
def run(connection: Connection) -> SyncRun:
    return start_list_sync(connection, kinds=MIRRORED).run


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 10)


def finish(run: SyncRun) -> SyncRun:
    run_to_end(run)
    return run


def test_a_run_worked_in_the_smallest_slices_ends_the_same(run: SyncRun, small_pages: None) -> None:
    slices = 1
    while work_slice(run.pk, seconds=0) is Slice.MORE:
        slices += 1
        assert slices < 500
    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert slices > 20
    for step in run.steps.all():
        assert step.announced == step.read == step.new == ListItem.objects.filter(kind=step.key[5:]).count()


def test_a_run_is_worked_by_one_worker_at_a_time(run: SyncRun) -> None:
    assert lease.claim_run(run.pk)
    assert lease.claim_run(run.pk) == ""
    assert work_slice(run.pk) is Slice.BUSY


def test_a_killed_worker_loses_one_page_and_no_record(
    run: SyncRun, small_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies in the middle of a page: nothing is released, as after SIGKILL."""

    class Killed(BaseException):
        """Not an Exception, so that nothing tidies up."""

    pages = 0
    store_page = store.store_page

    def store_and_die(*args: object, **kwargs: object) -> PageOutcome:
        nonlocal pages
        pages += 1
        outcome = store_page(*args, **kwargs)  # type: ignore[arg-type]
        if pages == 5:
            raise Killed
        return outcome

    monkeypatch.setattr(store, "store_page", store_and_die)
    monkeypatch.setattr(lease, "release_run", lambda *args: None)
    with pytest.raises(Killed):
        work_slice(run.pk)
    monkeypatch.undo()
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    assert work_slice(run.pk) is Slice.BUSY, "the dead worker's lease still holds"
    SyncRun.objects.filter(pk=run.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    CompanySlot.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    finish(run)
    assert (run.state, run.lost_workers) == (RunState.SUCCEEDED, 1)
    for step in run.steps.all():
        assert step.announced == step.read == step.new


def test_a_run_that_loses_three_workers_ends_and_says_so(run: SyncRun) -> None:
    for _ in range(lease.MOST_LOST_WORKERS):
        assert lease.claim_run(run.pk)
        SyncRun.objects.filter(pk=run.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert work_slice(run.pk) is Slice.ENDED
    run.refresh_from_db()
    assert (run.state, run.error_code) == (RunState.FAILED, "RUN-LOST")


def test_a_cancel_is_obeyed_at_the_next_page_border(
    run: SyncRun, small_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_page = store.store_page

    def store_and_cancel(*args: object, **kwargs: object) -> PageOutcome:
        assert cancel_run(run)
        return store_page(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "store_page", store_and_cancel)
    assert work_slice(run.pk) is Slice.ENDED
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert ListItem.objects.count() == 10, "the page under way was kept"
    assert set(run.steps.values_list("state", flat=True)) == {StepState.CANCELLED}


def test_a_run_nobody_began_is_cancelled_at_once(run: SyncRun) -> None:
    assert cancel_run(run)
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert not cancel_run(run)


def test_a_second_start_leads_to_the_run_that_is_active(run: SyncRun, connection: Connection) -> None:
    again = start_list_sync(connection, kinds=MIRRORED)
    assert (again.run, again.is_new) == (run, False)
    finish(run)
    assert start_list_sync(connection, kinds=MIRRORED).is_new


def test_a_company_takes_two_requests_at_a_time(run: SyncRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "SLOT_WAIT_SECONDS", 0)
    company = run.connection.company_id
    with company_slot(company), company_slot(company):
        with pytest.raises(NoSlot), company_slot(company):
            raise AssertionError("never reached")
        assert work_slice(run.pk) is Slice.BUSY
        with company_slot("another company"):
            pass
    finish(run)
    assert run.state == RunState.SUCCEEDED


def test_a_slot_left_behind_is_free_after_its_time(connection: Connection) -> None:
    numbers = range(1, SLOTS_PER_COMPANY + 1)
    for _ in numbers:
        assert _claim_slot(connection.company_id, numbers)
    assert _claim_slot(connection.company_id, numbers) is None
    CompanySlot.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert _claim_slot(connection.company_id, numbers)


@pytest.mark.parametrize("kind", ["429", "502", "html", "empty", "garbage", "truncated", "two_roots", "offline"])
def test_a_passing_fault_is_outlived(run: SyncRun, intacct: SandboxServer, kind: str) -> None:
    intacct.control(do="fault", kind=kind, match="query", times=1)
    finish(run)
    assert run.state == RunState.SUCCEEDED, run.error_sentence
    assert run.exchanges.exclude(outcome="success").count() == 1
    for step in run.steps.all():
        assert step.announced == step.read


@pytest.mark.parametrize(("kind", "code"), [("429", "LIM-RATE"), ("502", "SVC-DOWN"), ("offline", "SVC-DOWN")])
def test_a_lasting_fault_ends_the_run_with_its_reason(
    run: SyncRun, intacct: SandboxServer, kind: str, code: str
) -> None:
    intacct.control(do="fault", kind=kind, match="query", times=50)
    finish(run)
    assert run.state == RunState.FAILED
    assert run.error_code == code
    assert run.error_sentence
    assert run.error_advice
    first, *rest = run.steps.values_list("state", flat=True)
    assert first == StepState.FAILED
    assert set(rest) == {StepState.NOT_REACHED}
    run.connection.refresh_from_db()
    assert run.connection.state == "offline"
    intacct.control(do="reset")
    finish(again := start_list_sync(run.connection, kinds=MIRRORED).run)
    assert again.state == RunState.SUCCEEDED
    run.connection.refresh_from_db()
    assert run.connection.state == "connected"


def test_a_hostile_answer_is_refused_and_never_read_again(run: SyncRun, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="hostile", match="GLACCOUNT", times=1)
    finish(run)
    first = run.steps.get(key="list:gl_accounts")
    assert (run.state, first.state, first.error_code) == (RunState.PARTLY, StepState.FAILED, "ANS-HOSTILE")


def test_a_session_that_expires_in_mid_run_is_renewed_unnoticed(
    run: SyncRun, intacct: SandboxServer, small_pages: None
) -> None:
    while work_slice(run.pk, seconds=0) is Slice.MORE:
        intacct.control(do="expire_sessions")
    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert totals(run)["read"] == ListItem.objects.count()
    assert intacct.control(do="stats")["logins"] > len(MIRRORED)


def test_credentials_refused_in_mid_run_end_it_and_hold_the_connection(
    run: SyncRun, intacct: SandboxServer, small_pages: None
) -> None:
    work_slice(run.pk, seconds=0)
    read = totals(run)["read"]
    run.connection.seal_password("changed in Intacct meanwhile")
    run.connection.save()
    intacct.control(do="expire_sessions")
    finish(run)
    assert run.state == RunState.FAILED
    assert run.error_code == "CON-LOGIN"
    assert totals(run)["read"] == read
    run.connection.refresh_from_db()
    assert run.connection.state == "needs_credentials"
    with pytest.raises(Refused, match="Needs credentials"):
        start_list_sync(run.connection, kinds=MIRRORED)


def test_a_password_that_cannot_be_opened_asks_for_credentials(run: SyncRun, settings: object) -> None:
    from cryptography.fernet import Fernet

    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]  # type: ignore[attr-defined]
    finish(run)
    assert (run.state, run.error_code) == (RunState.FAILED, "CON-SECRET")
    assert "Update credentials" in run.error_advice


def test_a_defect_is_recorded_told_and_raised(run: SyncRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("one of ours")

    monkeypatch.setattr(store, "store_page", broken)
    with pytest.raises(ZeroDivisionError):
        work_slice(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code) == (RunState.FAILED, "DEFECT")
    assert "ZeroDivisionError" in run.error_detail
    assert run.lease_token == ""
    assert set(run.steps.values_list("state", flat=True)) == {StepState.FAILED, StepState.NOT_REACHED}


def test_the_run_numbers_of_a_tenant_have_no_gaps(connection: Connection) -> None:
    numbers = [finish(start_list_sync(connection, kinds=["items"]).run).number for _ in range(3)]
    assert numbers == [1, 2, 3]


def test_an_unknown_list_is_refused_with_those_there_are(connection: Connection) -> None:
    with pytest.raises(Refused, match=r"vendorz.*gl_accounts"):
        start_list_sync(connection, kinds=["vendorz"])
    assert not SyncRun.objects.exists()
