"""Who may write about a run: leases that run out, are lost, are kept alive, and the time a slice may take."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.gateway.slots import LEASE, company_slot
from integrations.intacct import Client
from integrations.mirror import pull, store
from integrations.mirror.service import start_list_sync
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
def after_query(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Have something happen while a page is on its way, outside every transaction."""

    def after_query(happens: Callable[[], None]) -> None:
        original = Client.query

        def query(self: Client, *args: Any) -> Any:
            page = original(self, *args)
            happens()
            return page

        monkeypatch.setattr(Client, "query", query)

    return after_query


def lose(run: SyncRun) -> None:
    SyncRun.objects.filter(pk=run.pk).update(lease_token="somebody else")


def test_a_worker_that_lost_its_lease_while_reading_writes_nothing_of_the_page(
    run: SyncRun, after_query: Callable[[Callable[[], None]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    work_slice(run.pk, seconds=0)  # the start of the list is stored
    after_query(lambda: lose(run))

    assert work_slice(run.pk) is Slice.BUSY

    run.refresh_from_db()
    assert (run.state, run.lease_token) == (RunState.RUNNING, "somebody else")
    assert not ListItem.objects.exists()
    assert totals(run)["read"] == 0


def test_a_worker_that_lost_its_lease_does_not_end_the_run_by_its_own_failure(
    run: SyncRun, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    intacct.control(do="fault", kind="429", match="lookup", times=50)
    monkeypatch.setattr("integrations.gateway.client.PAUSE", lambda seconds: lose(run))

    assert work_slice(run.pk) is Slice.BUSY

    run.refresh_from_db()
    assert (run.state, run.error_code, run.lease_token) == (RunState.RUNNING, "", "somebody else")
    assert run.steps.get(position=1).state == StepState.RUNNING


def test_a_defect_of_a_worker_that_lost_its_lease_leaves_the_run_to_the_other(
    run: SyncRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        lose(run)
        raise ZeroDivisionError

    monkeypatch.setattr(pull, "_begin", broken)
    with pytest.raises(ZeroDivisionError):
        work_slice(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code, run.lease_token) == (RunState.RUNNING, "", "somebody else")


def test_lease_and_slot_are_renewed_after_every_attempt_of_a_request(
    run: SyncRun, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each pause takes four minutes here; four of them outlast a lease that is renewed at page borders only."""
    ends: list[tuple[timedelta, timedelta]] = []

    def pause(seconds: float) -> None:
        run.refresh_from_db()
        slot = CompanySlot.objects.exclude(token="").get()
        now = timezone.now()
        assert run.lease_expires_at is not None
        assert slot.expires_at is not None
        ends.append((run.lease_expires_at - now, slot.expires_at - now))
        four_minutes_on = now + LEASE - timedelta(minutes=4)
        SyncRun.objects.filter(pk=run.pk).update(lease_expires_at=four_minutes_on)
        CompanySlot.objects.exclude(token="").update(expires_at=four_minutes_on)

    monkeypatch.setattr("integrations.gateway.client.PAUSE", pause)
    intacct.control(do="fault", kind="502", match="lookup", times=4)
    run_to_end(run)
    assert run.state == RunState.SUCCEEDED
    assert len(ends) == 4
    assert all(min(lease_left, slot_left) > timedelta(minutes=4, seconds=50) for lease_left, slot_left in ends)


def test_a_request_is_not_repeated_beyond_the_time_of_a_slice(
    run: SyncRun, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue kills a worker after five minutes, in the middle of whatever it does; a slice ends by itself before."""
    monkeypatch.setattr("integrations.gateway.client.PAUSE", lambda seconds: pytest.fail("waited"))
    intacct.control(do="fault", kind="429", match="lookup", times=50, retry_after=30)

    assert work_slice(run.pk, seconds=20 - runner.PATIENCE_SECONDS) is Slice.ENDED

    run.refresh_from_db()
    assert (run.state, run.error_code) == (RunState.FAILED, "LIM-RATE")
    assert run.error_advice
    assert run.exchanges.filter(outcome="busy").count() == 1


def test_a_run_that_found_no_slot_is_still_queued(run: SyncRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "SLOT_WAIT_SECONDS", 0)
    with company_slot(run.connection.company_id), company_slot(run.connection.company_id):
        assert work_slice(run.pk) is Slice.BUSY
    run.refresh_from_db()
    assert (run.state, run.lease_token, run.started_at) == (RunState.QUEUED, "", None)


def test_a_run_on_credentials_that_were_refused_meanwhile_sends_nothing(
    run: SyncRun, connection: Connection, intacct: SandboxServer
) -> None:
    Connection.objects.update(state="needs_credentials", state_reason="Refused.", state_code="CON-LOGIN")
    before = intacct.control(do="stats")["requests"]

    assert work_slice(run.pk) is Slice.ENDED

    run.refresh_from_db()
    assert (run.state, run.error_code) == (RunState.FAILED, "CON-LOGIN")
    assert "Refused." in run.error_sentence
    assert intacct.control(do="stats")["requests"] == before


def test_a_defect_is_told_by_kind_and_place_without_the_values_of_its_message(
    run: SyncRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ValueError("the password is hunter2")

    monkeypatch.setattr(store, "store_page", broken)
    with pytest.raises(ValueError, match="hunter2"):
        work_slice(run.pk)
    run.refresh_from_db()
    assert "ValueError" in run.error_detail
    assert "integrations/mirror/store.py, line" in run.error_detail
    assert "hunter2" not in run.error_detail


def test_a_cancelled_run_whose_worker_died_ends_when_its_lease_runs_out(run: SyncRun) -> None:
    assert lease.claim_run(run.pk)
    assert cancel_run(run)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    SyncRun.objects.filter(pk=run.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert work_slice(run.pk) is Slice.ENDED
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
