"""Senders, users, companies, entities and sessions."""

from __future__ import annotations

import pytest

from integrations.sandbox.data.sessions import Sessions
from integrations.sandbox.facade import SandboxServer
from tests.integrations.sandbox.gateway import Caller


def test_wrong_sender_is_a_control_failure(server: SandboxServer) -> None:
    for caller in (Caller(server, sender="nobody"), Caller(server, sender_password="wrong")):
        answer = caller.call("<getAPISession/>")
        assert answer.text("control/status") == "failure"
        assert answer.errors[0][0] == "XL03000006"
        assert answer.errors[0][1].startswith("Incorrect Intacct XML Partner ID or password.")


def test_unknown_transport_policy_is_a_control_failure(caller: Caller) -> None:
    body = caller.envelope("<getAPISession/>").replace("</dtdversion>", "</dtdversion><policyid>nightly</policyid>")
    assert caller.post(body).errors == [("XL03000006", "nightly is not a valid transport policy.")]


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong"},
        {"user": "nobody"},
        {"company": "no-such-company"},
        {"entity": "999"},
        {"user": "ws_former", "password": "former-user-local"},
        {"user": "ws_civil", "password": "civil-user-local", "entity": "100"},
        {"user": "ws_civil", "password": "civil-user-local"},
    ],
)
def test_every_wrong_sign_in_reads_the_same(server: SandboxServer, changes: dict[str, str]) -> None:
    answer = Caller(server, **changes).call("<getAPISession/>")  # type: ignore[arg-type]
    assert answer.text("control/status") == "success"
    assert answer.text("operation/authentication/status") == "failure"
    assert not answer.results
    assert answer.errors[0][0] == "XL03000006"
    assert answer.errors[0][1].startswith("Sign-in information is incorrect [Support ID: ")


def test_sender_that_the_company_did_not_authorise(server: SandboxServer) -> None:
    elsewhere = Caller(server, company="northgate-demo", password="northgate-user-local").call("<getAPISession/>")
    stranger = Caller(server, sender="stranger_sender", sender_password="stranger-sender-local").call(
        "<getAPISession/>"
    )
    for answer, company in ((elsewhere, "northgate-demo"), (stranger, "summit-demo")):
        assert answer.text("operation/authentication/status") == "failure"
        assert answer.root.findtext(".//error/description") == "Invalid Web Services Authorization"
        assert f"company ID '{company}'" in answer.errors[0][1]


def test_session_opens_slides_and_expires(server: SandboxServer) -> None:
    caller = Caller(server).log_in()
    answer = caller.call("<get_applications/>")
    assert answer.text("operation/authentication/userid") == caller.user
    assert answer.text("operation/authentication/locationid") == ""
    assert answer.text("operation/authentication/sessiontimeout").endswith("+00:00")
    assert server.control(do="expire_sessions")["expired"] == 1
    answer = caller.call("<get_applications/>")
    assert answer.text("operation/authentication/status") == "failure"
    assert answer.text("operation/authentication/userid") == ""
    assert answer.errors == [("XL03000006", f"Invalid session {caller.session}")]


def test_session_of_one_sender_is_of_no_use_to_another(caller: Caller) -> None:
    caller.sender, caller.sender_password = "stranger_sender", "stranger-sender-local"
    assert caller.call("<get_applications/>").errors[0][1].startswith("Invalid session")


def test_session_expiry_follows_the_configured_duration() -> None:
    with SandboxServer(session_seconds=3600) as short:
        answer = Caller(short).call("<getAPISession/>")
    start, end = (answer.text(f"operation/authentication/session{word}") for word in ("timestamp", "timeout"))
    assert start[:13] != end[:13]


def test_get_api_session_must_be_alone(caller: Caller) -> None:
    answer = caller.call("<getAPISession/>", "<get_applications/>")
    assert [result.findtext("status") for result in answer.results] == ["failure", "failure"]


def test_entities_by_login_and_by_switching(server: SandboxServer) -> None:
    inside = Caller(server, entity="200").call("<getAPISession/>")
    assert inside.text("operation/authentication/locationid") == "200"
    assert inside.text("operation/result/data/api/locationid") == "200"
    caller = Caller(server).log_in()
    switched = caller.call("<getAPISession><locationid>200</locationid></getAPISession>")
    caller.session = switched.text("operation/result/data/api/sessionid")
    assert caller.call("<get_applications/>").text("operation/authentication/locationid") == "200"
    back = caller.call("<getAPISession><locationid/></getAPISession>")
    assert back.text("operation/result/data/api/locationid") == ""
    wrong = caller.call("<getAPISession><locationid>999</locationid></getAPISession>")
    assert wrong.errors[0][0] == "Get API Session Failed"


def test_restricted_user_works_in_its_entity_only(server: SandboxServer) -> None:
    caller = Caller(server, user="ws_civil", password="civil-user-local", entity="200").log_in()
    top = caller.call("<getAPISession><locationid/></getAPISession>")
    assert top.result.findtext("status") == "failure"
    assert [e.findtext("id") for e in caller.call("<readEntityDetails/>").data] == ["200"]


def test_empty_entity_in_a_login_is_the_top_level(server: SandboxServer) -> None:
    assert Caller(server, entity="").call("<getAPISession/>").result.findtext("status") == "success"


@pytest.mark.parametrize(
    ("host", "headers", "expected"),
    [
        ("localhost:1234", {}, "http://localhost:1234"),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}, "https://127.0.0.1"),
        ("[::1]:99", {}, "http://[::1]:99"),
        ("gateway.intacct.example", {"X-Forwarded-Proto": "https"}, "https://gateway.intacct.example"),
        ("evil.example", {"X-Forwarded-Proto": "https"}, None),
        ("localhost:1", {"X-Forwarded-Proto": "gopher"}, "http://localhost:1"),
        ("localhost", {"X-Forwarded-Proto": "HTTPS, http"}, "https://localhost"),
        ("LOCALHOST:443", {}, "http://LOCALHOST:443"),
        ("localhost:1/elsewhere?", {}, None),
        ("localhost:x", {}, None),
        ("user@localhost:1", {}, None),
    ],
)
def test_endpoint_follows_an_allowed_host(host: str, headers: dict[str, str], expected: str | None) -> None:
    with SandboxServer(allowed_hosts=("gateway.intacct.example",)) as named:
        caller = Caller(named)
        answer = caller.post(caller.envelope("<getAPISession/>"), {"Host": host, **headers})
        endpoint = answer.text("operation/result/data/api/endpoint")
        assert endpoint == (f"{expected}/ia/xml/xmlgw.phtml" if expected else named.endpoint)


def test_expired_sessions_are_forgotten_when_another_opens() -> None:
    sessions = Sessions(seconds=0)
    for _ in range(3):
        sessions.open("sender", "company", "user", "")
    assert len(sessions) == 1


CONSOLE = {"user": "ws_console", "password": "console-user-local"}


def console_user(server: SandboxServer, company: str) -> Caller:
    return Caller(server, company=company, user="ws_console", password="console-user-local")


def test_a_console_enters_its_client(server: SandboxServer) -> None:
    short = console_user(server, "summit-console|summit-demo|200")
    long = console_user(server, "summit-console")
    text = long.envelope("<getAPISession/>").replace(
        "</password></login>", "</password><clientid>summit-demo</clientid></login>"
    )
    for answer in (short.call("<getAPISession/>"), long.post(text)):
        assert answer.text("operation/authentication/status") == "success", answer.errors
        assert answer.text("operation/authentication/clientid") == "summit-demo"
    assert short.log_in().query("VENDOR", "RECORDNO").result.findtext("status") == "success"
    assert short.call("<getAPISession/>").data.findtext("api/locationid") == "200"


@pytest.mark.parametrize(
    "changes",
    [
        {"company": "summit-console|northgate-demo", **CONSOLE},
        {"company": "summit-console|nowhere", **CONSOLE},
        {"company": "summit-console|summit-demo|999", **CONSOLE},
        {"company": "summit-console|summit-demo", "user": "ws_console", "password": "wrong"},
        {"company": "summit-demo", "user": "ws_console", "password": ""},
        {"company": "summit-demo|northgate-demo"},
    ],
)
def test_a_console_enters_nothing_else(server: SandboxServer, changes: dict[str, str]) -> None:
    answer = Caller(server, **changes).call("<getAPISession/>")  # type: ignore[arg-type]
    assert answer.text("operation/authentication/status") == "failure"
    assert answer.errors[0][1].startswith("Sign-in information is incorrect")
