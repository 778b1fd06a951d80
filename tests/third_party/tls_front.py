"""A TLS front for the local Intacct: the published clients insist on https and a name under intacct.com.

Owns a certificate made at run time and the way of a request to the gateway behind. Must not be trusted by any
process it is not handed to.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)
KEPT = ("content-type", "content-encoding", "cache-control")


def write_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for one name, signed by itself, and its key; both readable by this user only."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file


class _Front(ThreadingHTTPServer):
    """Passes each request on to the gateway behind, saying that it came by https and under which name."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext, behind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = urlsplit(behind)
        self.requests = 0
        self.socket = context.wrap_socket(self.socket, server_side=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Front

    def do_POST(self) -> None:
        self.server.requests += 1
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        behind = http.client.HTTPConnection(self.server.behind.hostname or "", self.server.behind.port, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        with contextlib.closing(behind):
            behind.request("POST", self.path, body, {**headers, "X-Forwarded-Proto": "https"})
            answer = behind.getresponse()
            content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() in KEPT:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet; the clients say what went wrong."""


@contextlib.contextmanager
def tls_front(behind: str, name: str, folder: Path) -> Iterator[tuple[int, Path]]:
    """Serve https for one name in front of a gateway: port and certificate while the block runs."""
    certificate, key = write_certificate(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    front = _Front(context, behind)
    thread = threading.Thread(target=front.serve_forever, name="tls-front", daemon=True)
    thread.start()
    try:
        yield front.server_port, certificate
    finally:
        front.shutdown()
        front.server_close()
        thread.join(timeout=10)
    if not front.requests:
        raise AssertionError("No request came by https.")
