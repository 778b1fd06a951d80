"""How long a small tenant waits while a large one has both workers: `python -m tests.attack.fairness [--projects N]`.

Owns its database, its local Intacct and its worker. Prints the waiting times; ends with 1 where one is above ten
seconds.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from config import keys
from integrations.sandbox.facade import SandboxProcess
from integrations.sandbox.process import ROOT

LONGEST = timedelta(seconds=10)
TIMES = 5
BIG, SMALL = "big", "small"
SLOTS = "1000"  # of one company, so that it is as many as there are tenants


@contextmanager
def _database(administrator: str) -> Iterator[str]:
    """The address of a new database on the server, which is dropped afterwards."""
    name = sql.Identifier(f"fairness_{os.getpid()}")
    with psycopg.connect(administrator, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield urlsplit(administrator)._replace(path=f"/fairness_{os.getpid()}").geturl()
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _prepare(local: SandboxProcess) -> None:
    """Two connected tenants; the large one has its projects in the mirror and may import them."""
    from django.core.management import call_command

    from accounts.models import Tenant
    from accounts.tenancy import tenant_scope
    from integrations.connections.service import authorize
    from integrations.mirror.service import start_list_sync
    from integrations.models import SettingsVersion
    from integrations.runs.runner import run_to_end

    call_command("migrate", verbosity=0)
    facts = local.credentials
    for slug in (BIG, SMALL):
        tenant = Tenant.objects.create(name=slug, slug=slug, base_currency="USD")
        with tenant_scope(tenant):
            connection = authorize(
                tenant, company_id=facts["company"], user_id=facts["user"], password=facts["password"]
            )
            if slug == BIG:
                SettingsVersion.objects.create(
                    tenant=tenant, connection=connection, number=1, switches={"sync_projects": True}
                )
                run_to_end(start_list_sync(connection, kinds=["projects"], queued=False).run)


@contextmanager
def _worker() -> Iterator[None]:
    """Two worker processes."""
    environment = {**os.environ, "QUEUE_WORKERS": "2"}
    command = [sys.executable, "-m", "scripts.measure_queue", "worker", SLOTS]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


def _start_both() -> list[int]:
    """The large tenant imports all its projects and reads its lists, all of them, at the same time."""
    from accounts.models import Tenant
    from accounts.tenancy import tenant_scope
    from erp_admin.projects.selectors import intacct_projects
    from erp_admin.projects.service import start_import
    from integrations.gateway.access import require_connection
    from integrations.mirror.service import start_list_sync

    with tenant_scope(Tenant.objects.get(slug=BIG)):
        connection = require_connection()
        imported = start_import(connection, intacct_projects(connection)).run
        synced = start_list_sync(connection, kinds=["vendors", "projects", "customers", "tasks"]).run
        return [imported.pk, synced.pk]


def _waited() -> timedelta:
    """From when the small tenant starts a sync until a worker begins it; returns when it has ended."""
    from accounts.models import Tenant
    from accounts.tenancy import tenant_scope
    from integrations.gateway.access import require_connection
    from integrations.mirror.service import start_list_sync

    with tenant_scope(Tenant.objects.get(slug=SMALL)):
        run = start_list_sync(require_connection(), kinds=["checking_accounts"]).run
        while run.is_active:
            time.sleep(0.2)
            run.refresh_from_db()
        if run.started_at is None:
            raise SystemExit(f"The sync of the small tenant was never begun: {run.error_sentence}")
        return run.started_at - run.created_at


def _measure() -> list[timedelta]:
    from accounts.tenancy import cross_tenant
    from integrations.models import ACTIVE_RUNS, SyncRun

    big, waits = _start_both(), list[timedelta]()
    with _worker():
        with cross_tenant("measuring"):
            while SyncRun.objects.filter(pk__in=big, started_at=None).exists():
                time.sleep(0.5)  # the large tenant is first to have both workers
        for _ in range(TIMES):
            time.sleep(4)  # so that both workers are deep in the large tenant's runs
            with cross_tenant("measuring"):
                left = SyncRun.objects.filter(pk__in=big, state__in=ACTIVE_RUNS).count()
            waits.append(_waited())
            sys.stdout.write(
                f"waited {waits[-1].total_seconds():5.1f} s, with {left} runs of the large tenant active\n"
            )
            sys.stdout.flush()
    return waits


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.attack.fairness", description="How long a small tenant waits."
    )
    parser.add_argument("--projects", type=int, default=20_000, help="how many the large tenant has")
    options = parser.parse_args()
    administrator = os.environ.get("TEST_DATABASE_URL", "")
    if not administrator:
        sys.stderr.write("Set TEST_DATABASE_URL to a PostgreSQL on which databases may be made.\n")
        return 2
    with _database(administrator) as url, SandboxProcess(seed=str(options.projects * 5)) as local:
        made = {**keys.values_for("demo"), "DEBUG": "off", "HTTPS_ONLY": "off", "SECRET_KEY": keys.fernet_key()}
        made |= {"ENV_FILE": os.devnull, "DATABASE_URL": url, "INTACCT_ENDPOINT_URL": local.endpoint}
        made |= {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "WARNING"}
        os.environ.update(made)
        import django

        django.setup()
        _prepare(local)
        waits = _measure()
        from django.db import connections

        connections.close_all()
    sys.stdout.write(f"longest {max(waits).total_seconds():.1f} s\n")
    return int(max(waits) > LONGEST)


if __name__ == "__main__":
    sys.exit(main())
