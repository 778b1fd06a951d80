"""Malformed HTTP at the site as it is served: gunicorn answers or closes, never with an error of ours, and goes on.

Owns what no test client can send. On SQLite, in processes of its own.
"""

import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.fuzz import nasty
from tests.processes import ROOT, Site, wait_for

pytestmark = pytest.mark.fuzz
REQUESTS = 400
TIMEOUT_SECONDS = 10
FORM = b"application/x-www-form-urlencoded"
LINES = (
    b"GET / HTTP/1.1", b"get / http/1.1", b"GET  /  HTTP/1.1", b"GET /", b"GET / HTTP/9.9", b"GET / HTTP/1.1 x", b"",
    b"\x16\x03\x01\x02\x00",
    b"GET http://127.0.0.1/login/ HTTP/1.1", b"GET //elsewhere.example/ HTTP/1.1", b"GET /%00 HTTP/1.1",
    b"GET /\x00 HTTP/1.1",
    b"GET /login/?" + b"q=1&" * 1_500 + b" HTTP/1.1", b"GET /" + b"a" * 9_000 + b" HTTP/1.1",
    b"GET /\xff\xfe HTTP/1.1", b"OPTIONS * HTTP/1.1",
    b"CONNECT 127.0.0.1:80 HTTP/1.1", b"POST /login/ HTTP/1.1", b"POST /login/ HTTP/1.0", b"PRI * HTTP/2.0",
    b"M\xc3\x96P / HTTP/1.1",
    b"GET /../../etc/passwd HTTP/1.1", b"GET /login/%2e%2e/%2e%2e/ HTTP/1.1",
    b"GET /static/../config/settings.py HTTP/1.1",
    b"GET /static/%2e%2e/%2e%2e/manage.py HTTP/1.1", b"GET /static/%00 HTTP/1.1", b"GET /login/# HTTP/1.1",
    b"GET ? HTTP/1.1", b"GET http://[ HTTP/1.1",
)  # fmt: skip
HEADERS = (
    b"Host: 127.0.0.1", b"Host: 127.0.0.1\r\nHost: elsewhere.example", b"", b"Host:", b"Host : 127.0.0.1",
    b"Host: 127.0.0.1\r\n folded",
    b"Host: 127.0.0.1\nX: y", b"Host: 127.0.0.1\x00", b"Host: 127.0.0.1\r\nX\x00Y: z", b"Host: 127.0.0.1\r\n: x",
    b"Host: 127.0.0.1\r\nno colon",
    b"Host: 127.0.0.1\r\nX: " + b"x" * 9_000, b"Host: 127.0.0.1\r\n" + b"X: y\r\n" * 150,
    b"Host: 127.0.0.1\r\nCookie: sessionid=\"" + b"\\000" * 32 + b'"',
    b"Host: 127.0.0.1\r\nCookie: \xff\xfe=\x80", b"Host: 127.0.0.1\r\nExpect: 100-continue",
    b"Host: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings",
    b"Host: 127.0.0.1\r\nX_Forwarded_Proto: https\r\nX-Forwarded-Proto: https",
    b"Host: 127.0.0.1\r\nREMOTE_USER: x\r\nScript-Name: /x\r\nSCRIPT_NAME: /x",
    b"Host: 127.0.0.1\r\nContent-Type: text/plain; charset=undefined", b"Host: 127.0.0.1\r\nContent-Type: ;0*0*;0*",
    b"Host: 127.0.0.1\r\nContent-Type: a; charset*=nobody-knows''x",
    b"Host: 127.0.0.1\r\nContent-Type: text/plain; charset=utf-8",
    b"Host: 127.0.0.1\r\nRange: bytes=0-0,0-0,-1", b"Host: 127.0.0.1\r\nUser-Agent: \xf0\x9f\x98\x80\x85",
)  # fmt: skip
FRAMES = (
    b"\r\n\r\n", b"\r\n", b"\n\n", b"\r\n\r\n" + b"x" * 5_000, b"\r\nContent-Length: 5\r\n\r\nab",
    b"\r\nContent-Length: -1\r\n\r\nab",
    b"\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", b"\r\nContent-Length: 0x2\r\n\r\nab",
    b"\r\nContent-Length: +2\r\n\r\nab",
    b"\r\nContent-Length: 99999999999999999999\r\n\r\nab", b"\r\nContent-Length: 33554432\r\n\r\nab",
    b"\r\nContent-Length: \xd9\xa3\r\n\r\nabc",
    b"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", b"\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
    b"\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n",
    b"\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
    b"\r\nTransfer-Encoding: chunked\r\n\r\n1;x=\"y\r\na\r\n0\r\nX: y\r\n\r\n",
    b"\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
    *(
        b"\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n%b" % (len(body) + more, body)
        for body in nasty.BODIES[:14]
        for more in (0, 9)
    ),
    *(
        b"\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (FORM, len(body) + more, body)
        for body in (b"login=a%00", b"login=\xff", b"login=%ED%A0%80", b"a=1&" * 1_200, b"%", b"=" * 300)
        for more in (0, 7)
    ),
)  # fmt: skip


@pytest.fixture
def served(tmp_path: Path, migrated_file: Path) -> Iterator[tuple[int, Path]]:
    """The port of the site, and what the server wrote."""
    site, log = Site(tmp_path, migrated=migrated_file), tmp_path / "log"
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **site.environment,
        "BIND": f"127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "WEB_CONCURRENCY": "1",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
        try:
            wait_for(lambda: b" 200 OK" in answer_to(port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
            yield port, log
        finally:
            server.terminate()
            server.wait(40)


def answer_to(port: int, sent: bytes) -> bytes:
    """The head of the answer, b"" where the server closed without one."""
    try:
        with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as line:
            line.sendall(sent)
            line.shutdown(socket.SHUT_WR)
            return line.recv(300)
    except (ConnectionError, BrokenPipeError):
        return b""
    except TimeoutError:
        return b"HTTP/1.1 599 no answer"


def test_malformed_requests(served: tuple[int, Path], capsys: pytest.CaptureFixture[str]) -> None:
    port, log = served
    chance = random.Random("wire")
    statuses: Counter[str] = Counter()
    wrong = []
    began = time.monotonic()
    for number in range(REQUESTS):
        line = LINES[number] if number < len(LINES) else chance.choice(LINES[:1] + LINES)
        head = HEADERS[number - len(LINES)] if 0 <= number - len(LINES) < len(HEADERS) else chance.choice(HEADERS)
        sent = line + b"\r\n" + head + chance.choice(FRAMES)
        status = answer_to(port, sent)[9:12].decode(errors="replace")
        statuses[status or "closed"] += 1
        if status >= "500" and status not in ("501", "505"):
            wrong.append((status, sent[:300]))
    with capsys.disabled():
        sys.stdout.write(f"gunicorn: {REQUESTS} requests in {time.monotonic() - began:.0f} s, {dict(statuses)}\n")
    assert wrong == []
    assert b" 200 OK" in answer_to(port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert "Error handling request" not in log.read_text()  # as gunicorn writes of what the site raised
