"""An HTTP server on the loopback that answers with a prepared script, byte by byte if need be.

Owns replies, also broken ones, and the record of what arrived. Must not know the client: it only speaks HTTP.
"""

from __future__ import annotations

import gzip
import re
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from lxml import etree

PAYLOADS = Path(__file__).parents[2] / "payloads" / "intacct"
SESSION_ID = "sample-session-0001.."


@dataclass
class Reply:
    """One scripted answer. `declared_length` lies about the length; `drop` closes the connection at a point in time.

    `hold` keeps the answer back until the gateway is closed; `compress` sends it as gzip; `trickle` sends byte by byte
    with that many seconds in between.
    """

    body: bytes = b""
    status: int = 200
    content_type: str = 'text/xml; encoding="UTF-8"'
    headers: dict[str, str] = field(default_factory=dict)
    declared_length: int | None = None
    drop: str = ""
    hold: bool = False
    compress: bool = False
    trickle: float = 0


def payload(name: str, changes: dict[str, str] | None = None, *, status: int = 200) -> Reply:
    """The payload file `name`, with texts replaced as `changes` says."""
    text = (PAYLOADS / f"{name}.xml").read_text(encoding="utf-8")
    for old, new in (changes or {}).items():
        assert old in text, f"{old} is not in {name}"
        text = text.replace(old, new)
    return Reply(text.encode(), status=status)


class Gateway:
    """Answers requests with replies in order; sign-ins are answered by themselves unless the script says otherwise."""

    def __init__(self) -> None:
        self.requests: list[etree._Element] = []
        self.bodies: list[bytes] = []
        self.script: list[Reply] = []
        self.sign_ins: list[Reply] = []
        self.headers: list[dict[str, str]] = []
        self.peers: list[tuple[str, int]] = []
        self.released = threading.Event()
        self.endpoint = ""
        self._lock = threading.Lock()

    def reply(self, *replies: Reply) -> None:
        self.script.extend(replies)

    def choose(self, body: bytes, headers: dict[str, str]) -> Reply:
        with self._lock:
            root = etree.fromstring(body, etree.XMLParser(huge_tree=True))
            self.bodies.append(body)
            self.requests.append(root)
            self.headers.append(headers)
            if root.find(".//getAPISession") is not None:
                reply = self.sign_ins.pop(0) if self.sign_ins else self.session_opened()
            else:
                assert self.script, "the script has no answer for this request"
                reply = self.script.pop(0)
        return Reply(**{**reply.__dict__, "body": _with_control_ids(reply.body, root)})

    def session_opened(self, session_id: str = SESSION_ID, name: str = "session.opened") -> Reply:
        reply = payload(name)
        body = re.sub(rb"<endpoint>[^<]*</endpoint>", f"<endpoint>{self.endpoint}</endpoint>".encode(), reply.body)
        return Reply(body.replace(SESSION_ID.encode(), session_id.encode()))

    @property
    def sign_in_count(self) -> int:
        return sum(1 for request in self.requests if request.find(".//getAPISession") is not None)

    @property
    def calls(self) -> list[etree._Element]:
        """The function elements that arrived, sign-ins left out."""
        return [
            function
            for request in self.requests
            for function in request.iterfind(".//function")
            if function.find("getAPISession") is None
        ]


def one(element: etree._Element, path: str) -> etree._Element:
    """The element at `path`, which must exist."""
    found = element.find(path)
    assert found is not None, f"{path} is missing"
    return found


def _with_control_ids(body: bytes, request: etree._Element) -> bytes:
    for number, function in enumerate(request.iterfind(".//function"), start=1):
        control_id = (function.get("controlid") or "").encode()
        body = body.replace(b"<controlid>fn-%d</controlid>" % number, b"<controlid>%s</controlid>" % control_id)
    return body


def _handler(gateway: Gateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gateway.peers.append(self.client_address)
            reply = gateway.choose(body, dict(self.headers.items()))
            if reply.hold:
                gateway.released.wait(10)
            if reply.drop == "before":
                self._drop()
                return
            if reply.compress:
                reply.body = gzip.compress(reply.body)
                reply.headers = {**reply.headers, "Content-Encoding": "gzip"}
            length = len(reply.body) if reply.declared_length is None else reply.declared_length
            self.send_response(reply.status)
            if reply.content_type:
                self.send_header("Content-Type", reply.content_type)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            if reply.trickle:
                self._trickle(reply)
                return
            self.wfile.write(reply.body)
            if reply.declared_length is not None or reply.drop:
                self.wfile.flush()
                self.close_connection = True

        def _trickle(self, reply: Reply) -> None:
            self.close_connection = True
            for byte in reply.body:
                try:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                except OSError:
                    return
                if gateway.released.wait(reply.trickle):
                    return

        def _drop(self) -> None:
            # Closing with a pending linger of zero resets the connection, as a dying proxy does.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                self.close_connection = True

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection broken on purpose is no news."""


@contextmanager
def running_gateway(certificate: Path | None = None) -> Iterator[Gateway]:
    """A gateway on a free port of the loopback, over TLS when a certificate is given."""
    gateway = Gateway()
    server = _Server(("127.0.0.1", 0), _handler(gateway))
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    gateway.endpoint = (
        f"{'http' if certificate is None else 'https'}://127.0.0.1:{server.server_port}/ia/xml/xmlgw.phtml"
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
