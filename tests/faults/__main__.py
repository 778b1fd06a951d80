"""`python -m tests.faults [--documents N] [--seed N]`: push many documents through a storm, then count what arrived.

Owns the storm and the count at the end, which is taken from Intacct itself. Exits with 1 unless each document is in
Intacct exactly once, with the right total, and every row here says so.
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
from tests.faults.crew import Crew

if TYPE_CHECKING:
    from tests.faults.office import Office

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
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    os.environ.update(made)
    django.setup()


def _storm(count: int, dice: random.Random, seed: int, local: SandboxProcess, folder: Path) -> int:
    from django.core.management import call_command

    from accounts.models import Tenant
    from accounts.tenancy import tenant_scope
    from tests.faults.ledger import count_ledger
    from tests.faults.office import Office
    from tests.faults.worker import hasten

    call_command("migrate", verbosity=0)
    hasten()
    tenant = Tenant.objects.create(name="Cedar Fork Builders", slug="cedar-fork", base_currency="USD")
    log = folder / "workers.log"
    with tenant_scope(tenant):
        office = Office(tenant, local.credentials, dice)
        documents = office.enter(count)
        began = time.monotonic()
        with Crew(WORKERS, dice, log) as crew:
            local.control(do="chaos", rate=RATE, seed=seed, kinds=list(PASSING), seconds=FAULT_SECONDS)
            _push_all(documents, office, crew, dice, local)
            _wait(office, crew, STORM_AFTER_SECONDS)
            figures = local.control(do="stats")
            local.control(do="heal")
            ended = _wait(office, crew, CALM_SECONDS)
        local.control(do="settle")
        counted, left = count_ledger(office.connection, count), office.under_way() + office.waiting()
        _tell(office, crew, figures, time.monotonic() - began)
    say(*counted.lines)
    if not ended:
        say(f"{left} pushes had not come to their end {CALM_SECONDS:.0f} s after the storm.")
    if crew.fell:
        say("What the workers wrote when they fell:", log.read_text()[-8000:])
    return 0 if counted.is_right and ended and not crew.fell else 1


def _push_all(documents: list[Any], office: "Office", crew: Crew, dice: random.Random, local: SandboxProcess) -> None:
    """Push everything in waves while faults strike, workers die, and people do what people do."""
    left = list(documents)
    while left:
        size = dice.randrange(*WAVE)
        wave, left = left[:size], left[size:]
        office.push(wave)
        if dice.random() < 0.2:
            office.push(wave)  # somebody else pushes the same
        for chance, act in (
            (0.25, crew.kill_one),
            (0.15, crew.freeze_one),
            (0.3, office.take_back_one),
            (0.3, office.edit_one),
            (0.3, office.mend),
            (0.05, lambda: local.control(do="expire_sessions")),
            (AIMED, lambda: _aim(dice, local)),
        ):
            if dice.random() < chance:
                act()
        crew.tend()
        time.sleep(dice.uniform(*ROUND_SECONDS))


def _aim(dice: random.Random, local: SandboxProcess) -> None:
    """Strike the next request that writes, with some fault."""
    kind = dice.choice([name for name in PASSING if name not in ONLY_READS])
    more = {"seconds": FAULT_SECONDS} if "seconds" in KINDS[kind].takes else {}
    match = dice.choice(("create_potransaction", "create_potransaction", "update_potransaction"))
    local.control(do="fault", kind=kind, match=match, **more)


def _wait(office: "Office", crew: Crew, seconds: float) -> bool:
    """Until everything is in Intacct as it is here, people pushing again what failed; False when it is not in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        crew.tend()
        office.mend()
        if not office.under_way() and not office.retry() and not office.waiting():
            return True
        time.sleep(ROUND_SECONDS[1])
    return False


def _tell(office: "Office", crew: Crew, figures: dict[str, Any], seconds: float) -> None:
    struck = figures["struck"]
    say(f"{seconds:.0f} s, {figures['requests']} requests, {figures['late']['done']} committed late")
    say(f"faults {sum(struck.values())}: " + ", ".join(f"{kind} {number}" for kind, number in sorted(struck.items())))
    say(
        f"workers killed {crew.killed}, frozen {crew.froze}, fallen by themselves {crew.fell}; taken back "
        f"{office.taken_back}, edited {office.edited}, pushed again {office.retried}"
    )


if __name__ == "__main__":
    main()
