"""No secret that was ever used is found anywhere it should not be: logs, database, exchanges, pages."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from accounts.models import Tenant, User
from accounts.tenancy import cross_tenant
from integrations.engine.runner import run_to_end
from integrations.intacct import IntacctError
from integrations.models import Connection, Exchange
from integrations.sandbox.process import SandboxServer
from integrations.services.connection import authorize, update_credentials
from integrations.services.runs import start_list_sync

WRONG = "a wrong password <& of mine"


def everything_stored() -> str:
    """Every column of every row of every model, as text."""
    with cross_tenant("test"):
        return "\n".join(
            repr(list(model._base_manager.values_list())) for model in apps.get_models() if model._meta.managed
        )


def used_secrets(intacct: SandboxServer, sessions: list[str]) -> list[str]:
    facts = intacct.credentials
    return [facts["password"], facts["sender_password"], WRONG, "a wrong password &lt;&amp; of mine", *sessions]


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every session id that was opened."""
    from integrations.intacct import Client as IntacctClient

    opened: list[str] = []
    original = IntacctClient.open_session

    def remember(self: IntacctClient, *, fresh: bool = False) -> Any:
        session = original(self, fresh=fresh)
        opened.append(session.session_id)
        return session

    monkeypatch.setattr(IntacctClient, "open_session", remember)
    return opened


def test_no_secret_is_found_anywhere(
    scoped: Tenant,
    admin: User,
    intacct: SandboxServer,
    sessions: list[str],
    caplog: pytest.LogCaptureFixture,
    client_for: Callable[[User | None], Client],
    url: Callable[..., str],
) -> None:
    facts = intacct.credentials
    pages = []
    with caplog.at_level(logging.DEBUG):
        with pytest.raises(IntacctError) as refused:
            authorize(scoped, company_id=facts["company"], user_id=facts["user"], password=WRONG)
        connection = authorize(scoped, company_id=facts["company"], user_id=facts["user"], password=facts["password"])
        with pytest.raises(IntacctError):
            update_credentials(connection, user_id=facts["user"], password=WRONG)
        run = run_to_end(start_list_sync(connection, kinds=["items"], queued=False).run)
        intacct.control(do="expire_sessions")
        run_to_end(start_list_sync(connection, kinds=["items"], queued=False).run)
        alma = client_for(admin)
        typed = {"company_id": facts["company"], "user_id": facts["user"], "password": WRONG, "entity_id": ""}
        Connection.objects.filter(pk=connection.pk).update(state="disconnected")
        pages.append(alma.post(url("authorize"), typed).text)
        Connection.objects.filter(pk=connection.pk).update(state="connected")
        pages.append(alma.post(url("update_credentials"), typed).text)
        pages += [
            alma.get(url(name)).text for name in ("connection", "update_credentials", "settings", "set_up", "home")
        ]
        pages.append(alma.get(url("run", number=run.number)).text)
        for exchange in Exchange.objects.filter(run=run):
            pages.append(alma.get(url("exchange", number=run.number, pk=exchange.pk)).text)
    assert sessions
    assert Exchange.objects.count() > 8
    places = {
        "the log": caplog.text,
        "the database": everything_stored(),
        "the error": f"{refused.value!r} {refused.value} {refused.value.details}",
        "a page": "\n".join(pages),
        "a repr": repr(vars(connection)),
    }
    found = [
        (place, secret)
        for place, text in places.items()
        for secret in used_secrets(intacct, sessions)
        if secret in text
    ]
    assert found == []


def test_the_search_itself_finds_what_is_there(scoped: Tenant, intacct: SandboxServer) -> None:
    facts = intacct.credentials
    authorize(scoped, company_id=facts["company"], user_id=facts["user"], password=facts["password"])
    assert facts["company"] in everything_stored()
