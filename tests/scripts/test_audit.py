"""`make audit` never calls a package clean that nobody could say anything about."""

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from scripts.audit import FOUND, NONE_FOUND, NOT_CHECKED, read_report

ROOT = Path(__file__).parent.parent.parent
FLAW = {"id": "PYSEC-1", "fix_versions": ["2.1"], "aliases": [], "description": "A flaw."}


def reported(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


def clean(name: str) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "vulns": []}


def skipped(name: str) -> dict[str, Any]:
    return {"name": name, "skip_reason": "Dependency not found"}


class TestTheVerdict:
    def test_all_checked_and_nothing_found(self) -> None:
        report = read_report(reported(clean("one"), clean("two")))
        assert report.exit_code == NONE_FOUND
        assert list(report.lines()) == ["Packages checked: 2. Advisories: 0."]

    def test_an_advisory_names_package_version_and_remedy(self) -> None:
        report = read_report(reported(clean("one"), {"name": "two", "version": "2.0", "vulns": [FLAW]}))
        assert report.exit_code == FOUND
        assert next(iter(report.lines())) == "two 2.0: PYSEC-1, fixed in 2.1"

    def test_an_advisory_without_a_remedy_is_found_all_the_same(self) -> None:
        report = read_report(reported({"name": "two", "version": "2.0", "vulns": [{**FLAW, "fix_versions": []}]}))
        assert next(iter(report.lines())) == "two 2.0: PYSEC-1, no fixed version yet"

    def test_one_package_that_was_skipped_is_not_clean(self) -> None:
        report = read_report(reported(clean("one"), skipped("two")))
        assert report.exit_code == NOT_CHECKED
        assert next(iter(report.lines())).startswith(
            "NOT CHECKED: the database that was asked does not know 1 of 2: two"
        )

    def test_an_advisory_weighs_more_than_what_was_skipped(self) -> None:
        assert read_report(reported(skipped("one"), {**clean("two"), "vulns": [FLAW]})).exit_code == FOUND

    def test_many_names_are_shortened(self) -> None:
        line = next(iter(read_report(reported(*(skipped(f"p{n}") for n in range(9)))).lines()))
        assert line.startswith("NOT CHECKED: the database that was asked does not know 9 of 9: p0")
        assert line.endswith("p4, …")

    def test_an_empty_lock_is_not_clean(self) -> None:
        assert read_report(reported()).exit_code == NOT_CHECKED


@pytest.fixture
def refusing_proxy() -> Iterator[str]:
    """An address on this host that answers every request with an error, as a network without a way out may do."""

    class Refuse(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            self.send_error(503)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Refuse)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "lock.txt"
    path.write_text(f"six==1.16.0 --hash=sha256:{'0' * 64}\n")
    return path


def run(lock: Path, proxy: str, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy, "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "scripts.audit", "--lock", str(lock), *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


class TestADatabaseThatCannotBeReached:
    def test_is_said_and_is_not_green(self, lock: Path, refusing_proxy: str, tmp_path: Path) -> None:
        done = run(lock, refusing_proxy, tmp_path)
        assert done.returncode == NOT_CHECKED, done.stdout + done.stderr
        assert done.stdout.startswith("NOT CHECKED: the database of advisories could not be asked.")
        assert "Packages checked: 0." in done.stdout

    def test_holds_nothing_up_where_that_is_tolerated(self, lock: Path, refusing_proxy: str, tmp_path: Path) -> None:
        done = run(lock, refusing_proxy, tmp_path, "--tolerate-unchecked")
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.startswith("NOT CHECKED")
