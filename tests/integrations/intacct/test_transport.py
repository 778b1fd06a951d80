"""Bad answers, lost answers, limits and timeouts, over a real socket."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations.intacct import (
    Category,
    Client,
    Exchange,
    ProtocolError,
    TransportError,
    UnknownOutcome,
)
from tests.integrations.intacct.conftest import VENDOR, VENDORS, fail
from tests.integrations.intacct.scripted_gateway import Gateway, Reply, payload, running_gateway

PAGE = payload("query.page")
HALF = PAGE.body[: len(PAGE.body) // 2]
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><response><control>&c;</control></response>'
)
XXE = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<response><control><status>&x;</status></control></response>"
)

UNREADABLE = {
    "html": Reply(b"<html><body>Welcome</body></html>", content_type="text/html"),
    "html served as xml": Reply(b"<html><body>Welcome</body></html>"),
    "no content type": Reply(PAGE.body, content_type=""),
    "empty": Reply(b""),
    "white space": Reply(b" \r\n\t"),
    "half a document": Reply(HALF),
    "garbage": Reply(b"\x00\x01\x02 not xml at all"),
    "two roots": Reply(PAGE.body + b"<response/>"),
    "undefined entity": Reply(b"<response><control><status>&nbsp;</status></control></response>"),
    "unknown encoding": Reply(b'<?xml version="1.0" encoding="x-none"?><response/>'),
    "nested beyond reason": Reply(b"<response>" + b"<a>" * 500 + b"</a>" * 500 + b"</response>"),
    "not a response": Reply(b"<error>no</error>"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_answer_is_an_error_and_never_success(
    make_client: Callable[..., Client], gateway: Gateway, exchanges: list[Exchange], name: str
) -> None:
    gateway.reply(UNREADABLE[name], UNREADABLE[name])
    client = make_client(attempts=1)

    error = fail(client, write=False)
    lost = fail(client, write=True)

    assert (error.category, error.code) == (Category.TRANSPORT, "ANS-UNREADABLE")
    assert isinstance(lost, UnknownOutcome)
    assert lost.code == "ANS-LOST"
    assert not lost.retryable
    assert not lost.not_executed
    assert [exchange.outcome for exchange in exchanges[1:]] == ["transport", "unknown_outcome"]


def test_answer_with_too_many_elements_is_refused(
    make_client: Callable[..., Client], gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(attempts=1)
    client.open_session()
    monkeypatch.setattr("integrations.intacct.scale.EVERY_BYTES", 100)
    monkeypatch.setattr("integrations.intacct.scale.MOST_STANDING", 500)
    gateway.reply(Reply(b"<response>" + b"<a/>" * 500 + b"</response>"))

    assert fail(client, write=False).code == "ANS-TOO-LARGE"


@pytest.mark.parametrize("control", ["<control/>", "", "<control><status/></control>"])
def test_answer_without_a_control_status_is_incomplete(client: Client, gateway: Gateway, control: str) -> None:
    text = PAGE.body.decode()
    start, end = text.index("<control>"), text.index("</control>") + len("</control>")
    bare = Reply((text[:start] + control + text[end:]).encode())
    gateway.reply(bare, bare)

    assert fail(client, write=False).code == "ANS-INCOMPLETE"
    assert isinstance(fail(client, write=True), UnknownOutcome)


def test_answer_that_does_not_mention_the_sign_in_is_incomplete(client: Client, gateway: Gateway) -> None:
    text = PAGE.body.decode()
    start, end = text.index("<authentication>"), text.index("</authentication>") + len("</authentication>")
    bare = Reply((text[:start] + text[end:]).encode())
    gateway.reply(bare, bare)

    assert fail(client, write=False).code == "ANS-INCOMPLETE"
    assert isinstance(fail(client, write=True), UnknownOutcome)


@pytest.mark.parametrize("body", [BOMB, XXE], ids=["entity expansion", "external entity"])
def test_document_type_definition_is_refused(
    client: Client, gateway: Gateway, exchanges: list[Exchange], body: bytes
) -> None:
    gateway.reply(Reply(body), Reply(body))

    assert fail(client, write=False).code == "ANS-HOSTILE"
    assert isinstance(fail(client, write=True), UnknownOutcome)
    assert "root:" not in exchanges[-1].response_xml


def test_answer_broken_off_in_the_middle(make_client: Callable[..., Client], gateway: Gateway) -> None:
    half = Reply(HALF, declared_length=len(PAGE.body))
    gateway.reply(half, half)
    client = make_client(attempts=1)

    assert fail(client, write=False).code == "CON-BROKEN"
    assert isinstance(fail(client, write=True), UnknownOutcome)


def test_connection_dropped_before_an_answer(make_client: Callable[..., Client], gateway: Gateway) -> None:
    gateway.reply(Reply(drop="before"), Reply(drop="before"))
    client = make_client(attempts=1)

    error = fail(client, write=False)
    assert error.code == "CON-BROKEN"
    assert not error.nothing_left
    assert isinstance(fail(client, write=True), UnknownOutcome)


def test_slow_answer_times_out(make_client: Callable[..., Client], gateway: Gateway) -> None:
    client = make_client(attempts=1, timeout=(2, 0.05))
    gateway.reply(Reply(hold=True), Reply(hold=True))

    assert fail(client, write=False).code == "CON-TIMEOUT"
    assert isinstance(fail(client, write=True), UnknownOutcome)


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_refused_connection_sends_nothing(
    make_client: Callable[..., Client], exchanges: list[Exchange], pauses: list[float]
) -> None:
    client = make_client(endpoint=f"http://127.0.0.1:{closed_port()}/", attempts=3)

    with pytest.raises(TransportError) as caught:
        client.open_session()

    assert caught.value.code == "CON-UNREACHABLE"
    assert caught.value.nothing_left
    assert caught.value.not_executed
    assert caught.value.retryable
    assert len(pauses) == 2
    assert [(exchange.attempt, exchange.http_status, exchange.billable) for exchange in exchanges] == [
        (1, None, 0),
        (2, None, 0),
        (3, None, 0),
    ]


def test_write_that_never_left_is_no_unknown_outcome(make_client: Callable[..., Client], gateway: Gateway) -> None:
    elsewhere = f"http://127.0.0.1:{closed_port()}/"
    opened = gateway.session_opened()
    gateway.sign_ins.append(Reply(opened.body.replace(gateway.endpoint.encode(), elsewhere.encode())))

    error = fail(make_client(), write=True)

    assert isinstance(error, TransportError)
    assert error.nothing_left


def test_answer_over_the_limit_is_cut_off(make_client: Callable[..., Client], gateway: Gateway) -> None:
    gateway.reply(PAGE, PAGE)
    client = make_client(max_answer_bytes=len(gateway.session_opened().body) + 100)

    assert fail(client, write=False).code == "ANS-TOO-LARGE"
    assert isinstance(fail(client, write=True), UnknownOutcome)


def test_compressed_answer_is_read_and_its_true_size_limited(
    make_client: Callable[..., Client], gateway: Gateway, exchanges: list[Exchange]
) -> None:
    gateway.reply(Reply(PAGE.body, compress=True))
    client = make_client(max_answer_bytes=1_000_000)

    assert client.query(VENDORS).count == 3
    assert exchanges[-1].response_bytes > len(gzip.compress(PAGE.body))
    assert "gzip" in gateway.headers[-1]["Accept-Encoding"]

    gateway.reply(Reply(b"<response>" + b" " * 2_000_000 + b"</response>", compress=True))
    assert fail(client, write=False).code == "ANS-TOO-LARGE"


def test_broken_compression_is_a_transport_error(make_client: Callable[..., Client], gateway: Gateway) -> None:
    gateway.reply(Reply(b"not gzip", headers={"Content-Encoding": "gzip"}))

    assert fail(make_client(attempts=1), write=False).category is Category.TRANSPORT


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_is_refused_and_not_followed(client: Client, gateway: Gateway, status: int) -> None:
    elsewhere = Reply(status=status, content_type="text/html", headers={"Location": gateway.endpoint})
    gateway.reply(elsewhere, elsewhere)

    assert fail(client, write=False).code == "CON-REDIRECT"
    assert isinstance(fail(client, write=True), UnknownOutcome), "some redirect once the work is done"
    assert len(gateway.calls) == 2


def test_answer_that_trickles_in_is_given_up_in_time(
    make_client: Callable[..., Client],
    gateway: Gateway,
    exchanges: list[Exchange],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("integrations.intacct.transport.LONGEST_EXCHANGE_SECONDS", 0.1)
    gateway.reply(Reply(PAGE.body, trickle=0.01))

    assert fail(make_client(attempts=1), write=False).code == "CON-TIMEOUT"
    assert 0 < exchanges[-1].response_bytes < len(PAGE.body)


def test_connection_is_kept_for_the_next_read(client: Client, gateway: Gateway) -> None:
    gateway.reply(PAGE, Reply(PAGE.body, compress=True), PAGE, payload("create.two-records"))

    for _ in range(3):
        client.query(VENDORS)
    client.create([VENDOR, VENDOR], control_id="a")

    assert len(set(gateway.peers[:4])) == 1
    assert gateway.peers[4] != gateway.peers[0]


def test_empty_server_error_with_an_xml_type_is_a_server_error(
    make_client: Callable[..., Client], gateway: Gateway
) -> None:
    gateway.reply(Reply(b"", status=503))

    assert fail(make_client(attempts=1), write=False).code == "SVC-DOWN"


@pytest.mark.parametrize("status", [403, 404])
def test_bare_client_error_is_a_refusal(client: Client, gateway: Gateway, status: int) -> None:
    gateway.reply(Reply(b"<html>Forbidden</html>", status=status, content_type="text/html"))

    error = fail(client, write=True)
    assert (error.code, error.not_executed, error.retryable) == ("CON-STATUS", True, False)


def test_answer_without_an_operation_is_incomplete(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("refused.no-operation"), payload("refused.no-operation"))

    error = fail(client, write=False)
    assert isinstance(error, ProtocolError)
    assert error.code == "ANS-INCOMPLETE"
    assert isinstance(fail(client, write=True), UnknownOutcome)


def test_local_gateway_is_not_reached_through_a_proxy_and_netrc_is_not_used(
    client: Client, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    gateway.reply(PAGE)

    assert client.query(VENDORS).count == 3
    assert "Authorization" not in gateway.headers[-1]
    assert gateway.headers[-1]["Content-Type"] == "application/xml"


def test_certificate_that_cannot_be_verified_stops_everything(
    make_client: Callable[..., Client], gateway: Gateway, tmp_path: Path
) -> None:
    with running_gateway(certificate=self_signed(tmp_path)) as secure:
        client = make_client(endpoint=secure.endpoint)
        with pytest.raises(TransportError) as caught:
            client.open_session()

        assert caught.value.code == "CON-CERTIFICATE"
        assert caught.value.nothing_left
        assert not caught.value.retryable
        assert secure.requests == []


def test_trusted_gateway_is_read_over_tls(
    make_client: Callable[..., Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with running_gateway(certificate=certificate) as secure:
        secure.reply(PAGE, PAGE, payload("create.two-records"))
        client = make_client(endpoint=secure.endpoint)

        assert [client.query(VENDORS).count for _ in range(2)] == [3, 3]
        assert client.create([VENDOR, VENDOR], control_id="a").succeeded
        assert len(set(secure.peers[:3])) == 1


def self_signed(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody trusts, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def test_large_attachment_can_be_sent(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("ordered.create_supdoc"))
    attachment = {"attachmentname": "plan", "attachmenttype": "pdf", "attachmentdata": "QUJD" * 3_000_000}

    result = client.call("create_supdoc", {"supdocid": "A", "attachments": {"attachment": attachment}}, control_id="a")

    assert result.succeeded
