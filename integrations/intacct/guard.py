"""What one exchange may cost on the wire: one deadline from connecting to the last byte, and a limit for the bytes.

Owns the sockets and connections that keep to it, and what the HTTP library would do besides with an answer: follow a
redirect, keep cookies. Must not know XML, functions or what an answer means.
"""

from __future__ import annotations

import math
import socket
import ssl
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import ConnectionPool
from urllib3.response import HTTPResponse
from urllib3.util.ssl_ import create_urllib3_context

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

# The gateway's heads have a few kilobytes. The library's own limits, 100 lines of 64 KB, know no interim answers.
MOST_HEAD_BYTES = 256 * 1024
SHORTEST_WAIT_SECONDS = 0.001
_SEND_BYTES = 64 * 1024


class TooManyBytes(Exception):
    """More arrived than an exchange may bring. `of_head` says that not even the head of the answer was complete."""

    def __init__(self, *, of_head: bool) -> None:
        super().__init__("the head" if of_head else "the answer")
        self.of_head = of_head


class Guard:
    """Time and bytes that the exchange now running has left. Its sockets ask it before each wait.

    A wait for anything ends after `silence` seconds; connecting, and waiting for the whole head of the answer once all
    is sent, take no longer in all; and everything together ends `seconds` after `begin`.
    """

    def __init__(self) -> None:
        self._deadline = self._head_due = math.inf
        self._silence = math.inf
        self._bytes_left = MOST_HEAD_BYTES
        self._is_head = True

    def begin(self, *, seconds: float, silence: float) -> None:
        """An exchange starts now, with connecting or with sending on a connection that was kept."""
        self._deadline, self._silence = time.monotonic() + seconds, silence
        self._head_due = math.inf
        self._bytes_left, self._is_head = MOST_HEAD_BYTES, True

    def begin_body(self, most_bytes: int) -> None:
        """The head has arrived; what follows may have so many bytes on the wire."""
        self._head_due = math.inf
        self._bytes_left, self._is_head = most_bytes, False

    def sending(self) -> None:
        """More is sent; no answer is due before all of it is."""
        self._head_due = math.inf

    def sent(self) -> None:
        """All was sent, so that an answer to it is due."""
        self._head_due = time.monotonic() + self._silence

    def wait(self) -> float:
        """How long the next wait may take. Raises TimeoutError when there is no time left."""
        left = min(self._deadline, self._head_due) - time.monotonic()
        if left <= 0:
            raise TimeoutError("The time for this exchange is over.")
        return max(min(left, self._silence), SHORTEST_WAIT_SECONDS)

    def received(self, count: int) -> None:
        """Raises TooManyBytes when these bytes are more than may come."""
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise TooManyBytes(of_head=self._is_head)


class _PlainSocket(socket.socket):
    """A socket that waits only as long as its guard allows."""

    guard: ClassVar[Guard]

    def recv_into(self, *args: object, **options: object) -> int:
        self.settimeout(self.guard.wait())
        count: int = super().recv_into(*args, **options)  # type: ignore[arg-type] # passed on as they come
        self.guard.received(count)
        return count

    def sendall(self, data: Buffer, flags: int = 0) -> None:
        """The library's own takes the timeout for all of it, or, with TLS, for each piece."""
        self.guard.sending()
        view, sent = memoryview(data), 0
        while sent < len(view):
            self.settimeout(self.guard.wait())
            sent += self.send(view[sent : sent + _SEND_BYTES], flags)
        self.guard.sent()


class _TlsSocket(ssl.SSLSocket):
    """The same on top of TLS, whose handshake ends within the timeout of the socket below."""

    guard: ClassVar[Guard]

    def recv_into(self, *args: object, **options: object) -> int:
        self.settimeout(self.guard.wait())
        count: int = super().recv_into(*args, **options)  # type: ignore[arg-type] # passed on as they come
        self.guard.received(count)
        return count

    sendall = _PlainSocket.sendall


class _Connection(HTTPConnection):
    """A connection of guarded sockets."""

    plain: ClassVar[type[_PlainSocket]]
    tls: ClassVar[type[_TlsSocket]]

    def _new_conn(self) -> socket.socket:
        guard = self.plain.guard
        longest = guard.wait() if self.timeout is None else min(float(self.timeout), guard.wait())
        self.timeout, begun = longest, time.monotonic()
        made = super()._new_conn()
        guarded = self.plain(made.family, made.type, made.proto, fileno=made.detach())
        # What is left of it is for the handshake of TLS; sending and reading set their own.
        guarded.settimeout(max(longest - (time.monotonic() - begun), SHORTEST_WAIT_SECONDS))
        return guarded

    def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 has it
        response = super().getresponse()
        head = getattr(getattr(response, "_original_response", None), "msg", None)
        # A session is named in each request; cookies would be kept, and parsed with the library's slow patterns.
        for name in ("Set-Cookie", "Set-Cookie2"):
            if head is not None:
                del head[name]
        return response


class _TlsConnection(_Connection, HTTPSConnection):
    def connect(self) -> None:
        self.ssl_context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
        self.ssl_context.sslsocket_class = self.tls
        super().connect()


class _Adapter(HTTPAdapter):
    """Makes the connections of a session guarded ones."""

    def __init__(self, guard: Guard) -> None:
        self._made: dict[object, type[_Connection]] = {
            HTTPConnection: _bound(_Connection, guard),
            HTTPSConnection: _bound(_TlsConnection, guard),
        }
        super().__init__(pool_maxsize=1)

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> ConnectionPool:
        pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
        if isinstance(pool, HTTPConnectionPool):
            pool.ConnectionCls = self._made.get(pool.ConnectionCls, pool.ConnectionCls)
        return pool


def _bound(connection: type[_Connection], guard: Guard) -> type[_Connection]:
    """The connection with sockets that ask this guard: neither library has a way to hand one of them a value."""
    sockets = {
        "plain": type("PlainSocket", (_PlainSocket,), {"guard": guard}),
        "tls": type("TlsSocket", (_TlsSocket,), {"guard": guard}),
    }
    return type(connection.__name__, (connection,), sockets)


class GuardedSession(requests.Session):
    """An HTTP session whose exchanges keep to its guard. It follows no redirect and keeps no cookie."""

    def __init__(self) -> None:
        super().__init__()
        self.guard = Guard()
        adapter = _Adapter(self.guard)
        for scheme in ("https://", "http://"):
            self.mount(scheme, adapter)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: the library unpacks the whole body even of a redirect that it is told not to follow."""
        return
