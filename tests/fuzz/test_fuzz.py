"""No address of the site answers with an error of ours, whatever it is sent; `make fuzz` sends more than the suite.

Owns the sample of the suite and the report. FUZZ_SEED, FUZZ_EACH and FUZZ_ONLY are SEED, EACH and ONLY of the Makefile.
"""

import logging
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.fuzz.places import admin_places, cookies_of
from tests.fuzz.visits import SLOW_SECONDS, Outcome, Place, as_served, judged, visits

ClientFor = Callable[[User | None], Client]
QUICK_VISITS = 250


def planned(places: list[Place], seed: str, each: int, only: str = "") -> Iterator[Any]:
    for place in places:
        for visit in visits(place, seed, each):
            if not only or visit.label == only or place.name == only:
                yield visit


class Report:
    """The count, and at once a line for each answer that must not be, each kind of error twice at most."""

    def __init__(self, seed: str, who: str, capsys: Any) -> None:
        self._seed, self._who, self._capsys = seed, who, capsys
        self._statuses: Counter[int] = Counter()
        self.wrong: Counter[str] = Counter()

    def add(self, outcome: Outcome) -> None:
        self._statuses[outcome.status] += 1
        self.wrong.update(filter(None, [outcome.wrong]))
        if outcome.wrong and self.wrong[outcome.wrong] <= 2:
            self._line(outcome, outcome.wrong)
        elif outcome.seconds > SLOW_SECONDS:
            self._line(outcome, f"slow, {outcome.seconds:.1f} s")

    def end(self, addresses: int) -> None:
        count, each = sum(self._statuses.values()), dict(sorted(self._statuses.items()))
        self.say(f"{self._who}: seed {self._seed}, {addresses} addresses, {count:,} requests, by status {each}")

    def _line(self, outcome: Outcome, what: str) -> None:
        visit = outcome.visit
        self.say(f"make fuzz SEED={self._seed} ONLY={visit.label}  # {visit.method} {visit.path[:80]}: {what}")

    def say(self, line: str) -> None:
        with self._capsys.disabled():
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


def test_a_sample_of_everything(tenants_places: list[Place], admin: User, client_for: ClientFor) -> None:
    client = as_served(client_for(admin))
    every = list(planned(tenants_places, "suite", 1))
    sample = random.Random("suite").sample(every, QUICK_VISITS)
    cookies = cookies_of(client)
    outcomes = [judged(visit, client, cookies) for visit in sample]
    assert [f"{each.visit}: {each.wrong}" for each in outcomes if each.wrong] == []
    assert {200, 302, 400, 404, 405} <= {outcome.status for outcome in outcomes}


@pytest.mark.fuzz
@pytest.mark.parametrize("who", ["admin of the company", "support staff", "nobody"])
def test_everything(
    tenants_places: list[Place], admin: User, staff: User, client_for: ClientFor, who: str, capsys: Any
) -> None:
    person = {"admin of the company": admin, "support staff": staff}.get(who)
    seed = os.environ.get("FUZZ_SEED") or str(random.SystemRandom().randrange(1_000_000))
    each, only = int(os.environ.get("FUZZ_EACH") or 6), os.environ.get("FUZZ_ONLY", "")
    client = as_served(client_for(person))
    cookies = cookies_of(client)
    places = admin_places(client_for(person)) if who == "support staff" else tenants_places
    report = Report(seed, who, capsys)
    logging.disable(logging.CRITICAL)
    try:
        for visit in planned(places, seed, each if person else 1, only):
            report.add(judged(visit, client, cookies))
            if only == visit.label:
                report.say(f"{visit}"[:20_000])
    finally:
        logging.disable(logging.NOTSET)
    report.end(len(places))
    assert report.wrong == {}
