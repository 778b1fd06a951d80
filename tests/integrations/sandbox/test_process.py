"""The local Intacct as a process: command line, readiness, state file, clean end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from integrations.sandbox.facade import SandboxProcess, SandboxServer, StartError, main
from integrations.sandbox.process import ROOT
from integrations.sandbox.seed import credentials
from tests.integrations.sandbox.gateway import Caller, where

HEAD = '{"format": 2, "seed": "demo", "base": "2026-01-01T00:00:00+00:00"}\n'


def as_server(process: SandboxProcess) -> SandboxServer:
    """A handle for the caller that has the address and credentials of a process."""
    handle = SandboxServer()
    handle.endpoint, handle.credentials = process.endpoint, process.credentials
    return handle


def test_state_survives_a_restart_and_the_end_is_clean(tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state.json"
    first = SandboxProcess(state=state).start()
    caller = Caller(as_server(first)).log_in()
    made = "<create><CLASS><CLASSID>N-1</CLASSID><NAME>n</NAME></CLASS></create>"
    number = caller.call(made, uniqueid="true", ids=("doc-1",)).data[0].findtext("RECORDNO")
    caller.call("<delete><object>CLASS</object><keys>13</keys></delete>")
    head, *changes = [json.loads(line) for line in state.read_text().splitlines()]
    assert (head["seed"], len(changes)) == ("demo", 2)
    assert first.stop() == 0
    with SandboxProcess(state=state) as second:
        caller = Caller(as_server(second)).log_in()
        rows = caller.query("CLASS", "RECORDNO", "CLASSID")
        assert rows.values("CLASSID") == ["CIV", "COM", "SVC", "N-1"]
        assert rows.values("RECORDNO")[-1] == number
        again = caller.call(made.replace("N-1", "N-2"), uniqueid="true", ids=("doc-1",))
        assert again.errors[0][0] == "SANDBOX-DUPLICATE-CONTROLID"
        fresh = caller.call(made.replace("N-1", "N-3"), uniqueid="true", ids=("doc-2",))
        assert int(fresh.data[0].findtext("RECORDNO") or "") > int(number or "")
    assert "password" not in state.read_text()


def test_unusable_state_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("{\n")
    with pytest.raises(StartError, match="cannot be read"):
        SandboxProcess(state=state).start()
    state.write_text(HEAD.replace("demo", "500"))
    with pytest.raises(StartError, match="--seed 500"):
        SandboxProcess(state=state).start()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]\n",
        '{"format": 2}\n',
        HEAD.replace("2,", "1,"),
        HEAD.replace("2026-01-01T00:00:00+00:00", "yesterday"),
        HEAD + "[]\n",
        HEAD + '{"company": "summit-demo"}\n',
        HEAD + '{"company": "summit-demo", "rows": {"NOSUCH": {"1": {}}}, "next": {"NOSUCH": 1}, "completed": []}\n',
    ],
)
def test_state_file_with_parts_missing_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    state = tmp_path / "state.json"
    state.write_text(text)

    assert main(["--port", "0", "--state", str(state)]) == 1
    assert "delete it to start afresh" in capsys.readouterr().err


def test_state_file_that_cannot_be_written_is_refused_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("not a directory")

    assert main(["--port", "0", "--state", str(tmp_path / "file" / "state.json")]) == 1
    assert "cannot start" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "65536", "9" * 5000, "²", "x"])
def test_impossible_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--port", port])
    assert caught.value.code == 2
    assert "no port" in capsys.readouterr().err


def test_module_runs_in_an_empty_environment() -> None:
    command = [sys.executable, "-m", "integrations.sandbox", "--port", "0", "--seed", "50"]
    with subprocess.Popen(command, cwd=ROOT, env={}, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("READY http://127.0.0.1:")
        process.terminate()
        process.communicate(timeout=20)
    assert process.returncode == 0


def test_credentials_are_printed_without_django() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, runpy; sys.argv[1:] = ['--credentials', '--port', '7'];"
         "runpy.run_module('integrations.sandbox.cli'); from integrations.sandbox.cli import main;"
         "main(sys.argv[1:]); assert 'django' not in sys.modules"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    known = json.loads(done.stdout)
    assert set(known) == {"endpoint", "sender", "sender_password", "company", "user", "password", "entities"}
    assert known["endpoint"] == "http://127.0.0.1:7/ia/xml/xmlgw.phtml"


def test_access_log_shows_no_secret() -> None:
    command = [sys.executable, "-m", "integrations.sandbox", "--port", "0", "--verbose"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        endpoint = process.stdout.readline().split()[1]
        server = SandboxServer()
        server.endpoint = endpoint
        server.credentials = credentials(endpoint)
        caller = Caller(server).log_in()
        caller.query("VENDOR", "RECORDNO")
        process.terminate()
        _, log = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "getAPISession" in log
    assert "query" in log
    for secret in (caller.password, caller.sender_password, caller.session):
        assert secret not in log


def test_volume_seed_is_mostly_old_and_consistent() -> None:
    with SandboxServer(seed="2000") as server:
        caller = Caller(server).log_in()
        counts = server.control(do="stats")["records"]["summit-demo"]
        assert (counts["VENDOR"], counts["PROJECT"]) == (2000, 400)
        page = caller.query("VENDOR", "RECORDNO", pagesize=2000)
        assert (page.data.get("count"), page.data.get("numremaining")) == ("2000", "0")
        recent = caller.query(
            "VENDOR", "RECORDNO", condition=where("greaterthan", "WHENMODIFIED", "01/01/2026 00:00:00")
        )
        assert 0 < int(recent.data.get("totalcount", "")) < 200
        created = caller.query("VENDOR", "RECORDNO", condition=where("lessthan", "WHENCREATED", "01/01/2026 00:00:00"))
        assert created.data.get("totalcount") == "2000", "also those that were never modified"
        names = caller.query("TASK", "PROJECTNAME", "PROJECT.CUSTOMERNAME", pagesize=50)
        assert "" not in names.values("PROJECTNAME")
