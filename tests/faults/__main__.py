"""`python -m tests.faults [--documents N] [--seed N]`: push many documents through a storm, then count what arrived.

Owns the storm and the count at the end, which is taken from Intacct itself. Exits with 1 unless each document is in
Intacct exactly once, every step of it, with the right total, and every row here says so.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from config import keys
from integrations.sandbox.facade import SandboxProcess
from integrations.sandbox.faults.kinds import KINDS, PASSING
from tests.faults.worker import register_toys
from tests.faults.workers import Workers

if TYPE_CHECKING:
    from tests.faults.people import People

WORKERS = 2
QUARANTINE_SECONDS = 10
FAULT_SECONDS = 2.0  # late commits, slow and trickling answers; well within the quarantine
RATE = 0.15
AIMED = 0.6  # how often, besides, a wave is met by a fault aimed at a write
ONLY_READS = ("count_change", "bad_row", "partial_create")
WAVE = (3, 20)
STORM_AFTER_SECONDS = 30.0  # the storm goes on for a while after the last push
CALM_SECONDS = 240.0  # what the quiet after it may take
ROUND_SECONDS = (0.05, 0.6)


def say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=None, help="repeats the same storm; the moments still vary")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    say(f"{options.documents} documents, {WORKERS} workers, seed {seed} (make faults SEED={seed})")
    with tempfile.TemporaryDirectory() as folder, SandboxProcess(seed="demo") as local:
        _configure(Path(folder), local)
        sys.exit(_storm(options.documents, random.Random(seed), seed, local, Path(folder)))


def _configure(folder: Path, local: SandboxProcess) -> None:
    made = keys.values_for("demo") | {
        "DATABASE_URL": os.environ.get("FAULTS_DATABASE_URL") or f"sqlite:///{folder / 'faults.sqlite3'}",
        "INTACCT_ENDPOINT_URL": local.endpoint,
        "INTACCT_SENDER_ID": local.credentials["sender"],
        "INTACCT_SENDER_PASSWORD": local.credentials["sender_password"],
        "INTACCT_ALLOWED_ENDPOINT_HOSTS": "127.0.0.1,localhost",
        "PUSH_QUARANTINE_SECONDS": str(QUARANTINE_SECONDS),
        "LOG_LEVEL": "CRITICAL",
        "ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    os.environ.update(made)
    django.setup()
    register_toys()


def _storm(count: int, dice: random.Random, seed: int, local: SandboxProcess, folder: Path) -> int:
    from django.core.management import call_command

    from accounts.models import Tenant
    from accounts.tenancy import tenant_scope
    from tests.faults.ledger import count_ledger
    from tests.faults.people import People
    from tests.faults.worker import hasten

    call_command("migrate", verbosity=0)
    hasten()
    tenant = Tenant.objects.create(name="Cedar Fork Builders", slug="cedar-fork", base_currency="USD")
    log = folder / "workers.log"
    with tenant_scope(tenant):
        people = People(tenant, local.credentials, dice)
        documents = people.enter(count)
        began = time.monotonic()
        with Workers(WORKERS, dice, log) as workers:
            local.control(do="chaos", rate=RATE, seed=seed, kinds=list(PASSING), seconds=FAULT_SECONDS)
            _push_all(documents, people, workers, dice, local)
            _wait(people, workers, STORM_AFTER_SECONDS)
            figures = local.control(do="stats")
            local.control(do="heal")
            ended = _wait(people, workers, CALM_SECONDS)
        local.control(do="settle")
        counted, left = count_ledger(people.connection, count), people.under_way() + people.waiting()
        _tell(people, workers, figures, time.monotonic() - began)
    say(*counted.lines)
    if not ended:
        say(f"{left} pushes had not come to their end {CALM_SECONDS:.0f} s after the storm.")
    if workers.fell:
        say("What the workers wrote when they fell:", log.read_text()[-8000:])
    return 0 if counted.is_right and ended and not workers.fell else 1


def _push_all(
    documents: list[Any], people: "People", workers: Workers, dice: random.Random, local: SandboxProcess
) -> None:
    """Push everything in waves while faults strike, workers die, and people do what people do."""
    left = list(documents)
    while left:
        size = dice.randrange(*WAVE)
        wave, left = left[:size], left[size:]
        people.push(wave)
        if dice.random() < 0.2:
            people.push(wave)  # somebody else pushes the same
        for chance, act in (
            (0.25, workers.kill_one),
            (0.15, workers.freeze_one),
            (0.3, people.take_back_one),
            (0.3, people.edit_one),
            (0.3, people.fix),
            (0.05, lambda: local.control(do="expire_sessions")),
            (AIMED, lambda: _aim(dice, local)),
        ):
            if dice.random() < chance:
                act()
        workers.replace_dead()
        time.sleep(dice.uniform(*ROUND_SECONDS))


def _aim(dice: random.Random, local: SandboxProcess) -> None:
    """Strike the next request that writes, with some fault."""
    kind = dice.choice([name for name in PASSING if name not in ONLY_READS])
    more = {"seconds": FAULT_SECONDS} if "seconds" in KINDS[kind].takes else {}
    match = dice.choice(("create_potransaction", "create_potransaction", "update_potransaction"))
    local.control(do="fault", kind=kind, match=match, **more)


def _wait(people: "People", workers: Workers, seconds: float) -> bool:
    """Until everything is in Intacct as it is here, people pushing again what failed; False when it is not in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        workers.replace_dead()
        people.fix()
        if not people.under_way() and not people.retry() and not people.waiting():
            return True
        time.sleep(ROUND_SECONDS[1])
    return False


def _tell(people: "People", workers: Workers, figures: dict[str, Any], seconds: float) -> None:
    struck = figures["struck"]
    say(f"{seconds:.0f} s, {figures['requests']} requests, {figures['late']['done']} committed late")
    say(f"faults {sum(struck.values())}: " + ", ".join(f"{kind} {number}" for kind, number in sorted(struck.items())))
    say(
        f"workers killed {workers.killed}, frozen {workers.froze}, fallen by themselves {workers.fell}; taken back "
        f"{people.taken_back}, edited {people.edited}, pushed again {people.retried}"
    )


if __name__ == "__main__":
    main()
