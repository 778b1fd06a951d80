"""A gateway of bare sockets in front of the local Intacct: it lets requests through, and spoils some of the answers.

Owns which requests are met, whether they are passed on before, and the bytes sent back. Must not know the client.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from integrations.sandbox.facade import SandboxServer
from tests.attack.answers import Ask, Attack

_CONTROL_ID = re.compile(rb'<function controlid="([^"]+)"')
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_ENDPOINT = re.compile(rb"<endpoint>[^<]*")
_PATIENCE = 5.0


class SpoilingGateway:
    """`met` counts the requests whose answer was spoilt, `passed` those of them that Intacct got."""

    def __init__(self, intacct: SandboxServer) -> None:
        parts = urlsplit(intacct.endpoint)
        self._behind = (parts.hostname or "", parts.port or 80)
        self._path = parts.path
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self._over = threading.Event()
        self._attack: Attack | None = None
        self._match, self._passes_on, self._times, self._size = b"", False, 0, 1.0
        self._match_after = b""
        self.met = self.passed = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}{self._path}"

    def spoil(
        self, attack: Attack, match: str, *, passes_on: bool, size: float = 1.0, times: int = 1, after: str = ""
    ) -> None:
        """Meet the next `times` requests that hold `match`, all but the first what holds `after`, then none."""
        self._attack, self._match, self._passes_on = attack, match.encode(), passes_on
        self._times, self._size, self.met, self.passed = times, size, 0, 0
        self._match_after = (after or match).encode()

    def relent(self) -> None:
        """Answer honestly from now on."""
        self._times = 0

    def close(self) -> None:
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # A client that gives up closes while we send: that is what it should do.
        with connection, suppress(OSError):
            request = _read_whole(connection)
            attack = self._attack
            if attack is None or self._times <= 0 or (self._match_after if self.met else self._match) not in request:
                connection.sendall(self._honest(request))
                return
            self._times -= 1
            if self._passes_on:
                self._honest(request)
                self.passed += 1
            self.met += 1
            found = _CONTROL_ID.search(request)
            for part in attack.make(Ask(found.group(1).decode() if found else "", self._size)):
                if isinstance(part, float):
                    if self._over.wait(min(part, _PATIENCE)):
                        return
                    continue
                connection.sendall(part)

    def _honest(self, request: bytes) -> bytes:
        """The answer of the local Intacct, with its address replaced by ours."""
        head, _, body = request.partition(b"\r\n\r\n")
        kept = [
            line
            for line in head.split(b"\r\n")
            if not line.lower().startswith((b"connection:", b"accept-encoding:", b"host:"))
        ]
        with socket.create_connection(self._behind) as behind:
            behind.sendall(b"\r\n".join([*kept, b"Host: 127.0.0.1", b"Connection: close", b"", body]))
            answer = b""
            while more := behind.recv(1 << 16):
                answer += more
        head, _, body = answer.partition(b"\r\n\r\n")
        body = _ENDPOINT.sub(b"<endpoint>" + self.endpoint.encode(), body)
        lines = [
            line for line in head.split(b"\r\n") if not line.lower().startswith((b"content-length:", b"connection:"))
        ]
        return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"Connection: close", b"", body])


def _read_whole(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        request += _more(connection)
    found = _LENGTH.search(request)
    end = request.index(b"\r\n\r\n") + 4 + (int(found.group(1)) if found else 0)
    while len(request) < end:
        request += _more(connection)
    return request


def _more(connection: socket.socket) -> bytes:
    if not (more := connection.recv(1 << 16)):
        raise ConnectionResetError
    return more


@contextmanager
def spoiling(intacct: SandboxServer) -> Iterator[SpoilingGateway]:
    gateway = SpoilingGateway(intacct)
    try:
        yield gateway
    finally:
        gateway.close()
