"""What an installation is made of: its keys, its containers, its one-shot release step, its health check."""

import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from config import keys
from tests.config.test_start import ROOT, manage

HOST = "erp.example.com"
CAN_CHOWN = os.geteuid() == 0


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    keys.write_production(tmp_path / "deploy", HOST, owner=os.geteuid())
    return tmp_path / "deploy"


@pytest.fixture
def variables(installation: Path, tmp_path: Path) -> dict[str, str]:
    """As compose.yaml sets them, with a database that needs no server."""
    (installation / "database_url").write_text(f"sqlite:///{tmp_path / 'site.sqlite3'}")
    site = dict(line.split("=", 1) for line in (installation / "site.env").read_text().splitlines() if "=" in line)
    named = re.findall(r"(\w+_FILE): /run/secrets/(\w+)", service("migrate"))
    return {**site, "STATIC_MANIFEST": "off", **{name: str(installation / secret) for name, secret in named}}


def compose() -> dict[str, str]:
    """The text of each service, with what it takes from the common part."""
    lines = [line for line in (ROOT / "compose.yaml").read_text().splitlines() if not line.lstrip().startswith("#")]
    text = "\n".join(lines)
    common = text[text.index("x-app: &app") : text.index("\nservices:")]
    inside = text[text.index("\nservices:") : text.index("\nnetworks:\n")]
    found = re.split(r"^  (\w+):$", inside, flags=re.MULTILINE)[1:]
    return {name: body.replace("<<: *app", common) for name, body in zip(found[::2], found[1::2], strict=True)}


def service(name: str) -> str:
    return compose()[name]


def test_production_keys_are_for_the_container_alone_and_never_overwritten(installation: Path) -> None:
    secrets = {path.name: path for path in installation.iterdir() if path.name != "site.env"}
    assert {path.stat().st_mode & 0o777 for path in secrets.values()} == {0o600}
    assert secrets["postgres_password"].read_text() in secrets["database_url"].read_text()
    texts = [path.read_text() for path in secrets.values() if path.name != "database_url"]
    assert not any(text and text in (installation / "site.env").read_text() for text in texts)
    before = {name: path.read_text() for name, path in secrets.items()}
    secrets["metrics_token"].unlink()
    with pytest.raises(FileExistsError, match="secret_key"):
        keys.write_production(installation, HOST, owner=os.geteuid())
    assert not secrets["metrics_token"].exists()
    assert all(secrets[name].read_text() == text for name, text in before.items() if name != "metrics_token")


def test_the_command_says_what_to_do_next_and_prints_no_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "CONTAINER_USER", os.geteuid())
    folder = tmp_path / "deploy"
    assert keys.main(["production", str(folder), "not a host"]) == 2
    assert not folder.exists()
    if CAN_CHOWN:
        assert keys.main(["production", str(folder), HOST]) == 0
        assert keys.main(["production", str(folder), HOST]) == 1
        said = "".join(capsys.readouterr())
        assert "intacct_sender_password" in said
        assert "Nothing was changed" in said
        assert (folder / "secret_key").read_text() not in said


def test_release_migrates_once_and_says_whom_the_site_trusts(variables: dict[str, str]) -> None:
    first = manage("release", **variables)
    assert first.returncode == 0, first.stderr
    for told in ("Applying", HOST, "holders of METRICS_TOKEN", "redirected to https", "api.intacct.com"):
        assert told in first.stdout
    second = manage("release", **variables)
    assert (second.returncode, "No migrations to apply" in second.stdout) == (0, True)
    for path in (value for name, value in variables.items() if name.endswith("_FILE")):
        text = Path(path).read_text()
        assert not text or text not in first.stdout + first.stderr


def test_release_touches_nothing_while_the_settings_or_static_files_are_wrong(
    variables: dict[str, str], tmp_path: Path
) -> None:
    keyless = manage("release", **{**variables, "FIELD_ENCRYPTION_KEYS_FILE": variables["SECRET_KEY_FILE"]})
    assert (keyless.returncode, "integrations.E001" in keyless.stderr) == (1, True)
    if not (ROOT / "staticfiles/staticfiles.json").exists():
        bare = manage("release", **{**variables, "STATIC_MANIFEST": "on"})
        assert (bare.returncode, "collectstatic" in bare.stderr) == (1, True)
    with closing(sqlite3.connect(tmp_path / "site.sqlite3")) as database:
        assert database.execute("select count(*) from sqlite_master").fetchone() == (0,)


def test_every_secret_of_the_containers_is_made_by_the_command(installation: Path) -> None:
    text = (ROOT / "compose.yaml").read_text()
    declared = dict(re.findall(r"^  (\w+):\n    file: deploy/(\w+)$", text, re.MULTILINE))
    assert declared
    assert all(name == file for name, file in declared.items())
    assert {*declared, "site.env"} == {path.name for path in installation.iterdir()}
    used = set(re.findall(r"/run/secrets/(\w+)", text)) | set(re.findall(r"^      ?- (\w+)$", text, re.MULTILINE))
    assert set(declared) <= used


def test_no_container_may_do_more_than_it_needs() -> None:
    services = compose()
    assert set(services) == {"db", "migrate", "web", "worker", "proxy"}
    for name, body in services.items():
        for line in ("read_only: true", "no-new-privileges:true", "cap_drop:", "memory:", "max-size"):
            assert line in body.replace("logging: *logging", "max-size"), f"{name} lacks {line}"
        ours = "image: erp-admin:" in body  # built here, from the Dockerfile
        assert ours or re.search(r"image: \S+:\S+@sha256:[0-9a-f]{64}", body), f"{name} is not pinned"
        assert ":latest" not in body
    for name in ("migrate", "web", "worker"):
        assert 'user: "10001:10001"' in services[name]
        assert "init: true" in services[name]
    assert "ports:" not in services["db"] + services["worker"]
    assert "127.0.0.1:8000" in services["web"]


def test_nothing_serves_before_the_release_step_has_ended() -> None:
    for name in ("web", "worker"):
        assert re.search(r"migrate:\s+condition: service_completed_successfully", service(name))
    assert re.search(r"db:\s+condition: service_healthy", service("migrate"))


def test_a_container_waits_longer_for_its_worker_than_the_supervisor_does() -> None:
    from django.conf import settings

    minutes = re.search(r"stop_grace_period: (\d+)m", service("worker"))
    assert minutes is not None
    longest = settings.QUEUE_TASK_SECONDS * 3  # with one process; fewer with more
    assert int(minutes[1]) * 60 > longest >= settings.QUEUE_STOP_SECONDS
    assert settings.Q_CLUSTER["retry"] > settings.QUEUE_STOP_SECONDS


def test_the_image_and_the_keys_agree_on_the_user() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert f"--uid {keys.CONTAINER_USER} " in text
    assert f"USER {keys.CONTAINER_USER}:{keys.CONTAINER_USER}" in text
    assert "--require-hashes" in text


@pytest.fixture
def site() -> Iterator[Callable[[int], tuple[int, list[str]]]]:
    """A site that answers with a status of choice; gives its port and the host names it was asked under."""
    servers: list[HTTPServer] = []

    def site(status: int) -> tuple[int, list[str]]:
        asked: list[str] = []

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(f"{self.headers['Host']}{self.path}")
                self.send_response(status)
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        return server.server_port, asked

    yield site
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (400, 1), (503, 1)])
def test_the_health_check_asks_under_a_name_the_site_answers_to(
    site: Callable[[int], tuple[int, list[str]]], monkeypatch: pytest.MonkeyPatch, status: int, code: int
) -> None:
    from config import healthcheck

    port, asked = site(status)
    monkeypatch.setenv("BIND", f"127.0.0.1:{port}")
    monkeypatch.setenv("ALLOWED_HOSTS", f".{HOST}, other.example")
    assert healthcheck.main() == code
    assert asked == [f"{HOST}/healthz"]


def test_the_health_check_fails_while_nothing_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    from config import healthcheck

    monkeypatch.setenv("BIND", "127.0.0.1:1")
    assert healthcheck.main() == 1
