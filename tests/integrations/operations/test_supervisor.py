"""The supervised worker in processes of its own: parts of it are killed, and the queue works again."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from psutil import STATUS_ZOMBIE as ZOMBIE

from tests.integrations.supervised import Supervised
from tests.processes import wait_for


@pytest.fixture
def supervised(tmp_path: Path, migrated_file: Path) -> Iterator[Supervised]:
    with Supervised(tmp_path, migrated_file) as worker:
        yield worker


def test_a_killed_sentinel_is_replaced_and_leaves_no_orphans(supervised: Supervised) -> None:
    parent = supervised.start()
    wait_for(lambda: supervised.last_beat() != "")
    first, [leader] = supervised.last_beat(), parent.children()
    [sentinel] = leader.children()
    orphans = sentinel.children()
    assert len(orphans) == 3  # pusher, worker, monitor
    sentinel.kill()
    wait_for(lambda: len(supervised.starts()) == 2 and supervised.last_beat() != first)
    wait_for(lambda: not any(process.is_running() and process.status() != ZOMBIE for process in orphans))
    assert "it ended by itself" in supervised.said()

    parent.terminate()  # and a stop is clean: nothing is left, nothing had to be killed
    assert supervised.wait() == 0
    assert "has stopped" in supervised.said()


def test_it_gives_up_when_no_start_succeeds(supervised: Supervised) -> None:
    supervised.site.environment["DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/nothing"
    supervised.start("--failures", "2")
    assert supervised.wait() == 1
    assert len(supervised.starts()) == 2
    assert "2 starts in a row without one heartbeat; giving up" in supervised.said()


def test_a_second_signal_does_not_wait_for_the_work_to_end(supervised: Supervised) -> None:
    parent = supervised.start()
    wait_for(lambda: supervised.last_beat() != "")
    [leader] = parent.children()
    leader.suspend()  # it cannot obey
    parent.send_signal(signal.SIGINT)
    wait_for(lambda: "is told to stop" in supervised.said())
    os.kill(parent.pid, signal.SIGINT)
    assert supervised.wait() == 1
    assert "had to be killed" in supervised.said()
    assert not leader.is_running()
