"""What happens to processes: killed, frozen, on a host whose clock is ahead, on a disk that is full.

Bounds: pages go on, each run comes to its end with as many records as were announced, each record is there once.
"""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import requests

from tests.attack.cluster import Cluster
from tests.attack.place import Place, wait_for
from tests.attack.verdict import NotChecked, Verdict
from tests.attack.visitors import Seen, Visitor
from tests.expiry import EXPIRE

LISTS = "vendors,customers,projects,gl_accounts"
STALE_SECONDS = 10
AHEAD_SECONDS = 600
MOST_BACK_SECONDS = 3.0
DISK_BYTES = 64 * 1024 * 1024
_DOUBLED = """
from django.db.models import Count
from accounts.tenancy import cross_tenant
from integrations.models import ListItem
with cross_tenant("attack"):
    rows = ListItem.objects.values("connection", "kind", "record_no").annotate(n=Count("pk")).filter(n__gt=1)
    print("doubled", rows.count())
"""


def _comes_to_its_end(place: Place, number: int, found: Verdict, seconds: float = 300) -> None:
    """The run succeeds, with what was announced, and nothing is there twice."""
    took = wait_for(lambda: place.state(number) not in ("queued", "running", "waiting"), "the run ends", seconds)
    run: dict[str, Any] = next(each for each in place.runs() if each["run"] == number)
    found.tell(f"the run {run['state']} within {took:.0f} s of the end of the attack")
    found.expect(run["state"] == "succeeded", f"the run ended as {run['state']}")
    for step in run["steps"]:
        found.expect(step["announced"] == step["read"], f"{step['key']}: {step['read']} of {step['announced']} read")
    doubled = place.shell(_DOUBLED).strip().splitlines()[-1]
    found.expect(doubled == "doubled 0", doubled)


def _jobs(worker: psutil.Process) -> list[psutil.Process]:
    """The processes of a supervised worker below its leader."""
    return [process for leader in worker.children() for process in leader.children(recursive=True)]


def killed() -> Verdict:
    """SIGKILL for a process that serves pages, one that works, and the worker's leader, in the middle of a sync."""
    found = Verdict()
    with tempfile.TemporaryDirectory() as name, Cluster() as cluster, Place(Path(name), cluster.url) as place:
        web = place.serve()
        worker = place.work("--supervise", "--check-seconds", "0.5", "--stalled-stop-seconds", "1")
        wait_for(lambda: len(_jobs(worker)) > 1, "the worker starts")
        place.local.control(do="fault", kind="latency", seconds=1)
        number = place.sync(LISTS)
        wait_for(lambda: place.state(number) == "running", "the run starts")
        psutil.Process(web.pid).children()[0].kill()
        for process in _jobs(worker)[:2]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        for leader in worker.children():
            leader.kill()
        seen = Seen()
        back = wait_for(lambda: _is_answered(place, seen), "a page is answered")
        found.tell(f"pages answered again after {back:.1f} s: {seen}")
        found.expect(back < MOST_BACK_SECONDS, f"pages came back after {back:.1f} s")
        found.expect(seen.statuses[500] == 0, f"answers: {seen}")
        place.local.control(do="heal")
        wait_for(lambda: len(_jobs(worker)) > 1, "the worker is replaced")
        place.shell(EXPIRE)  # what five minutes do
        _comes_to_its_end(place, number, found)
    return found


def _is_answered(place: Place, seen: Seen) -> bool:
    answer = Visitor(place, seen, 0).get("")
    return answer is not None and answer.status_code == requests.codes.ok


def frozen() -> Verdict:
    """SIGSTOP for every process of the worker but its supervisor."""
    found = Verdict()
    with tempfile.TemporaryDirectory() as name, Cluster() as cluster, Place(Path(name), cluster.url) as place:
        options = ("--stale-seconds", str(STALE_SECONDS), "--check-seconds", "0.5", "--stalled-stop-seconds", "1")
        worker = place.work("--supervise", *options)
        wait_for(lambda: len(_jobs(worker)) > 1, "the worker starts")
        place.local.control(do="fault", kind="latency", seconds=1)
        number = place.sync(LISTS)
        wait_for(lambda: place.state(number) == "running", "the run starts")
        stopped = [*worker.children(), *_jobs(worker)]
        began = time.monotonic()
        for process in stopped:
            process.send_signal(signal.SIGSTOP)
        place.local.control(do="heal")
        place.shell(EXPIRE)
        wait_for(lambda: not any(each.is_running() for each in stopped), "the frozen ones are replaced", 180)
        took = time.monotonic() - began
        found.tell(f"{len(stopped)} frozen processes gone after {took:.0f} s (silence of {STALE_SECONDS} s is allowed)")
        _comes_to_its_end(place, number, found)
    return found


def clock() -> Verdict:
    """A second worker whose clock is ten minutes ahead takes the run of the first one, which is still at work."""
    found = Verdict()
    with tempfile.TemporaryDirectory() as name, Cluster() as cluster, Place(Path(name), cluster.url) as place:
        place.work(processes=1)
        place.local.control(do="fault", kind="latency", seconds=2)
        number = place.sync(LISTS)
        wait_for(lambda: place.state(number) == "running", "the run starts")
        place.start("ahead", "-m", "tests.attack.ahead", str(AHEAD_SECONDS), QUEUE_WORKERS="1")
        time.sleep(20)  # the time of both, while the first one goes on
        place.local.control(do="heal")
        _comes_to_its_end(place, number, found)
        number = place.sync(LISTS)
        _comes_to_its_end(place, number, found)
    return found


@contextlib.contextmanager
def _small_disk() -> Iterator[Path]:
    """A file system of 64 MB. Raises NotChecked where none may be mounted."""
    with tempfile.TemporaryDirectory() as name:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", name]
        if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
            raise NotChecked("A small file system cannot be mounted here: that takes root and the right to mount.")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "-l", name], check=True)


def disk() -> Verdict:
    """The disk of a SQLite site fills up during a sync, and has room again."""
    found = Verdict()
    with (
        _small_disk() as small,
        tempfile.TemporaryDirectory() as name,
        Place(Path(name), f"sqlite:///{small / 'site.sqlite3'}") as place,
    ):
        place.serve()
        place.work(processes=1)
        seen = Seen()
        reader = Visitor(place, seen, 1)
        page = reader.get("erp/projects/")
        number = place.sync(LISTS)
        filler = small / "filler"
        with filler.open("wb", buffering=0) as out, contextlib.suppress(OSError):
            while True:
                out.write(b"\0" * 4096)
        time.sleep(5)
        page = reader.get("sync/lists/vendors/")
        found.expect(page is not None and page.status_code == 200, "a page that only reads is not answered")
        writer = Visitor(place, seen, 0)
        writer.get("erp/projects/")
        wrote = writer.post("sync/start/", {"lists": "items", "mode": "full"})
        told = wrote.status_code if wrote is not None else 0
        ready = requests.get(f"{place.address}/readyz", timeout=30)
        found.tell(f"full: pages {seen}; a sync that is started {told}; /readyz {ready.status_code} {ready.text}")
        found.expect(told in (302, 503), f"a write was answered with {told}")
        found.expect(ready.status_code == 503, f"/readyz answers {ready.status_code} on a full disk")
        filler.unlink()
        back = wait_for(
            lambda: requests.get(f"{place.address}/readyz", timeout=30).status_code == 200, "/readyz is well", 240
        )
        found.tell(f"/readyz well {back:.0f} s after there was room again")
        place.shell(EXPIRE)
        _comes_to_its_end(place, number, found)
        whole = place.shell(
            "from django.db import connection\nwith connection.cursor() as cursor:\n"
            "    cursor.execute('PRAGMA integrity_check')\n    print(cursor.fetchone()[0])"
        )
        found.expect(whole.strip().endswith("ok"), f"integrity: {whole}")
    return found
