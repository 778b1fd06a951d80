"""The main job in processes of their own: the demo, and a worker that is killed and replaced in mid-run."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config import keys
from integrations.sandbox.facade import SandboxProcess

ROOT = Path(__file__).parent.parent
DEADLINE = 60.0


class Site:
    """A database and settings of their own, driven by commands as an operator would."""

    def __init__(self, folder: Path, local: SandboxProcess | None = None) -> None:
        made = keys.values_for("demo")
        made["DATABASE_URL"] = f"sqlite:///{folder / 'site.sqlite3'}"
        if local is not None:
            made["INTACCT_ENDPOINT_URL"] = local.endpoint
            made["INTACCT_USER_PASSWORD"] = local.credentials["password"]
        self.environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **made}

    def start(self, *arguments: str, output: int = subprocess.PIPE) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> str:
        ended = self.start(*arguments)
        said, _ = ended.communicate(timeout=DEADLINE)
        assert ended.returncode == 0, said
        return said

    def ask(self, *arguments: str) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self.run(*arguments, "--json"))
        return facts


def wait_for(condition: Callable[[], bool]) -> None:
    """Until another process has done something; asking it again is the only way to know."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"


def test_the_demo_does_the_whole_main_job_and_can_be_repeated(tmp_path: Path) -> None:
    site = Site(tmp_path)
    said = site.run("demo", "--once")
    for step in (
        "Create the tenant",
        "Connect and authorize",
        "Mirror the lists",
        "Save the required",
        "Import the proj",
        "Import sample documents",
        "Preview pushing them",
        "Push them to Intacct",
    ):
        assert step in said
    assert "fully enabled" in said
    assert "24 new" in said
    facts = site.ask("demo", "--once")
    assert "PC Subcontracts-SC-24-001-11" in said
    assert "PC Subcontract CO-SC-24-001-12-CO-1" in said
    assert "7 created, 1 needs a match" in said
    assert "3 to be sent, 1 blocked, 2 waiting" in said  # change orders wait for their commitments
    assert "1 blocked" in said.rpartition("Push them")[2]  # the one whose vendor is on hold
    assert len(facts["steps"]) == 8
    assert "24 same" in facts["steps"][4]["result"]
    assert "7 there already" in facts["steps"][5]["result"]


def test_the_demo_refuses_to_make_people_with_known_passwords_in_production(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.environment |= {"DEBUG": "off", "SECRET_KEY": keys.values_for("test")["SECRET_KEY"]}
    ended = site.start("demo", "--once")
    said, _ = ended.communicate(timeout=DEADLINE)
    assert ended.returncode == 1
    assert "only while DEBUG is on" in said


@pytest.fixture
def connected(tmp_path: Path) -> Iterator[tuple[Site, SandboxProcess]]:
    with SandboxProcess(seed="3000") as local:
        site = Site(tmp_path, local)
        site.run("migrate", "--verbosity", "0")
        site.run("create_tenant", "river", "--name", "River Works", "--admin", "ada@river.example")
        facts = local.credentials
        site.run("connect", "river", "--company", facts["company"], "--user", facts["user"])
        yield site, local


def test_a_run_survives_the_death_of_its_worker(connected: tuple[Site, SandboxProcess]) -> None:
    """SIGKILL to the whole worker while Intacct is answering; another worker takes the run over and finishes it."""
    site, local = connected
    local.control(do="fault", kind="slow", match="PROJECT", seconds=30, times=1)
    site.run("sync", "river", "--queue", "--lists", "gl_accounts,projects")
    first = site.start("worker", output=subprocess.DEVNULL)
    wait_for(lambda: not local.control(do="stats")["faults"])  # the slow answer is being waited for
    os.killpg(first.pid, signal.SIGKILL)
    first.wait(timeout=DEADLINE)
    [run] = site.ask("runs", "river")["runs"]
    assert run["state"] == "running"
    done = {step["key"]: step["state"] for step in run["steps"]}
    assert done == {"list:gl_accounts": "succeeded", "list:projects": "running"}

    # What five minutes do: the dead worker's lease and slot run out.
    site.run("shell", "--verbosity", "0", "--command", EXPIRE)
    second = site.start("worker", output=subprocess.DEVNULL)
    try:
        wait_for(lambda: site.ask("runs", "river")["runs"][0]["state"] == "succeeded")
    finally:
        second.terminate()  # the parent alone, as a supervisor does
        second.wait(timeout=DEADLINE)
    [run] = site.ask("runs", "river")["runs"]
    for step in run["steps"]:
        assert step["announced"] == step["read"] == step["new"], step


EXPIRE = """
from django.utils import timezone
from accounts.tenancy import cross_tenant
from integrations import jobs
from integrations.models import CompanySlot, SyncRun
with cross_tenant("test"):
    SyncRun.objects.update(lease_expires_at=timezone.now())
CompanySlot.objects.update(expires_at=timezone.now())
jobs.dispatch()
"""
