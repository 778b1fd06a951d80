"""Many people at a time: fifty who read on PostgreSQL, thirty who write on SQLite, a database that restarts under them.

Bounds: no answer of 500 and no broken connection; while the database is away pages say so with 503 and come back.
"""

import random
import tempfile
import time
from pathlib import Path

from tests.attack.cluster import Cluster
from tests.attack.place import Place, wait_for
from tests.attack.verdict import Verdict, percentile
from tests.attack.visitors import Seen, Visitor, at_once

READERS, READ_SECONDS = 50, 40.0
WRITERS, WRITE_SECONDS = 30, 60.0
RESTARTS = 3
MOST_AWAY_SECONDS = 15.0
PAGES = (
    "", "erp/projects/", "erp/commitments/", "erp/change-orders/", "sync/lists/", "sync/lists/vendors/",
    "sync/lists/customers/", "sync/lists/gl_accounts/", "sync/lists/items/", "sync/lists/projects/",
    "sync/lists/tasks/", "runs/", "sync/", "issues/", "sync/lists/vendors/?q=a", "erp/projects/?q=1",
)  # fmt: skip


def _told(seen: Seen) -> str:
    rate = f"{percentile(seen.seconds, 0.5):.2f} s half, {percentile(seen.seconds, 0.95):.2f} s p95"
    return f"{sum(seen.statuses.values())} requests: {seen}; {rate}"


def crowd() -> Verdict:
    """Fifty people go through the pages of lists for 40 seconds."""
    found = Verdict()
    with (
        tempfile.TemporaryDirectory() as name,
        Cluster() as cluster,
        Place(Path(name), cluster.url, people=READERS) as place,
    ):
        place.serve()
        seen = Seen()
        _read(place, seen, READERS, READ_SECONDS)
        found.tell(f"{READERS} people, {READ_SECONDS:.0f} s: {_told(seen)}")
        _nothing_bad(found, seen, set(seen.statuses) - {200})
    return found


def _read(place: Place, seen: Seen, people: int, seconds: float) -> None:
    end = time.monotonic() + seconds

    def read(person: int) -> None:
        visitor, dice = Visitor(place, seen, person), random.Random(person)
        while time.monotonic() < end:
            visitor.get(dice.choice(PAGES))

    at_once([lambda person=person: read(person) for person in range(people)])  # type: ignore[misc]


def _nothing_bad(found: Verdict, seen: Seen, odd: set[int]) -> None:
    for asked in seen.bad[:10]:
        found.expect(False, asked)
    found.expect(not odd, f"answers of {sorted(odd)}")


def writers() -> Verdict:
    """Thirty people ignore and restore projects and start syncs, on SQLite, with two processes of each kind."""
    found = Verdict()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Place(folder, f"sqlite:///{folder / 'site.sqlite3'}", people=2 * WRITERS) as place:
            place.serve()
            place.work(processes=2)
            seen, written = Seen(), Seen()
            _write(place, seen, written)
            found.tell(f"{WRITERS} writers, {WRITE_SECONDS:.0f} s: {_told(written)}")
            _nothing_bad(found, seen, set())
            _nothing_bad(found, written, set(written.statuses) - {302})
            # What is queued when they stop comes to its end.
            over = ("succeeded", "partly")
            wait_for(lambda: all(run["state"] in over for run in place.runs()), "every run succeeds", 300)
            found.tell(f"{len(place.runs())} runs shown, each succeeded")
    return found


def _write(place: Place, seen: Seen, written: Seen) -> None:
    projects = place.shell(
        "from accounts.tenancy import cross_tenant\nfrom integrations.models import ListItem\n"
        "with cross_tenant('attack'):\n"
        "    print(','.join(str(pk) for pk in ListItem.objects.filter(kind='projects').values_list('pk', flat=True)))"
    )
    items = projects.strip().splitlines()[-1].split(",")
    end = time.monotonic() + WRITE_SECONDS

    def write(number: int) -> None:
        reader, visitor = Visitor(place, seen, 2 * number), Visitor(place, written, 2 * number)
        dice = random.Random(number)
        page = reader.get("erp/projects/")
        assert page is not None
        visitor.take_token(reader)
        while time.monotonic() < end:
            path = dice.choice(("erp/projects/ignore/", "erp/projects/restore/"))
            visitor.post(path, {"item": dice.sample(items, 3), "confirmed": "1", "reason": "Not a job"})
            if dice.random() < 0.1:
                visitor.post(
                    "sync/start/", {"lists": dice.choice(("items", "customers", "vendors")), "mode": "partial"}
                )

    at_once([lambda number=number: write(number) for number in range(WRITERS)])  # type: ignore[misc]


def restart() -> Verdict:
    """The database crashes and comes back three times while twenty people read and a worker works."""
    found = Verdict()
    with (
        tempfile.TemporaryDirectory() as name,
        Cluster() as cluster,
        Place(Path(name), cluster.url, people=20) as place,
    ):
        place.serve()
        place.work("--supervise", "--check-seconds", "0.5", "--stale-seconds", "30", processes=2)
        seen = Seen()

        def crash() -> None:
            for _ in range(RESTARTS):
                time.sleep(4)
                cluster.stop()
                time.sleep(2)
                cluster.start()

        at_once([crash, lambda: _read(place, seen, 20, RESTARTS * 8.0)])
        found.tell(f"20 people, {RESTARTS} restarts: {_told(seen)}")
        odd = set(seen.statuses) - {200, 503}
        found.expect(not odd, f"answers of {sorted(odd)}")
        found.expect(seen.statuses[503] > 0, "nobody met the restart, so nothing was shown")
        after = Seen()
        away = wait_for(lambda: bool(Visitor(place, after, 0).get("sync/lists/")), "pages answer again")
        found.expect(away < MOST_AWAY_SECONDS, f"pages came back after {away:.0f} s")
        number = place.sync("items")
        took = wait_for(lambda: place.state(number) == "succeeded", "the worker works again", 240)
        found.tell(f"a run started afterwards succeeded within {took:.0f} s")
    return found
