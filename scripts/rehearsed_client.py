"""A browser for rehearsals: over TLS to this machine, from a loopback address of choice, with cookies and no redirects.

Owns connections, cookies and the log-in form; and senders that are slow on purpose. Judges no answer.
"""

import contextlib
import http.client
import re
import socket
import ssl
import threading
from dataclasses import dataclass, field
from http.client import HTTPMessage
from types import TracebackType
from urllib.parse import urlencode

from scripts.rehearsed_stage import HOST

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "boundary-of-the-rehearsal"


@dataclass(frozen=True)
class Page:
    status: int
    headers: HTTPMessage
    text: str


def _connected(port: int, source: str, seconds: float, *, is_tls: bool) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=seconds, source_address=(source, 0))
    if not is_tls:
        return plain
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the certificate is the rehearsal's own
    return context.wrap_socket(plain, server_hostname=HOST)


@dataclass
class Browser:
    port: int
    source: str = "127.0.0.1"
    is_tls: bool = True
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None, seconds: float = 60
    ) -> Page:
        connection = http.client.HTTPConnection(HOST)
        connection.sock = _connected(self.port, self.source, seconds, is_tls=self.is_tls)
        sent = {"Host": HOST, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if not self.is_tls:
            sent |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": self.source}
        with contextlib.closing(connection):
            with contextlib.suppress(OSError):  # refused before all was sent; the answer is there all the same
                connection.request(method, path, body or None, {**sent, **(headers or {})})
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return Page(answer.status, answer.headers, answer.read().decode(errors="replace"))

    def log_in(self, email: str, password: str, headers: dict[str, str] | None = None) -> Page:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', get(self, "/login/").text)
        fields = {"login": email, "password": password, "csrfmiddlewaretoken": token[1] if token else ""}
        return post(self, "/login/", urlencode(fields).encode(), FORM, headers)


def get(browser: Browser, path: str, headers: dict[str, str] | None = None, seconds: float = 60) -> Page:
    return browser.ask("GET", path, headers=headers, seconds=seconds)


def post(browser: Browser, path: str, body: bytes, kind: str, headers: dict[str, str] | None = None) -> Page:
    sent = {"Content-Type": kind, "Referer": f"https://{HOST}{path}", **(headers or {})}
    return browser.ask("POST", path, body, sent)


def form_with_file(fields: dict[str, str], name: str, file: str, content: bytes) -> tuple[bytes, str]:
    """Body and kind of a form with one file."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n\r\n'.encode()
    body = b"".join([*parts, head, content, f"\r\n--{BOUNDARY}--\r\n".encode()])
    return body, f"multipart/form-data; boundary={BOUNDARY}"


class Drip:
    """A sender that gives one byte a second: of a body that is so long, or, with None, of the head of its request."""

    def __init__(self, port: int, *, is_tls: bool, length: int | None) -> None:
        self._socket = _connected(port, "127.0.0.8", 10, is_tls=is_tls)
        head = f"POST /login/ HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\nContent-Type: {FORM}\r\n"
        rest = f"Cookie: csrftoken={'x' * 32}\r\nContent-Length: {length}\r\n\r\n" if length else "X-Slow: "
        self._socket.sendall((head + rest).encode())
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._drip, daemon=True)

    def _drip(self) -> None:
        with contextlib.suppress(OSError):
            while not self._ended.wait(1):
                self._socket.sendall(b"x")

    def __enter__(self) -> "Drip":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._socket.close()
