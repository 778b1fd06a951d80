"""The HTTP side of the gateway: one address for requests, one for control, keep-alive, gzip, size limit.

Owns sockets, headers and faults on the wire. Must not interpret a request beyond what HTTP needs.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import ipaddress
import json
import re
import socket
import sys
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from integrations.sandbox.arguments import UnknownCommand
from integrations.sandbox.control import Control
from integrations.sandbox.inbox import Reception
from integrations.sandbox.wire.deadline import REQUEST_SECONDS, PatientReader
from integrations.sandbox.wire.envelope import parse_request
from integrations.sandbox.wire.failures import SCHEMA_VIOLATION, ControlFailure, ErrorEntry, with_support_id
from integrations.sandbox.wire.reply import Reply

GATEWAY_PATH = "/ia/xml/xmlgw.phtml"
CONTROL_PATH = "/_control"
MAX_BODY = 16 * 1024 * 1024
MAX_DISCARD = 256 * 1024 * 1024
MIN_GZIP = 512
TRICKLE_PIECES = 10
LINGER_SECONDS = 2.0
SEND_SECONDS = 60.0
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
HTML = "text/html; charset=UTF-8"
CONTENT_LENGTH = re.compile(r"\d{1,18}", re.ASCII)
HOST = re.compile(r"(?P<name>\[[0-9a-f:]+\]|[^\s:/?#@\[\]]+)(?::\d{1,5})?", re.ASCII | re.IGNORECASE)


class GatewayServer(ThreadingHTTPServer):
    """Listens and keeps what the handlers share. Threads are daemons; open connections are closed on shutdown."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        reception: Reception,
        *,
        control: Control | None = None,
        allowed_hosts: Iterable[str] = (),
        verbose: bool = False,
        request_seconds: float = REQUEST_SECONDS,
    ) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.reception = reception
        self.control = control
        self.allowed_hosts = {name.lower() for name in (*LOOPBACK_NAMES, *allowed_hosts)}
        self.verbose = verbose
        self.request_seconds = request_seconds
        self._connections: set[socket.socket] = set()
        self._connections_lock = threading.Lock()
        super().__init__(address, GatewayHandler)

    @property
    def endpoint(self) -> str:
        """The address of the gateway under the server's own name."""
        host, port = self.server_address[0], self.server_address[1]
        name = host.decode() if isinstance(host, (bytes, bytearray)) else str(host)
        return f"http://{f'[{name}]' if ':' in name else name}:{port}{GATEWAY_PATH}"

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self._connections_lock:
            self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        with self._connections_lock:
            if isinstance(request, socket.socket):
                self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Stop listening, end waits and late work, and close the connections that clients keep open."""
        super().server_close()
        self.reception.close()
        with self._connections_lock:
            open_now = list(self._connections)
        for connection in open_now:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no error; anything else is a defect and shown with its trace."""
        problem = sys.exc_info()[1]
        if not isinstance(problem, (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class GatewayHandler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "LocalIntacct"
    sys_version = ""
    disable_nagle_algorithm = True
    server: GatewayServer

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._incoming = PatientReader(self.connection, self.server.request_seconds)
        self.rfile = io.BufferedReader(self._incoming)

    def handle_one_request(self) -> None:
        self._incoming.next_request()
        super().handle_one_request()

    def do_POST(self) -> None:
        """A request document or a control command."""
        body = self._body()
        if body is None:
            return
        path = self.path.partition("?")[0]
        if path == CONTROL_PATH and self.server.control is not None:
            self._control(body)
        elif path == GATEWAY_PATH:
            self._gateway(body)
        else:
            self._page(404, "Not Found")

    def do_GET(self) -> None:
        """Statistics on the control address; the gateway itself takes POST only."""
        path = self.path.partition("?")[0]
        if path == CONTROL_PATH and self.server.control is not None:
            self._control(b'{"do": "stats"}')
        elif path == GATEWAY_PATH:
            self._page(405, "Method Not Allowed")
        else:
            self._page(404, "Not Found")

    def log_message(self, format: str, *args: object) -> None:
        """Silence the built-in log, which would show whole request lines; see `_log`."""

    def _log(self, reply: Reply) -> None:
        if self.server.verbose:
            sys.stderr.write(f"{self.client_address[0]} {reply.status} {len(reply.body)} {reply.summary}\n")
            sys.stderr.flush()

    def _body(self) -> bytes | None:
        """The body, or None after an answer was already given. Oversized bodies are read away, never kept."""
        lengths = self.headers.get_all("Content-Length", [])
        length = lengths[0] if len(lengths) == 1 else ""
        # Two lengths, or a length and chunks, mean that two readers may see two different requests.
        if not CONTENT_LENGTH.fullmatch(length) or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._page(411, "Length Required")
            self._linger()
            return None
        size = int(length)
        if size > MAX_BODY:
            self.close_connection = True
            self._discard(size)
            text = with_support_id(f"XML Parse error: the request is larger than {MAX_BODY} bytes.")
            failure = ControlFailure([ErrorEntry(SCHEMA_VIOLATION, text)], http_status=413)
            echo, _ = parse_request(b"")
            self._send(self.server.reception.gateway.refused(echo, failure))
            return None
        body = self.rfile.read(size)
        if len(body) < size:
            self.close_connection = True
            return None
        return body

    def _linger(self) -> None:
        """Take in what was sent without a length: closing over unread bytes would reset the connection and answer."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(LINGER_SECONDS)
            left = MAX_BODY
            while left > 0 and (chunk := self.connection.recv(65536)):
                left -= len(chunk)

    def _discard(self, size: int) -> None:
        left = min(size, MAX_DISCARD)
        while left > 0:
            chunk = self.rfile.read(min(left, 65536))
            if not chunk:
                return
            left -= len(chunk)

    def _gateway(self, body: bytes) -> None:
        reply = self.server.reception.receive(body, self._endpoint(), self.client_address[0])
        if reply is None:
            self._drop()
        else:
            self._send(reply)

    def _drop(self) -> None:
        """Cut the connection without a single byte of an answer."""
        self._log(Reply(b"", summary="dropped", status=0))
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _control(self, body: bytes) -> None:
        control = self.server.control
        if control is None or not ipaddress.ip_address(self.client_address[0]).is_loopback:
            self._page(403, "Forbidden")
            return
        try:
            command = json.loads(body or b"{}")
            if not isinstance(command, dict):
                raise UnknownCommand("A command is a JSON object with the key 'do'.")
            answer, status = control.execute(command), 200
        except (UnknownCommand, ValueError) as problem:
            answer, status = {"error": str(problem)}, 400
        self.server.reception.save()
        self._send(
            Reply(json.dumps(answer).encode(), content_type="application/json", status=status, summary="control")
        )

    def _endpoint(self) -> str:
        """The address to hand out: the name the client used when it is allowed, otherwise the server's own."""
        host = self.headers.get("Host", "").strip()
        found = HOST.fullmatch(host)
        if found is None or found["name"].lower() not in self.server.allowed_hosts:
            return self.server.endpoint
        # With several proxies in a row the first entry is the scheme the client used.
        forwarded = self.headers.get("X-Forwarded-Proto", "").partition(",")[0].strip().lower()
        scheme = forwarded if forwarded in ("http", "https") else "http"
        return f"{scheme}://{host}{GATEWAY_PATH}"

    def _page(self, status: int, title: str) -> None:
        body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>".encode()
        self._send(Reply(body, content_type=HTML, status=status, summary=title))

    def _send(self, reply: Reply) -> None:
        body = reply.body
        accepted = self.headers.get("Accept-Encoding", "").lower() if self.headers else ""
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        # Compressed, an answer that is drawn out would come to its reader in pieces of another size.
        if "gzip" in accepted and len(body) >= MIN_GZIP and not reply.seconds:
            body = gzip.compress(body, compresslevel=1, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self._log(reply)
        self.connection.settimeout(SEND_SECONDS)
        with contextlib.suppress(ConnectionError):
            self.end_headers()
            self._write(body, reply.seconds)

    def _write(self, body: bytes, seconds: float) -> None:
        """Send a body, at once or drawn out over some seconds; a client that went away meanwhile ends it."""
        if not seconds:
            self.wfile.write(body)
            return
        traffic, size = self.server.reception.traffic, -(-len(body) // TRICKLE_PIECES) or 1
        for start in range(0, len(body), size):
            if not traffic.pause(seconds / TRICKLE_PIECES):
                self.close_connection = True
                return
            self.wfile.write(body[start : start + size])
