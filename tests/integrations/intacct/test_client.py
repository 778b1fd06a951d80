"""What a caller of the client sees: sessions, functions, queries and typed answers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from integrations.intacct import (
    BusyError,
    Client,
    Credentials,
    DataError,
    DuplicateError,
    EntityError,
    IntacctError,
    ProtocolError,
    Query,
    SessionError,
    SignInError,
    UnknownOutcome,
    UntrustedEndpoint,
    functions,
)
from tests.integrations.intacct.conftest import CREDENTIALS, SENDER_PASSWORD, USER_PASSWORD
from tests.integrations.intacct.scripted_gateway import SESSION_ID, Gateway, Reply, one, payload

VENDORS = Query("VENDOR", ("RECORDNO", "VENDORID", "NAME"))
VENDOR = ("VENDOR", {"VENDORID": "V-1"})


def test_sign_in_is_alone_in_its_request_and_carries_the_whole_envelope(client: Client, gateway: Gateway) -> None:
    session = client.open_session()

    assert session.session_id == SESSION_ID
    assert session.endpoint == gateway.endpoint
    request = gateway.requests[0]
    control = {child.tag: child.text for child in one(request, "control")}
    assert list(control) == ["senderid", "password", "controlid", "uniqueid", "dtdversion", "includewhitespace"]
    assert control["password"] == SENDER_PASSWORD
    assert (control["uniqueid"], control["dtdversion"], control["includewhitespace"]) == ("false", "3.0", "false")
    login = one(request, "operation/authentication/login")
    assert [(child.tag, child.text) for child in login] == [
        ("userid", "web.services"),
        ("companyid", "sample-company"),
        ("password", USER_PASSWORD),
    ]
    assert len(request.findall(".//function")) == 1


def test_entity_is_entered_at_sign_in(make_client: Callable[..., Client], gateway: Gateway) -> None:
    gateway.sign_ins.append(gateway.session_opened(name="session.opened.entity"))
    client = make_client(credentials=Credentials("sample-company", "web.services", USER_PASSWORD, "200"))

    assert client.open_session().entity == "200"
    assert gateway.requests[0].findtext(".//login/locationid") == "200"


def test_another_entity_than_asked_for_is_refused(make_client: Callable[..., Client], gateway: Gateway) -> None:
    gateway.sign_ins.append(gateway.session_opened(name="session.opened.entity"))
    client = make_client(credentials=Credentials("sample-company", "web.services", USER_PASSWORD, "300"))

    with pytest.raises(EntityError) as caught:
        client.open_session()
    assert caught.value.code == "CON-ENTITY"


@pytest.mark.parametrize(("wanted", "opened"), [("200", "session.opened"), ("", "session.opened.entity")])
def test_session_at_another_place_than_asked_for_is_refused(
    make_client: Callable[..., Client], gateway: Gateway, wanted: str, opened: str
) -> None:
    gateway.sign_ins.append(gateway.session_opened(name=opened))
    client = make_client(credentials=Credentials("sample-company", "web.services", USER_PASSWORD, wanted))

    with pytest.raises(EntityError, match="the top level"):
        client.open_session()


def test_sign_in_that_says_nothing_about_the_entity_is_believed(
    make_client: Callable[..., Client], gateway: Gateway
) -> None:
    opened = gateway.session_opened().body
    gateway.sign_ins.append(Reply(opened.replace(b"<locationid></locationid>", b"")))
    client = make_client(credentials=Credentials("sample-company", "web.services", USER_PASSWORD, "200"))

    assert client.open_session().entity == "200"


@pytest.mark.parametrize(
    "endpoint",
    ["https://intacct.com.example.org/x", "http://api.intacct.com/ia/xml/xmlgw.phtml", "https://u:p@api.intacct.com/"],
)
def test_session_with_an_untrusted_endpoint_is_never_used(client: Client, gateway: Gateway, endpoint: str) -> None:
    opened = gateway.session_opened()
    gateway.sign_ins.append(Reply(opened.body.replace(gateway.endpoint.encode(), endpoint.encode())))

    with pytest.raises(UntrustedEndpoint):
        client.query(VENDORS)
    assert gateway.calls == []


def test_untrusted_endpoint_is_refused_before_anything_is_sent(make_client: Callable[..., Client]) -> None:
    with pytest.raises(UntrustedEndpoint) as caught:
        make_client(allowed_hosts=[])
    assert caught.value.code == "CON-ENDPOINT"
    assert caught.value.nothing_left


def test_sign_in_without_an_endpoint_keeps_the_configured_one(client: Client, gateway: Gateway) -> None:
    opened = gateway.session_opened()
    gateway.sign_ins.append(Reply(opened.body.replace(gateway.endpoint.encode(), b"")))

    assert client.open_session().endpoint == gateway.endpoint


def test_sign_in_without_a_session_id_is_a_protocol_error(client: Client, gateway: Gateway) -> None:
    gateway.sign_ins.append(gateway.session_opened(session_id=""))

    with pytest.raises(ProtocolError):
        client.open_session()


def test_create_is_sent_with_uniqueid_and_the_callers_control_id(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("create.two-records"))

    result = client.create([VENDOR, ("VENDOR", {"VENDORID": "V-2"})], control_id="vendor-42-v1")

    assert result.succeeded
    assert [row["RECORDNO"] for row in result.rows] == ["31", "32"]
    assert gateway.requests[-1].findtext("control/uniqueid") == "true"
    assert gateway.calls[0].get("controlid") == "vendor-42-v1"


def test_partial_failure_lists_what_was_saved(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("create.partial-failure"))

    result = client.create([VENDOR, VENDOR], control_id="c-1")

    assert isinstance(result.error, DuplicateError)
    assert [row["PROJECTID"] for row in result.rows] == ["P-2610"]
    with pytest.raises(DuplicateError):
        result.raise_for_error()


def test_ordered_function_returns_its_key(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("ordered.create_supdoc"))

    result = client.call("create_supdoc", {"supdocid": "ATT-1", "supdocname": "Plan"}, control_id="c-1")

    assert result.raise_for_error().key == "35"


def test_results_are_matched_by_control_id_not_by_position(client: Client, gateway: Gateway) -> None:
    swapped = payload("multi.one-failed").body.replace(b"fn-1", b"fn-X").replace(b"fn-2", b"fn-1")
    gateway.reply(Reply(swapped.replace(b"fn-X", b"fn-2")))

    good, bad = client.execute(
        [functions.read("APBILL", [1]), functions.read("APBILL", [2], ["NOSUCHFIELD"])], write=False
    )

    assert good.succeeded
    assert bad.error is not None
    assert bad.error.code == "REQ-FIELD"


def test_missing_result_of_a_write_is_an_unknown_outcome(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("create.two-records"))

    first, second = client.execute(
        [functions.create([VENDOR], control_id="a"), functions.create([VENDOR], control_id="b")], write=True
    )

    assert first.succeeded
    assert isinstance(second.error, UnknownOutcome)


def test_missing_result_of_a_read_is_a_protocol_error(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("query.page", {"fn-1": "someone-else"}))

    with pytest.raises(ProtocolError):
        client.query(VENDORS)


@pytest.mark.parametrize(
    ("status", "becomes"),
    [("failure", DataError), ("aborted", DataError), ("pending", UnknownOutcome), ("Success", UnknownOutcome)],
)
def test_every_status_but_success_is_a_failure_or_unknown(
    client: Client, gateway: Gateway, status: str, becomes: type[IntacctError]
) -> None:
    text = payload("create.two-records").body.decode()
    head, tail = text.split("<result>")
    gateway.reply(Reply(f"{head}<result>{tail.replace('success', status, 1)}".encode()))

    assert isinstance(client.create([VENDOR], control_id="a").error, becomes)


def test_aborted_transaction_tells_the_cause_from_the_companions(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("transaction.aborted"), payload("transaction.aborted-with-cause"))
    pair = [functions.create([VENDOR], control_id="a"), functions.create([VENDOR], control_id="b")]

    companion, culprit = client.execute(pair, write=True, transaction=True)
    (alone,) = client.execute(pair[:1], write=True, transaction=True)

    assert companion.error is not None
    assert companion.error.code == "TXN-ROLLEDBACK"
    assert isinstance(culprit.error, DuplicateError)
    assert alone.error is not None
    assert alone.error.code not in {"TXN-ROLLEDBACK", ""}
    assert one(gateway.requests[-1], "operation").get("transaction") == "true"


def test_functions_of_one_request_need_control_ids_of_their_own(client: Client) -> None:
    twice = [functions.create([VENDOR], control_id="a"), functions.create([VENDOR], control_id="a")]

    with pytest.raises(ValueError, match="control id"):
        client.execute(twice, write=True)
    with pytest.raises(ValueError, match="at least one"):
        client.execute([], write=False)


def test_function_that_may_change_something_is_never_sent_as_a_read(client: Client, gateway: Gateway) -> None:
    order = functions.ordered("create_supdocfolder", {"supdocfoldername": "Plans"}, control_id="a")

    with pytest.raises(ValueError, match="no read"):
        client.execute([functions.query(VENDORS), order], write=False)
    assert gateway.requests == []


@pytest.mark.parametrize("write", [True, False])
def test_ended_session_is_replaced_once_and_the_request_replayed(client: Client, gateway: Gateway, write: bool) -> None:
    gateway.sign_ins = [gateway.session_opened("first-session-id"), gateway.session_opened("second-session-id")]
    gateway.reply(payload("auth.session-ended"), payload("create.two-records" if write else "lookup.vendor"))

    function = functions.create([VENDOR], control_id="a") if write else functions.lookup("VENDOR", control_id="a")
    (result,) = client.execute([function], write=write)

    assert result.succeeded
    assert gateway.sign_in_count == 2
    assert gateway.requests[-1].findtext(".//sessionid") == "second-session-id"
    assert gateway.calls[0].get("controlid") == gateway.calls[1].get("controlid") == "a"


@pytest.mark.parametrize("ended_before", [False, True])
def test_write_whose_session_cannot_be_opened_was_not_executed(
    make_client: Callable[..., Client], gateway: Gateway, ended_before: bool
) -> None:
    down = Reply(b"<html>Bad gateway</html>", status=502, content_type="text/html")
    gateway.sign_ins = [gateway.session_opened(), down] if ended_before else [down]
    gateway.reply(payload("auth.session-ended"))

    with pytest.raises(BusyError) as caught:
        make_client(attempts=1).create([VENDOR], control_id="a")
    assert caught.value.not_executed


def test_session_that_ends_twice_is_given_up(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("auth.session-ended"), payload("auth.session-ended"))

    with pytest.raises(SessionError) as caught:
        client.query(VENDORS)
    assert caught.value.not_executed
    assert gateway.sign_in_count == 2


def test_refused_credentials_are_tried_once(client: Client, gateway: Gateway) -> None:
    gateway.sign_ins = [payload("auth.sign-in")]

    with pytest.raises(SignInError) as caught:
        client.open_session()
    assert caught.value.code == "CON-LOGIN"
    assert len(gateway.requests) == 1


def test_update_blanks_what_is_sent_empty(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("update.record"))

    assert client.update([("VENDOR", {"RECORDNO": 31, "TERMNAME": None})], control_id="a").succeeded
    assert one(gateway.calls[0], "update/VENDOR/TERMNAME").text is None


@pytest.mark.parametrize(
    ("started_at", "expires_at", "known"),
    [
        ("2099-01-01T00:00:00+00:00", "2099-01-01T06:00:00+00:00", True),
        ("", "", False),
        ("2099-01-01T00:00:00", "soon", False),
        ("", "2099-01-01T00:00:00+00:00", False),
        ("2026-01-01T00:00:00+00:00", "9999-12-31T23:59:59-12:00", False),
        ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", False),
        ("2026-01-01T06:00:00+00:00", "2026-01-01T00:00:00+00:00", False),
    ],
)
def test_announced_expiry_may_be_missing_or_senseless(
    client: Client, gateway: Gateway, started_at: str, expires_at: str, known: bool
) -> None:
    text = gateway.session_opened().body.decode()
    text = re.sub("(<sessiontimestamp>)[^<]*", rf"\g<1>{started_at}", text)
    gateway.sign_ins.append(Reply(re.sub("(<sessiontimeout>)[^<]*", rf"\g<1>{expires_at}", text).encode()))

    assert (client.open_session().expires_at is not None) is known


def test_client_is_a_context_manager(make_client: Callable[..., Client], gateway: Gateway) -> None:
    gateway.reply(payload("query.empty"))

    with make_client() as client:
        assert client.query(VENDORS).rows == []


def test_rolled_back_rows_are_not_reported_as_saved(client: Client, gateway: Gateway) -> None:
    rolled_back = {"Error while saving the Project info": "rolled back", "BL01001973": "XL03000009"}
    gateway.reply(payload("create.partial-failure", rolled_back))

    result = client.create([VENDOR], control_id="a")

    assert isinstance(result.error, DuplicateError)
    assert result.rows == []


def test_nothing_secret_shows_in_representations(client: Client, gateway: Gateway) -> None:
    shown = repr([client, client.open_session(), CREDENTIALS])

    assert SESSION_ID not in shown
    assert USER_PASSWORD not in shown
    assert "web.services" in shown
