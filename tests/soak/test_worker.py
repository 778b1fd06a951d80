"""A worker that is watched for longer, while the queue is fed and its processes are killed."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.commands import EXIT_UNSETTLED
from config import keys
from integrations.sandbox.facade import SandboxProcess
from tests.expiry import EXPIRE
from tests.integrations.supervised import Supervised
from tests.processes import DEADLINE, wait_for

pytestmark = pytest.mark.soak

STALE = 4
FEED = """
import time
from django_q.tasks import async_task
while True:
    async_task("integrations.jobs.beat")
    time.sleep(0.5)
"""


@pytest.fixture
def fed(tmp_path: Path, migrated_file: Path) -> Iterator[Supervised]:
    """A supervised worker whose queue gets a job twice a second."""
    with Supervised(tmp_path, migrated_file) as worker:
        feeder = worker.site.start("shell", "--verbosity", "0", "--command", FEED)
        yield worker
        feeder.kill()
        feeder.communicate()


def test_a_worker_killed_while_it_holds_the_lock_of_the_queue_is_noticed(fed: Supervised) -> None:
    """With the lock gone no process of that cluster takes a job again, though all are alive; only silence tells."""
    parent = fed.start("--stale-seconds", str(STALE))
    began = time.monotonic()
    wait_for(lambda: fed.last_beat() != "" and time.monotonic() > began + 3 * STALE)
    assert len(fed.starts()) == 1, fed.said()  # as long as jobs pass, it is left alone
    [leader] = parent.children()
    [sentinel] = leader.children()
    worker = min(sentinel.children(), key=lambda process: process.pid)  # started before monitor and pusher
    worker.kill()  # it waits in the queue, holding its lock
    killed, last = time.monotonic(), fed.last_beat()
    wait_for(lambda: len(fed.starts()) == 2)
    assert "no heartbeat for" in fed.said()
    assert time.monotonic() - killed < STALE + 5
    wait_for(lambda: fed.last_beat() > last)
    assert not leader.is_running()


def test_runs_get_done_though_the_processes_keep_dying(tmp_path: Path, migrated_file: Path) -> None:
    with SandboxProcess(seed="3000") as local, Supervised(tmp_path, migrated_file, local) as worker:
        site, facts = worker.site, local.credentials
        site.run("create_tenant", "river", "--name", "River Works", "--admin", "ada@river.example")
        site.run("connect", "river", "--company", facts["company"], "--user", facts["user"])
        parent = worker.start("--stale-seconds", str(DEADLINE))
        for killed in range(3):
            local.control(do="fault", kind="slow", match="PROJECT", seconds=5, times=1)
            site.run("sync", "river", "--queue", "--lists", "projects,customers", ends_with=EXIT_UNSETTLED)
            wait_for(lambda: not local.control(do="stats")["faults"])  # the slow answer is being waited for
            [sentinel] = [child for leader in parent.children() for child in leader.children()]
            sentinel.kill()
            wait_for(lambda killed=killed: len(worker.starts()) == killed + 2)
            site.run("shell", "--verbosity", "0", "--command", EXPIRE)  # what five minutes do
            wait_for(lambda: site.rows("SELECT state FROM integrations_syncrun ORDER BY id DESC")[0] == ("succeeded",))
        [last, *_] = site.ask("runs", "river")["runs"]
        for step in last["steps"]:
            assert step["announced"] == step["read"], step
        parent.terminate()
        assert worker.wait() == 0


def test_work_queued_before_a_change_of_the_secret_key_is_woken_again(tmp_path: Path, migrated_file: Path) -> None:
    """The queue's entries are signed with the old key and discarded; the runs themselves are ours."""
    with SandboxProcess() as local, Supervised(tmp_path, migrated_file, local) as worker:
        site, facts = worker.site, local.credentials
        site.run("create_tenant", "river", "--name", "River Works", "--admin", "ada@river.example")
        site.run("connect", "river", "--company", facts["company"], "--user", facts["user"])
        site.run("sync", "river", "--queue", "--lists", "items", ends_with=EXIT_UNSETTLED)
        site.environment["SECRET_KEY_FALLBACKS"] = site.environment["SECRET_KEY"]
        site.environment["SECRET_KEY"] = keys.fernet_key()
        worker.start()
        wait_for(lambda: "BadSignature" in worker.said())
        assert site.ask("runs", "river")["runs"][0]["state"] == "queued"
        began = time.monotonic()
        while site.ask("runs", "river")["runs"][0]["state"] != "succeeded":
            assert time.monotonic() - began < 2 * DEADLINE  # the scheduler's first round comes after half a minute
            time.sleep(1)
