"""Rehearses the proxies in front of the site: nginx by scripts/nginx.conf, Caddy by scripts/Caddyfile, over loopback.

Owns how each is started with the project's own file, where only names, ports and certificates are put in, and what it
must hold: limits by address, sizes, slow senders. Judges nothing of a proxy that is not installed: that is said.
"""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.rehearsed_client import Browser, Drip, form_with_file, get, post
from scripts.rehearsed_stage import HOST, ROOT, RehearsalFailed, expect, free_port, wait_for

ADMIN, PASSWORD = "ada@river.example", "a password for the rehearsal"
UPLOADS = "/t/river/erp/commitments/import/"
MEGABYTE = 1024 * 1024
FLOOD, DRIPS = 12, 16
FORGED = {
    "X-Forwarded-For": "198.51.100.1",
    "X-Forwarded-Host": "elsewhere.example",
    "X-Forwarded-Proto": "http",
    "X-Real-IP": "198.51.100.1",
    "Forwarded": "for=198.51.100.1;proto=http;host=elsewhere.example",
    "X_Forwarded_For": "198.51.100.1",
    "SCRIPT_NAME": "/login",
    "X-Accel-Redirect": "/etc/passwd",
    "X-Request-ID": "a-number-made-up",
}
Database = Callable[[str], list[tuple[object, ...]]]


@dataclass(frozen=True)
class Edge:
    """A proxy that runs: where it listens, where the site behind it does, and the loopback network of its clients."""

    name: str
    port: int
    site_port: int
    network: str

    def client(self, number: int) -> Browser:
        """A browser at an address of its own, of which no other proxy's clients have one."""
        return Browser(self.port, source=f"{self.network}.{number}")


@contextlib.contextmanager
def nginx(folder: Path, site_port: int) -> Iterator[Edge]:
    port, plain = free_port(), free_port()
    key, certificate = folder / "edge.key", folder / "edge.crt"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)  # noqa: S603
    text = (ROOT / "scripts/nginx.conf").read_text()
    for written, put_in in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("/etc/nginx/erp.example.com.crt", str(certificate)),
        ("/etc/nginx/erp.example.com.key", str(key)),
        ("127.0.0.1:8000", f"127.0.0.1:{site_port}"),
    ):
        expect(written in text, f"scripts/nginx.conf has no “{written}”")
        text = text.replace(written, put_in)
    (folder / "site.conf").write_text(text)
    paths = "".join(f"{name}_temp_path {folder}/nginx-{name};" for name in ("proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} pid {folder}/nginx.pid; error_log {folder}/nginx.log; daemon off;"
        f"events {{ worker_connections 512; }}"
        f"http {{ access_log off; client_body_temp_path {folder}/nginx-body; {paths} include {folder}/site.conf; }}"
    )
    command = [_program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")]
    with _running(command, port):
        yield Edge("nginx", port, site_port, "127.0.2")


@contextlib.contextmanager
def caddy(folder: Path, site_port: int) -> Iterator[Edge]:
    port = free_port()
    text = (ROOT / "scripts/Caddyfile").read_text()
    own = "\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects"
    changes = [
        ("\n{\n", f"\n{{{own}\n"),
        ("{$SITE_HOST} {", f"{HOST}:{port} {{\n\ttls internal\n\tbind 127.0.0.1"),
        ("web:8000", f"127.0.0.1:{site_port}"),
    ]
    if caddy_version() < (2, 7):  # where the same is said in two lines
        changes.append(("request_buffers 64KiB", "buffer_requests\n\t\tmax_buffer_size 64KiB"))
    for written, put_in in changes:
        expect(written in text, f"scripts/Caddyfile has no “{written}”")
        text = text.replace(written, put_in, 1)
    (folder / "Caddyfile").write_text(text)
    command = [_program("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    places = {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "caddy"), "XDG_CONFIG_HOME": str(folder / "caddy")}
    with (folder / "caddy.log").open("w") as log, _running(command, port, log, **places):
        yield Edge("caddy", port, site_port, "127.0.3")


def caddy_version() -> tuple[int, ...]:
    said = subprocess.run([_program("caddy"), "version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else (0,)


def _program(name: str) -> str:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin") or ""


PROXIES = {"nginx": nginx, "caddy": caddy}


def installed(name: str) -> bool:
    return bool(_program(name))


@contextlib.contextmanager
def _running(command: list[str], port: int, log: object = subprocess.DEVNULL, **extra: str) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **extra})  # type: ignore[call-overload]  # noqa: S603

    def answers() -> bool:
        expect(process.poll() is None, f"{command[0]} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    try:
        wait_for(answers, f"{command[0]} listens")
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


# --- What each must hold --------------------------------------------------------------------------------------


def limits_hold(edge: Edge, rows: Database) -> str:
    """Forged addresses are one, honest ones are two, and the trail has the real one."""
    guesser, honest = edge.client(2), edge.client(3)
    for number in range(10):
        headers = {**FORGED, "X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": f"198.51.100.{number}"}
        page = guesser.log_in(f"somebody{number}@river.example", "wrong", headers)
        expect("do not belong together" in page.text, f"wrong log-in {number + 1} was answered {page.status}")
    page = guesser.log_in(ADMIN, PASSWORD, {**FORGED, "X-Forwarded-For": "198.51.100.99"})
    expect("Too many attempts" in page.text, f"the 11th log-in from one address was evaluated: {page.status}")
    page = honest.log_in(ADMIN, PASSWORD, FORGED)
    expect(page.status == 302, f"another address was locked out: {page.status} {page.text[:200]}")
    [(address,)] = rows(
        "SELECT host(remote_addr) FROM accounts_auditentry WHERE kind = 'log_in' ORDER BY id DESC LIMIT 1"
    )
    expect(address == f"{edge.network}.3", f"the trail has the address {address}")
    return "10 evaluated, the 11th refused; another client logs in; the trail has its real address"


def headers_change_nothing(edge: Edge) -> str:
    plain, forged = get(edge.client(4), "/login/"), get(edge.client(4), "/login/", FORGED)
    expect((plain.status, forged.status) == (200, 200), f"{plain.status}, forged {forged.status}")
    told = str(forged.headers) + forged.text
    for text in ("elsewhere.example", "198.51.100.1", "a-number-made-up", "root:"):
        expect(text not in told, f"{text!r} of a forged header is in the answer")
    expect(bool(forged.headers.get("X-Request-ID")), "the answer has no number")
    for path in ("/metrics", "/readyz"):
        expect(get(edge.client(4), path).status == 404, f"{path} is served")
    return f"{len(FORGED)} forged headers; /metrics and /readyz are not served"


def sizes_hold(edge: Edge) -> str:
    browser = edge.client(5)
    expect(browser.log_in(ADMIN, PASSWORD).status == 302, "nobody can log in")
    took = {}
    for megabytes in (10, 33):
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', get(browser, UPLOADS).text)
        expect(token is not None, f"{UPLOADS} has no form")
        line = b"x" * 999 + b"\n"
        content = line * (megabytes * MEGABYTE // len(line) - 1)
        fields = {"csrfmiddlewaretoken": token[1] if token else "", "kind": "commitments"}
        began = time.monotonic()
        page = post(browser, UPLOADS, *form_with_file(fields, "file", "long.csv", content))
        took[megabytes] = time.monotonic() - began
        # That much reaches the form, which says what it thinks of the content; more is refused by the proxy itself.
        wanted = (302, 422) if megabytes == 10 else (413,)
        expect(page.status in wanted, f"{megabytes} MB were answered {page.status}: {page.text[:300]}")
        expect(megabytes == 10 or "X-Request-ID" not in page.headers, "33 MB were refused by the site, not the proxy")
    return f"10 MB reach the form in {took[10]:.1f} s; 33 MB: 413 by the proxy in {took[33]:.1f} s"


def flood_fills_nothing(edge: Edge, temporary: Path) -> str:
    """Strangers send 30 MB each, with a made-up token so that the form would be looked at."""
    headers = {"Cookie": f"csrftoken={'x' * 32}"}
    body, kind = form_with_file({}, "file", "flood.bin", b"x" * (30 * MEGABYTE))
    answers: list[int] = []

    def send(number: int) -> None:
        with contextlib.suppress(OSError):
            answers.append(post(edge.client(10 + number), "/login/", body, kind, headers).status)

    senders = [threading.Thread(target=send, args=(number,)) for number in range(FLOOD)]
    for sender in senders:
        sender.start()
    most, slowest = 0, 0.0
    while any(sender.is_alive() for sender in senders):
        most = max(most, sum(path.stat().st_blocks * 512 for path in temporary.rglob("*") if path.is_file()))
        began = time.monotonic()
        expect(get(edge.client(4), "/login/").status == 200, "the site does not answer under the flood")
        slowest = max(slowest, time.monotonic() - began)
    # 503 is the proxy's own, where the site closed before all was passed on; nothing was taken in either way.
    expect(set(answers) <= {413, 503}, f"the flood was answered {sorted(set(answers))}")
    expect(most <= MEGABYTE, f"{most:,} bytes of strangers lay on the site's disk")
    return (
        f"{FLOOD} x 30 MB: {answers.count(413)} x 413, at most {most:,} bytes on the disk, slowest page {slowest:.1f} s"
    )


def slow_senders_hold_nothing(edge: Edge) -> str:
    """More of them than the site has threads, in bodies and in heads."""
    with contextlib.ExitStack() as held:
        for number in range(DRIPS):
            held.enter_context(Drip(edge.port, is_tls=True, length=60_000 if number % 2 else None))
        time.sleep(2)  # longer than each needs to send the head of its request
        began = time.monotonic()
        for _ in range(5):
            expect(get(edge.client(4), "/login/", seconds=10).status == 200, "slow senders take the site down")
        took = (time.monotonic() - began) / 5
    return f"{DRIPS} of them: a page takes {took:.2f} s"


def without_a_proxy(site_port: int) -> str:
    """Why gunicorn must not face the internet: told, not judged."""
    with contextlib.ExitStack() as held:
        for _ in range(DRIPS):
            held.enter_context(Drip(site_port, is_tls=False, length=60_000))
        time.sleep(2)
        began = time.monotonic()
        try:
            get(Browser(site_port, source="127.0.0.9", is_tls=False), "/login/", seconds=5)
        except OSError:
            return f"{DRIPS} slow senders straight at the site: no page within 5 s, so it needs a proxy"
        return f"{DRIPS} slow senders straight at the site: a page after {time.monotonic() - began:.1f} s"


def rehearse_proxy(
    name: str, folder: Path, site_port: int, rows: Database, step: Callable[[str, Callable[[], str]], object]
) -> None:
    temporary = folder / "tmp"
    with PROXIES[name](folder, site_port) as edge:
        step(f"{name}: limits by address", lambda: limits_hold(edge, rows))
        step(f"{name}: forged headers", lambda: headers_change_nothing(edge))
        step(f"{name}: sizes", lambda: sizes_hold(edge))
        step(f"{name}: flood of strangers", lambda: flood_fills_nothing(edge, temporary))
        step(f"{name}: slow senders", lambda: slow_senders_hold_nothing(edge))


__all__ = ["PROXIES", "RehearsalFailed", "installed", "rehearse_proxy", "without_a_proxy"]
