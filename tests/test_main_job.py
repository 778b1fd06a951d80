"""The main job in processes of their own: the demo, and a worker that is killed and replaced in mid-run."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.commands import EXIT_UNSETTLED
from config import keys
from integrations.sandbox.facade import SandboxProcess
from tests.expiry import EXPIRE
from tests.processes import DEADLINE, Site, wait_for


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
def connected(tmp_path: Path, migrated_file: Path) -> Iterator[tuple[Site, SandboxProcess]]:
    with SandboxProcess(seed="3000") as local:
        site = Site(tmp_path, local, migrated=migrated_file)
        site.run("create_tenant", "river", "--name", "River Works", "--admin", "ada@river.example")
        facts = local.credentials
        site.run("connect", "river", "--company", facts["company"], "--user", facts["user"])
        yield site, local


def test_a_run_survives_the_death_of_its_worker(connected: tuple[Site, SandboxProcess]) -> None:
    """SIGKILL to the whole worker while Intacct is answering; another worker takes the run over and finishes it."""
    site, local = connected
    local.control(do="fault", kind="slow", match="PROJECT", seconds=30, times=1)
    site.run("sync", "river", "--queue", "--lists", "gl_accounts,projects", ends_with=EXIT_UNSETTLED)
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
        wait_for(lambda: site.rows("SELECT state FROM integrations_syncrun") == [("succeeded",)])
    finally:
        second.terminate()  # the parent alone, as a supervisor does
        second.wait(timeout=DEADLINE)
    [run] = site.ask("runs", "river")["runs"]
    for step in run["steps"]:
        assert step["announced"] == step["read"] == step["new"], step
