"""Two people, or a person and a run, at the same connection at the same moment: nobody's decision is undone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import RequestFactory
from django.views.debug import ExceptionReporter

from accounts.models import Tenant
from accounts.refusal import Refused
from integrations.connections import service
from integrations.gateway import client as gateway
from integrations.intacct import SignInError
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ConnectionState, RunState, SyncRun
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.conftest import MIRRORED

OTHER = "another password of the same user"


@pytest.fixture
def when_verified(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Have something happen after Intacct has accepted credentials and before they are stored."""

    def when_verified(happens: Callable[[], object]) -> None:
        original = service._verify

        def verify(*args: Any) -> Any:
            entities = original(*args)
            happens()
            return entities

        monkeypatch.setattr(service, "_verify", verify)

    return when_verified


def test_renewing_credentials_does_not_bring_a_disconnected_connection_back(
    connection: Connection, intacct: SandboxServer, when_verified: Callable[[Callable[[], object]], None]
) -> None:
    facts = intacct.credentials
    when_verified(lambda: service.disconnect(Connection.objects.get(pk=connection.pk)))
    with pytest.raises(Refused, match="disconnected meanwhile"):
        service.update_credentials(connection, user_id=facts["user"], password=facts["password"])
    stored = Connection.objects.get(pk=connection.pk)
    assert (stored.state, stored.user_id, bool(stored.password)) == (ConnectionState.DISCONNECTED, "", False)


def test_renewing_credentials_leaves_what_others_stored_meanwhile(
    connection: Connection, intacct: SandboxServer
) -> None:
    facts = intacct.credentials
    Connection.objects.update(created_at="2020-01-01T00:00:00Z")
    service.update_credentials(connection, user_id=facts["user"], password=facts["password"])
    assert Connection.objects.get().created_at.year == 2020


def test_a_run_cannot_be_started_on_a_connection_that_was_disconnected_meanwhile(connection: Connection) -> None:
    service.disconnect(Connection.objects.get(pk=connection.pk))
    with pytest.raises(Refused, match="not connected"):
        start_list_sync(connection, kinds=MIRRORED)
    assert not SyncRun.objects.exists()


def test_disconnecting_ends_the_runs_that_wait(connection: Connection) -> None:
    run = start_list_sync(connection, kinds=MIRRORED).run
    service.disconnect(connection)
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def test_old_credentials_that_fail_say_nothing_about_new_ones(connection: Connection, intacct: SandboxServer) -> None:
    """A worker holds the connection as it was; meanwhile an admin renews the password."""
    facts = intacct.credentials
    workers_view = Connection.objects.get(pk=connection.pk)
    workers_view.seal_password("no longer valid")
    service.update_credentials(connection, user_id=facts["user"], password=facts["password"])
    with pytest.raises(SignInError), gateway.opened(workers_view) as client:
        client.open_session(fresh=True)
    assert Connection.objects.get().state == ConnectionState.CONNECTED


def test_a_gateway_that_is_away_does_not_excuse_credentials_that_were_refused(
    connection: Connection, intacct: SandboxServer
) -> None:
    Connection.objects.update(state=ConnectionState.NEEDS_CREDENTIALS, state_code="CON-LOGIN")
    connection.refresh_from_db()
    intacct.control(do="fault", kind="502", match="getAPISession", times=50)
    with pytest.raises(Exception, match="Intacct"):
        service.check(connection)
    assert Connection.objects.get().state == ConnectionState.NEEDS_CREDENTIALS
    intacct.control(do="reset")
    service.check(connection)
    assert Connection.objects.get().state == ConnectionState.CONNECTED


def test_only_a_sign_in_shows_that_refused_credentials_are_good_again(connection: Connection) -> None:
    with gateway.opened(connection) as client:
        client.open_session()
        Connection.objects.update(state=ConnectionState.NEEDS_CREDENTIALS)
    connection.refresh_from_db()
    with gateway.opened(connection) as client:
        client.applications()  # over the session that is still alive
    assert Connection.objects.get().state == ConnectionState.NEEDS_CREDENTIALS


def test_opening_without_a_request_is_no_success(connection: Connection) -> None:
    before = Connection.objects.get().verified_at
    with gateway.opened(connection):
        pass
    assert Connection.objects.get().verified_at == before


def test_a_limit_ends_only_when_what_was_refused_is_allowed(connection: Connection, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="permission", object="CUSTOMER")
    run_to_end(start_list_sync(connection, kinds=MIRRORED, queued=False).run)
    connection.refresh_from_db()
    assert connection.state == ConnectionState.LIMITED

    service.check(connection)
    assert Connection.objects.get().state == ConnectionState.LIMITED, "a sign-in proves no right"
    run_to_end(start_list_sync(connection, kinds=["items"], queued=False).run)
    assert Connection.objects.get().state == ConnectionState.LIMITED, "another list was read"

    intacct.control(do="reset")
    run_to_end(start_list_sync(connection, kinds=["customers"], queued=False).run)
    assert Connection.objects.get().state == ConnectionState.CONNECTED


@pytest.mark.parametrize("missing", ["company_id", "user_id", "password"])
def test_nothing_is_sent_while_a_field_is_empty(scoped: Tenant, intacct: SandboxServer, missing: str) -> None:
    typed = {"company_id": "c", "user_id": "u", "password": "p", missing: " \n" if missing != "password" else "\n"}
    before = intacct.control(do="stats")["requests"]
    with pytest.raises(Refused, match="Missing"):
        service.authorize(scoped, **typed)
    assert intacct.control(do="stats")["requests"] == before


def test_an_error_report_shows_no_password(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, rf: RequestFactory
) -> None:
    """Django's error report lists the variables of every frame; those that hold secrets are hidden."""

    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(gateway, "build_client", broken)
    try:
        service.update_credentials(connection, user_id="ws_sync", password=OTHER)
    except ZeroDivisionError as error:
        report = ExceptionReporter(rf.get("/"), type(error), error, error.__traceback__)
    assert "update_credentials" in report.get_traceback_html()
    ours = [frame for frame in report.get_traceback_frames() if "integrations/connections" in frame["filename"]]
    assert ours
    assert OTHER not in str([frame["vars"] for frame in ours])
