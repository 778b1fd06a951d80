"""The wire: headers, compression, keep-alive, sizes, other paths."""

from __future__ import annotations

import gzip
import http.client
import socket
from urllib.parse import urlsplit

import pytest

from integrations.sandbox.facade import SandboxServer
from tests.integrations.sandbox.gateway import Caller


def test_content_type_and_compression(caller: Caller) -> None:
    body = caller.envelope("<lookup><object>VENDOR</object></lookup>")
    plain = caller.post(body)
    packed = caller.post(body, {"Accept-Encoding": "gzip,deflate"})
    assert plain.headers["Content-Type"] == 'text/xml; encoding="UTF-8"'
    assert packed.headers["Content-Encoding"] == "gzip"
    assert b"PREQUAL_EXPIRES" in gzip.decompress(packed.body)
    assert len(packed.body) < len(plain.body) / 4


def test_connection_is_kept_alive(caller: Caller) -> None:
    parts = urlsplit(caller.server.endpoint)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    for _ in range(3):
        connection.request("POST", parts.path, caller.envelope("<get_applications/>").encode())
        assert connection.getresponse().read().startswith(b"<?xml")
        assert connection.sock is not None
    connection.close()


def test_too_large_a_request_is_refused_as_a_control_failure(caller: Caller) -> None:
    answer = caller.post(b"<request>" + b" " * (16 * 1024 * 1024))
    assert answer.status == 413
    assert answer.text("control/status") == "failure"
    assert answer.errors[0][0] == "XL03000003"


def test_other_paths_and_methods(caller: Caller) -> None:
    parts = urlsplit(caller.server.endpoint)
    assert caller.post("<request/>", path="/elsewhere").status == 404
    for path, status in ((parts.path, 405), ("/", 404)):
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        connection.request("GET", path)
        with connection.getresponse() as response:
            assert response.status == status
        connection.close()


def test_body_without_length_is_refused(caller: Caller) -> None:
    parts = urlsplit(caller.server.endpoint)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("POST", parts.path, iter([b"<request/>"]), encode_chunked=True)
    with connection.getresponse() as response:
        assert response.status == 411
    connection.close()


def test_control_address_is_closed_unless_switched_on() -> None:
    with SandboxServer(control=False) as server:
        assert Caller(server).post(b'{"do": "stats"}', path="/_control").status == 404


def test_stopping_ends_kept_connections() -> None:
    server = SandboxServer().start()
    parts = urlsplit(server.endpoint)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("POST", parts.path, b"<request/>")
    connection.getresponse().read()
    server.stop()
    server.stop()
    assert connection.sock is not None
    assert connection.sock.recv(1) == b""
    connection.close()


@pytest.mark.parametrize("length", ["²", "-1", "1_0", "9" * 5000])
def test_senseless_length_is_refused(caller: Caller, length: str) -> None:
    parts = urlsplit(caller.server.endpoint)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection:
        head = f"POST {parts.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
        connection.sendall(head.encode("latin-1"))
        assert connection.recv(100).startswith(b"HTTP/1.1 411 ")
