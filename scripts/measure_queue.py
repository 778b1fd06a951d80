"""Measures runs per minute through a real worker against the local Intacct: `make measure TEST_DATABASE_URL=…`.

Owns its databases, which it drops, and nothing else. Prints a table; docs/growing.md says how to read it.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from config import keys
from integrations.sandbox.facade import SandboxProcess

ROOT = Path(__file__).resolve().parent.parent
TENANTS = 24
LISTS = ("gl_accounts", "items", "projects")
MANY = 1000


@dataclass(frozen=True)
class Case:
    """Tenants of one Intacct company share its two request slots; of many companies, each has its own two."""

    workers: int
    companies: str
    delay: float


CASES = [
    *(Case(workers, "many", delay) for delay in (0.0, 0.3) for workers in (1, 2, 4)),
    Case(4, "one", 0.3),
]


@contextmanager
def _database(administrator: str) -> Iterator[str]:
    name = f"measure_{os.getpid()}"
    with psycopg.connect(administrator, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield administrator.rpartition("/")[0] + "/" + name
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _prepare(local: SandboxProcess) -> None:
    """One connected tenant for each run of a case: a tenant has one run of a kind at a time."""
    from django.core.management import call_command

    from accounts.models import Tenant
    from accounts.tenancy import tenant_scope
    from integrations.connections.service import authorize

    call_command("migrate", verbosity=0)
    facts = local.credentials
    for number in range(TENANTS):
        tenant = Tenant.objects.create(name=f"Tenant {number}", slug=f"tenant-{number}")
        with tenant_scope(tenant):
            authorize(tenant, company_id=facts["company"], user_id=facts["user"], password=facts["password"])


def _measure(case: Case, local: SandboxProcess) -> tuple[float, float]:
    """Start a run for every tenant, have a worker do them; return runs and requests per minute."""
    from django.db.models import Max, Min, Sum

    from accounts.models import Tenant
    from accounts.tenancy import cross_tenant, tenant_scope
    from integrations.gateway.access import live_connection
    from integrations.mirror.service import start_list_sync
    from integrations.models import ACTIVE_RUNS, CompanySlot, RunState, RunStep, SyncRun

    CompanySlot.objects.all().delete()
    if case.delay:
        local.control(do="fault", kind="slow", seconds=case.delay, times=100_000)
    started = []
    for tenant in Tenant.objects.all():
        with tenant_scope(tenant):
            connection = live_connection()
            if connection is not None:
                started.append(start_list_sync(connection, kinds=LISTS).run.pk)
    slots = str(MANY if case.companies == "many" else 2)
    environment = {**os.environ, "QUEUE_WORKERS": str(case.workers)}
    command = [sys.executable, "-m", "scripts.measure_queue", "worker", slots]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)  # noqa: S603 - this file
    with cross_tenant("measuring"):
        runs = SyncRun.objects.filter(pk__in=started)
        while runs.filter(state__in=ACTIVE_RUNS).exists():
            time.sleep(0.5)
        worker.terminate()
        worker.wait()
        if runs.exclude(state=RunState.SUCCEEDED).exists():
            raise SystemExit("Not every run succeeded; the figures would mean nothing.")
        times = runs.aggregate(first=Min("started_at"), last=Max("finished_at"))
        requests = RunStep.objects.filter(run__in=started).aggregate(sum=Sum("requests"))["sum"]
    minutes = (times["last"] - times["first"]).total_seconds() / 60
    return len(started) / minutes, requests / minutes


def _work(slots: int) -> None:
    """A worker to which the local Intacct's one company is as many as the case wants."""
    import django

    django.setup()
    from integrations import queue
    from integrations.gateway import slots as company_slots

    company_slots.SLOTS_PER_COMPANY = slots
    queue.run_worker()


def main(arguments: list[str]) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    if arguments[:1] == ["worker"]:
        _work(int(arguments[1]))
        return 0
    administrator = os.environ.get("TEST_DATABASE_URL", "")
    if not administrator:
        sys.stderr.write("Set TEST_DATABASE_URL to a PostgreSQL on which databases may be made.\n")
        return 2
    with _database(administrator) as url, SandboxProcess() as local:
        made = {**keys.values_for("demo"), "DEBUG": "off", "HTTPS_ONLY": "off", "SECRET_KEY": keys.fernet_key()}
        made |= {"ENV_FILE": os.devnull, "DATABASE_URL": url, "INTACCT_ENDPOINT_URL": local.endpoint}
        os.environ.update(made)
        import django

        django.setup()
        _prepare(local)
        sys.stdout.write(f"{TENANTS} runs of {len(LISTS)} lists each, {os.cpu_count()} processors\n")
        sys.stdout.write(f"{'workers':>8}{'companies':>11}{'delay s':>9}{'runs/min':>10}{'requests/min':>14}\n")
        for case in CASES:
            runs, requests = _measure(case, local)
            sys.stdout.write(f"{case.workers:>8}{case.companies:>11}{case.delay:>9}{runs:>10.0f}{requests:>14.0f}\n")
            sys.stdout.flush()
            local.control(do="reset")
        from django.db import connections

        connections.close_all()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
