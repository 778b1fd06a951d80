"""What is recorded of each request: facts, cost and bodies, and never a secret."""

from __future__ import annotations

import html
import json
import logging
from collections.abc import Callable
from urllib.parse import quote

import pytest

from integrations.intacct import (
    Client,
    Credentials,
    Exchange,
    IntacctError,
)
from tests.integrations.intacct.conftest import SENDER_PASSWORD, USER_PASSWORD, VENDOR, VENDORS, fail
from tests.integrations.intacct.scripted_gateway import SESSION_ID, Gateway, Reply, payload

PAGE = payload("query.page")


def test_observer_sees_every_attempt_with_its_facts(
    client: Client, gateway: Gateway, exchanges: list[Exchange]
) -> None:
    gateway.reply(Reply(status=502, content_type=""), PAGE, payload("create.two-records"))

    client.query(VENDORS)
    client.create([VENDOR, VENDOR], control_id="a")

    sign_in, failed, read, write = exchanges
    assert sign_in.functions == ("getAPISession",)
    assert (sign_in.billable, failed.billable, read.billable, write.billable) == (0, 0, 1, 2)
    assert (failed.outcome, failed.error_code, failed.http_status) == ("busy", "SVC-DOWN", 502)
    assert (read.outcome, read.error_code, read.attempt) == ("success", "", 2)
    assert failed.control_id == read.control_id != write.control_id
    assert read.started_at.tzinfo is not None
    assert read.request_bytes == len(gateway.bodies[-2])
    assert read.company == "sample-company"
    assert "V-1001" in read.response_xml


def test_cost_counts_what_was_saved_and_what_may_have_been(
    client: Client, gateway: Gateway, exchanges: list[Exchange]
) -> None:
    gateway.reply(payload("create.partial-failure"), payload("function.duplicate"), Reply(b""))

    client.create([VENDOR, VENDOR, VENDOR], control_id="a")
    client.create([VENDOR], control_id="b")
    fail(client, write=True)

    assert [exchange.billable for exchange in exchanges[1:]] == [1, 0, 1]
    assert exchanges[1].outcome == "duplicate"


def test_bodies_are_cut_with_a_visible_marker(
    make_client: Callable[..., Client], gateway: Gateway, exchanges: list[Exchange]
) -> None:
    gateway.reply(PAGE)

    make_client(keep_bytes=200).query(VENDORS)

    size = len(PAGE.body)
    assert exchanges[-1].response_bytes >= size - 200
    kept, marker = exchanges[-1].response_xml.rsplit("\n", 1)
    assert len(kept) == 200
    assert marker == f"[cut: {exchanges[-1].response_bytes - 200} of {exchanges[-1].response_bytes} bytes not kept]"


def test_large_page_of_a_proxy_is_read_only_as_far_as_it_is_recorded(
    make_client: Callable[..., Client], gateway: Gateway, exchanges: list[Exchange]
) -> None:
    gateway.reply(Reply(b"<html>" + b"x" * 500_000, content_type="text/html"))

    fail(make_client(attempts=1, keep_bytes=100), write=False)

    assert exchanges[-1].response_bytes < 100_000


def _as_entities(text: str) -> str:
    return "".join(f"&#{ord(mark)};" for mark in text)


def _as_hexadecimal_entities(text: str) -> str:
    return "".join(f"&#x{ord(mark):04X};" if not mark.isalnum() else mark for mark in text)


@pytest.mark.parametrize(
    "spelled",
    [str, html.escape, quote, json.dumps, _as_entities, _as_hexadecimal_entities],
    ids=["plain", "html", "percent", "json", "entities", "hexadecimal"],
)
def test_secret_is_removed_in_every_spelling(
    make_client: Callable[..., Client], gateway: Gateway, exchanges: list[Exchange], spelled: Callable[[str], str]
) -> None:
    secret = "Zürich/<7>&\"'\\🔑 x"
    credentials = Credentials("sample-company", "web.services", secret)
    echo = spelled(secret).removeprefix('"').removesuffix('"')
    gateway.reply(Reply(f"<p>before {echo} after</p>".encode(), content_type="text/html"))

    fail(make_client(credentials=credentials, attempts=1), write=False)

    assert exchanges[-1].response_xml == "<p>before [removed] after</p>"


def test_secret_is_removed_from_an_answer_in_two_byte_characters(
    make_client: Callable[..., Client], gateway: Gateway, exchanges: list[Exchange]
) -> None:
    gateway.reply(Reply(SENDER_PASSWORD.encode("utf-16-le"), content_type="text/plain"))

    fail(make_client(attempts=1), write=False)

    assert exchanges[-1].response_xml == "[removed]"


def test_session_in_a_character_data_section_is_removed(
    client: Client, gateway: Gateway, exchanges: list[Exchange]
) -> None:
    opened = gateway.session_opened(session_id="<![CDATA[other-session-0002<..]]>")
    gateway.sign_ins.append(opened)

    assert client.open_session().session_id == "other-session-0002<.."
    assert "other-session" not in exchanges[-1].response_xml
    assert "<sessionid>[removed]</sessionid>" in exchanges[-1].response_xml


def test_session_in_the_address_is_removed(client: Client, gateway: Gateway, exchanges: list[Exchange]) -> None:
    opened = gateway.session_opened().body
    address = f"{gateway.endpoint}?.s={SESSION_ID}"
    gateway.sign_ins.append(Reply(opened.replace(gateway.endpoint.encode(), address.encode())))
    gateway.reply(PAGE)

    client.query(VENDORS)

    assert exchanges[-1].endpoint == f"{gateway.endpoint}?.s=[removed]"


def test_variables_of_a_failed_request_show_no_body(make_client: Callable[..., Client], gateway: Gateway) -> None:
    gateway.reply(Reply(f"<html>{SENDER_PASSWORD}</html>".encode(), status=403, content_type="text/html"))
    client = make_client(attempts=1)

    with pytest.raises(IntacctError) as caught:
        client.query(VENDORS)
    shown = [
        repr(value) for entry in caught.traceback for value in entry.frame.f_locals.values() if value is not client
    ]
    assert not [text for text in shown if SENDER_PASSWORD in text]


def test_short_secret_is_removed_from_its_element_only(
    make_client: Callable[..., Client], gateway: Gateway, exchanges: list[Exchange]
) -> None:
    make_client(credentials=Credentials("sample-company", "web.services", "ab")).open_session()

    assert "<password>[removed]</password>" in exchanges[-1].request_xml
    assert exchanges[-1].request_xml.count("[removed]") == 2


def test_secret_is_removed_even_when_the_cut_goes_through_it(
    make_client: Callable[..., Client], gateway: Gateway, exchanges: list[Exchange]
) -> None:
    for keep in range(60, 200, 7):
        make_client(keep_bytes=keep).open_session()

    assert not any("sender-s" in exchange.request_xml for exchange in exchanges)


def test_failing_observer_does_not_lose_the_answer(
    make_client: Callable[..., Client], gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    def full(exchange: Exchange) -> None:
        raise OSError("disk full")

    gateway.reply(PAGE)

    assert make_client(observer=full).query(VENDORS).count == 3
    assert "could not be recorded" in caplog.text


def test_no_secret_reaches_exchanges_errors_or_logs(
    make_client: Callable[..., Client],
    gateway: Gateway,
    exchanges: list[Exchange],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = f"Invalid session {SESSION_ID} for {USER_PASSWORD.replace('&', '&amp;').replace('<', '&lt;')}"
    ended = payload("auth.session-ended", {f"Invalid session {SESSION_ID}": echo})
    echoed = Reply(f"<html>{SENDER_PASSWORD} {SESSION_ID}</html>".encode(), content_type="text/html")
    gateway.reply(ended, PAGE, ended, ended, echoed)
    client = make_client(attempts=1)

    client.query(VENDORS)
    errors = [fail(client, write=False), fail(client, write=False)]

    everything = "".join(
        [caplog.text, *(repr(exchange) for exchange in exchanges), *(repr(vars(error)) for error in errors)]
    )
    for secret in (SENDER_PASSWORD, SESSION_ID, USER_PASSWORD, "s&amp;mple &lt;user"):
        assert secret not in everything
    assert "[removed]" in everything
    assert errors[0].__cause__ is None
    assert not isinstance(errors[1].__context__, OSError)


def test_file_contents_are_not_recorded(client: Client, gateway: Gateway, exchanges: list[Exchange]) -> None:
    gateway.reply(payload("ordered.create_supdoc"))
    attachment = {"attachmentname": "plan", "attachmenttype": "pdf", "attachmentdata": "JVBERi0xLjQK"}

    client.call("create_supdoc", {"supdocid": "A", "attachments": {"attachment": [attachment]}}, control_id="a")

    assert "JVBERi0xLjQK" in gateway.bodies[-1].decode()
    assert "JVBERi0xLjQK" not in exchanges[-1].request_xml
    assert "[12 characters of file data removed]" in exchanges[-1].request_xml
