"""What gunicorn makes of odd requests, over a real socket: none reaches a page with a length or scheme of its own."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from config import keys
from tests.config.test_start import ROOT
from tests.processes import wait_for

HOST = "erp.example.com"
ANSWER = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@pytest.fixture(scope="module")
def site(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """The site under gunicorn as it is deployed, with one process; its port, and the folder uploads pass through."""
    folder = tmp_path_factory.mktemp("gunicorn")
    (folder / "tmp").mkdir()
    file = folder / "site.sqlite3"
    file.write_bytes(migrated_file.read_bytes())
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {
        **keys.values_for("test"),
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "DEBUG": "off",
        "HTTPS_ONLY": "on",
        "STATIC_MANIFEST": "off",
        "ALLOWED_HOSTS": HOST,
        "SITE_URL": f"https://{HOST}",
        "TRUST_PROXY_HEADERS": "on",
        "DATABASE_URL": f"sqlite:///{file}",
        "BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": "1",
        "TMPDIR": str(folder / "tmp"),
        "PYTHONWARNINGS": "ignore",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
    with (folder / "web.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def answers() -> bool:
        assert process.poll() is None, (folder / "web.log").read_text()
        with suppress(OSError):
            return b"200" in ask(port, "GET /healthz HTTP/1.1", "Connection: close")
        return False

    try:
        wait_for(answers)
        yield port, folder / "tmp"
    finally:
        process.terminate()
        process.wait(timeout=30)


def ask(port: int, line: str, *headers: str, body: bytes = b"", seconds: float = 10) -> bytes:
    """All that comes back until the other end closes or is silent for long enough."""
    head = "\r\n".join([line, f"Host: {HOST}", *headers, "", ""]).encode()
    said = b""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection, suppress(OSError):
        connection.sendall(head + body)
        while part := connection.recv(65536):
            said += part
            if ANSWER.match(said) and b"\r\n\r\n" in said and b"close" not in head:
                connection.settimeout(0.5)
    return said


def status(said: bytes) -> int:
    match = ANSWER.match(said)
    assert match, said[:200]
    return int(match[1])


LOG_IN = "POST /login/ HTTP/1.1"
FORM = "Content-Type: application/x-www-form-urlencoded"
MULTIPART = "Content-Type: multipart/form-data; boundary=x"
HTTPS = "X-Forwarded-Proto: https"
TOKEN = f"Cookie: csrftoken={'x' * 32}"


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        (("Transfer-Encoding: chunked",), 411),
        (("Transfer-Encoding: chunked", "Content-Length: 5"), 400),
        (("Transfer-Encoding: chunked, chunked",), 400),
        (("Transfer-Encoding: gzip",), 400),
        (("Transfer-Encoding: xchunked",), 501),
        (("Content-Length: 5", "Content-Length: 5"), 400),
        (("Content-Length: 5", "Content-Length: 6"), 400),
        (("Content-Length: -5",), 400),
        (("Content-Length: +5",), 400),
        (("Content-Length: 5, 5",), 400),
        (("Content-Length: 0x5",), 400),
        (("Content-Length : 5",), 400),
        (("Content_Length: 5",), 403),  # as if it were not there: a form without a token
        (("Content-Length: 65537",), 413),
        (("Content-Length: 31457280",), 413),
        (("Content-Length: 999999999999999999999999",), 413),
    ],
    ids=str,
)
def test_a_length_is_said_once_and_rightly(site: tuple[int, Path], headers: tuple[str, ...], wanted: int) -> None:
    port, folder = site
    said = ask(port, LOG_IN, MULTIPART, TOKEN, HTTPS, "Connection: close", *headers, body=b"0\r\n\r\n")
    assert status(said) == wanted
    assert not list(folder.iterdir())


@pytest.mark.parametrize("header", ["X-Forwarded-SSL: on", "X-Forwarded-Protocol: ssl", "Forwarded: proto=https"])
def test_a_scheme_is_read_from_one_header_alone(site: tuple[int, Path], header: str) -> None:
    """Of itself gunicorn believes the first two, of everybody on its own machine."""
    assert status(ask(site[0], "GET /login/ HTTP/1.1", header, "Connection: close")) == 301


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "PATH_INFO", "X_Forwarded_For", "X_Forwarded_Proto", "Remote_Addr"])
def test_names_with_underscores_do_not_arrive(site: tuple[int, Path], name: str) -> None:
    said = ask(site[0], "GET /secret/healthz HTTP/1.1", f"{name}: /secret", "Connection: close")
    assert status(said) == 301
    assert b"Location: https://erp.example.com/secret/healthz" in said


def test_the_rest_of_a_request_that_says_it_is_shorter_is_no_page(site: tuple[int, Path]) -> None:
    hidden = b"GET /healthz HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n"
    said = ask(site[0], LOG_IN, HTTPS, FORM, "Content-Length: 0", body=hidden)
    assert [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", said)] == [403, 400]


def test_a_refused_body_is_taken_in_so_that_the_answer_is_heard(site: tuple[int, Path]) -> None:
    """As a proxy sends it that has all of it; and whoever sends no more does not keep a thread for long."""
    port, folder = site
    length = 33 * 1024 * 1024
    assert status(ask(port, LOG_IN, MULTIPART, HTTPS, f"Content-Length: {length}", body=b"x" * length)) == 413
    began = time.monotonic()
    assert status(ask(port, "GET /healthz HTTP/1.1", "Connection: close")) == 200
    assert time.monotonic() - began < 5
    assert not list(folder.iterdir())


def test_who_sends_no_more_of_a_refused_body_is_not_waited_for(site: tuple[int, Path]) -> None:
    """The answer comes, and the connection ends with it: nothing that arrives later is taken for a request."""
    said = ask(site[0], LOG_IN, MULTIPART, HTTPS, "Content-Length: 100000", body=b"GET /healthz HTTP/1.1\r\n\r\n" * 3)
    assert [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", said)] == [413]
