"""What a hostile or broken client sends: refused in words, at once, and the next client is served."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from integrations.sandbox.facade import SandboxServer
from tests.integrations.sandbox.gateway import Caller

BOMB = "<!DOCTYPE request [" + "".join(
    f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12)
) + "]>"  # fmt: skip


@pytest.fixture
def impatient() -> Iterator[SandboxServer]:
    """A gateway that lets a request arrive for a third of a second."""
    with SandboxServer(request_seconds=0.3) as server:
        yield server


def connect(server: SandboxServer) -> socket.socket:
    parts = urlsplit(server.endpoint)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10)


def speak(server: SandboxServer, data: bytes) -> bytes:
    """Send bytes and read until the far side closes, or has sent one answer."""
    with connect(server) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        came = b""
        while chunk := connection.recv(65536):
            came += chunk
        return came


def post(server: SandboxServer, body: bytes, *headers: str) -> bytes:
    lines = [f"POST {urlsplit(server.endpoint).path} HTTP/1.1", "Host: localhost", *headers]
    return speak(server, "\r\n".join([*lines, "", ""]).encode("latin-1") + body)


@pytest.mark.parametrize(
    "doctype",
    [
        BOMB,
        '<!DOCTYPE request [<!ENTITY e11 SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE request [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p; <!ENTITY e11 "x">]>',
        '<!DOCTYPE request SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_never_resolved(caller: Caller, doctype: str, encoding: str) -> None:
    sent = caller.envelope("<get_applications/>").replace("UTF-8", encoding)
    prolog, rest = sent.split("?>", 1)
    sent = f"{prolog}?>{doctype}{rest.replace('control-1', '&e11;')}"
    begun = time.monotonic()
    answer = caller.post(sent.encode(encoding))
    assert time.monotonic() - begun < 5
    assert answer.text("control/status") == "failure"
    assert answer.errors[0][0] == "XL03000003"
    assert Path("/etc/hostname").read_bytes().strip() not in answer.body
    assert b"haha" not in answer.body


@pytest.mark.parametrize(
    "body",
    [
        b"<request>" * 100_000,
        b"<request " + b" ".join(b'a%d="x"' % n for n in range(50_000)) + b"/>",
        b"<" + b"r" * 5_000_000 + b"/>",
        b"\x00" * 1_000_000,
        b"\xef\xbb\xbf",
        "<?xml version='1.0' encoding='utf-7'?><request/>".encode("utf-7"),
    ],
    ids=["deep", "attributes", "name", "zeros", "mark", "utf-7"],
)
def test_monstrous_documents_are_refused_in_words(caller: Caller, body: bytes) -> None:
    begun = time.monotonic()
    answer = caller.post(body)
    assert time.monotonic() - begun < 5
    assert (answer.status, answer.errors[0][0]) == (200, "XL03000003")


def test_a_deep_filter_is_refused_or_answered_but_breaks_nothing(caller: Caller) -> None:
    leaf = "<equalto><field>CLASSID</field><value>x</value></equalto>"
    for depth in (50, 5000):
        nested = "<and>" * depth + leaf * 2 + f"</and>{leaf}".join([""] * (depth + 1)).removesuffix(leaf)
        answer = caller.query("CLASS", "RECORDNO", condition=nested)
        assert answer.status == 200
        assert answer.root.tag == "response"


def test_a_body_that_dribbles_in_does_not_hold_a_thread(impatient: SandboxServer) -> None:
    with connect(impatient) as connection:
        connection.sendall(
            f"POST {urlsplit(impatient.endpoint).path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n".encode()
        )
        assert dribble(connection) < 5
    assert Caller(impatient).log_in().query("CLASS", "RECORDNO").status == 200


def test_headers_that_dribble_in_do_not_hold_a_thread(impatient: SandboxServer) -> None:
    with connect(impatient) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nX-Long: ")
        assert dribble(connection) < 5


def dribble(connection: socket.socket) -> float:
    """Send byte after byte, each well within any timeout, until the far side ends it; how long that took."""
    begun = time.monotonic()
    connection.settimeout(0.05)
    while time.monotonic() - begun < 10:
        try:
            connection.sendall(b"x")
            if connection.recv(1) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - begun


def test_an_idle_connection_may_stay_longer_than_a_request_may_take(impatient: SandboxServer) -> None:
    parts = urlsplit(impatient.endpoint)
    caller, other = Caller(impatient).log_in(), Caller(impatient).log_in()
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    for _ in range(2):
        connection.request("POST", parts.path, caller.envelope("<get_applications/>").encode())
        assert connection.getresponse().read().startswith(b"<?xml")
        impatient.control(do="fault", kind="slow", seconds=0.4, match="query")
        other.query("CLASS", "RECORDNO")  # takes longer than a request may take to arrive
    connection.close()


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: 10", "Content-Length: 5"),
        ("Content-Length: 10", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked",),
        ("Content-Length: +10",),
        ("Content-Length: 10, 10",),
        (),
    ],
)
def test_lengths_that_two_readers_could_read_differently_are_refused(caller: Caller, headers: tuple[str, ...]) -> None:
    assert post(caller.server, b"<request/>POST /_control HTTP/1.1\r\n\r\n", *headers).startswith(b"HTTP/1.1 411 ")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\r\n\r\n\x16\x03\x01", b""),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", b"400"),
        (b"POST\r\n\r\n", b"400"),
        (b"POST / HTTP/9.9\r\n\r\n", b"505"),
        (b"POST /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"POST / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"431"),
        (b"POST / HTTP/1.1\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", b"431"),
        (b"BREW / HTTP/1.1\r\n\r\n", b"501"),
        (b"DELETE /_control HTTP/1.1\r\n\r\n", b"501"),
    ],
)
def test_broken_heads_are_refused(caller: Caller, data: bytes, status: bytes) -> None:
    came = speak(caller.server, data)
    assert status in came.partition(b"\r\n")[0]
    assert caller.call("<get_applications/>").status == 200


def test_odd_headers_change_nothing(caller: Caller) -> None:
    body = caller.envelope("<getAPISession/>").encode()
    odd = ("Host: \xff\xfe", "X-Forwarded-Proto: javascript", "Accept-Encoding: \xe9gzip;q=x", "Connection: close",
           f"Content-Length: {len(body)}")  # fmt: skip
    lines = [f"POST {urlsplit(caller.server.endpoint).path} HTTP/1.1", *odd]
    came = speak(caller.server, "\r\n".join([*lines, "", ""]).encode("latin-1") + body)
    assert came.startswith(b"HTTP/1.1 200")


def test_a_body_shorter_than_announced_is_no_request(caller: Caller) -> None:
    before = caller.server.control(do="stats")["requests"]
    assert post(caller.server, b"<request/>", "Content-Length: 999") == b""
    assert caller.server.control(do="stats")["requests"] == before


def test_control_takes_no_documents_and_the_gateway_no_commands(caller: Caller) -> None:
    assert caller.post('{"do": "reset"}').errors[0][0] == "XL03000003"
    assert caller.post(caller.envelope("<get_applications/>"), path="/_control").status == 400
