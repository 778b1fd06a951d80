"""A gateway of bare sockets on the loopback: it signs in honestly, and answers all else with the bytes it was given.

Owns listening, reading a request and sending bytes or waiting. Must not know the client.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.attack.answers import Ask, Attack, Wire, head
from tests.integrations.intacct.scripted_gateway import payload

_CONTROL_ID = re.compile(rb'<function controlid="([^"]+)"')
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class RawGateway:
    """One attack at a time. `requests` counts what arrived besides sign-ins; `wire` the bytes sent in answer to it."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self._over = threading.Event()
        self.attack: Attack | None = None
        self._size = 1.0
        self._packed: list[bytes | float] = []
        self.requests = self.wire = 0
        # An honest answer, where the attack is over.
        self.honest: Callable[[bytes], bytes] | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def endpoint(self, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}/ia/xml/xmlgw.phtml"

    def prepare(self, attack: Attack, size: float = 1.0) -> None:
        """Answer with this one from now on; what takes long to pack is packed before it is asked for."""
        self.attack, self._size, self.requests, self.wire = attack, size, 0, 0
        self._packed = list(attack.make(Ask("any", size))) if attack.options.get("packed") else []

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
            attack = self.attack
            if attack is not None and attack.options.get("tls"):
                self._send(connection, attack.make(Ask("", self._size)))
                return
            if attack is not None and attack.options.get("unread"):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            request = self._read_head(connection)
            length = int(found.group(1)) if (found := _LENGTH.search(request)) else 0
            start = request.index(b"\r\n\r\n") + 4
            if attack is not None and attack.options.get("unread") and length > 1_000_000:
                self._over.wait(60)
                return
            while len(request) < start + length and (more := connection.recv(1 << 20)):
                request += more
            self._answer(connection, request)

    def _read_head(self, connection: socket.socket) -> bytes:
        request = b""
        while b"\r\n\r\n" not in request:
            more = connection.recv(1 << 16)
            if not more:
                raise ConnectionResetError
            request += more
        return request

    def _answer(self, connection: socket.socket, request: bytes) -> None:
        if b"getAPISession" in request:
            body = re.sub(rb"<endpoint>[^<]*", b"<endpoint>" + self.endpoint().encode(), payload("session.opened").body)
            connection.sendall(head() + _for_function(body, request))
            return
        if self.attack is None:
            if self.honest is not None:
                connection.sendall(head() + _for_function(self.honest(request), request))
            return
        self.requests += 1
        found = _CONTROL_ID.search(request)
        ask = Ask(found.group(1).decode() if found else "", self._size)
        self._send(connection, iter(self._packed) if self._packed else self.attack.make(ask))

    def _send(self, connection: socket.socket, wire: Wire) -> None:
        for part in wire:
            if isinstance(part, float):
                if self._over.wait(part):
                    return
                continue
            connection.sendall(part)
            self.wire += len(part)


def _for_function(body: bytes, request: bytes) -> bytes:
    found = _CONTROL_ID.search(request)
    return body.replace(b"<controlid>fn-1<", b"<controlid>" + found.group(1) + b"<") if found else body


@contextmanager
def raw_gateway() -> Iterator[RawGateway]:
    gateway = RawGateway()
    try:
        yield gateway
    finally:
        gateway.close()
