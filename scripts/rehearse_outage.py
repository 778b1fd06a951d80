"""Rehearses a database that goes away and comes back while people work: pages say so with 503, and none is a defect.

Owns the outage, made for the rehearsal's own database alone, and the counting. Must not touch another database of the
server.
"""

import threading
import time
from collections import Counter
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from scripts.rehearsed_client import FORM, Browser, get, post
from scripts.rehearsed_stage import expect, wait_for

OUTAGES, SECONDS_AWAY, SECONDS_BACK = 3, 1.0, 1.0
PEOPLE = 4


def database_goes_away(site_port: int, administrator: str, url: str, email: str, password: str) -> str:
    """Shut it OUTAGES times, ending what is connected in the middle of whatever that does."""
    name = urlsplit(url).path.lstrip("/")
    people = [Browser(site_port, source=f"127.0.4.{number + 2}", is_tls=False) for number in range(PEOPLE)]
    for person in people:
        expect(person.log_in(email, password).status == 302, "nobody can log in")
    seen: Counter[int] = Counter()
    wordless: list[int] = []
    over = threading.Event()

    def work(person: Browser) -> None:
        while not over.is_set():
            for page in (
                get(person, "/t/river/"),
                get(person, "/t/river/", {"HX-Request": "true"}),
                post(person, "/login/", b"login=nobody@river.example&password=wrong", FORM),
            ):
                seen[page.status] += 1
                if page.status == 503 and not ("Retry-After" in page.headers and "away for a moment" in page.text):
                    wordless.append(page.status)

    workers = [threading.Thread(target=work, args=(person,)) for person in people]
    for worker in workers:
        worker.start()
    with psycopg.connect(administrator, autocommit=True) as server:
        for _ in range(OUTAGES):
            time.sleep(SECONDS_BACK)
            _shut(server, name)
    time.sleep(SECONDS_BACK)
    over.set()
    for worker in workers:
        worker.join()
    expect(not seen[500] and not wordless, f"answers {dict(seen)}, {len(wordless)} x 503 without words")
    expect(seen[503] > 0, f"nobody noticed that the database was away: {dict(seen)}")
    wait_for(lambda: get(people[0], "/t/river/").status == 200, "the site comes back")
    return f"{OUTAGES} outages: " + ", ".join(f"{count} x {status}" for status, count in sorted(seen.items()))


def _shut(server: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
    """Let nobody in, end who is in, and open again."""
    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    server.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
    try:
        end = time.monotonic() + SECONDS_AWAY
        while time.monotonic() < end:
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            time.sleep(0.05)
    finally:
        server.execute(allow.format(sql.Identifier(name), sql.SQL("true")))
