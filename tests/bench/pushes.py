"""`python -m tests.bench.pushes`: many documents pushed by the ledger, against one request for each document.

Both sides meet the same delay, write the same functions and read back what they wrote. Prints seconds and requests.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django

from config import keys
from integrations.sandbox.facade import SandboxProcess

SAMPLE = 60  # documents that are pushed one by one; the rest is computed from them, as each costs the same


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-pushes", description=__doc__)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--delay", type=float, default=0.15, help="seconds each request takes at least")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, SandboxProcess(seed="demo") as local:
        made = keys.values_for("demo") | {
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.sqlite3'}",
            "INTACCT_ENDPOINT_URL": local.endpoint,
            "INTACCT_SENDER_ID": local.credentials["sender"],
            "INTACCT_SENDER_PASSWORD": local.credentials["sender_password"],
            "INTACCT_ALLOWED_ENDPOINT_HOSTS": "127.0.0.1,localhost",
            "LOG_LEVEL": "CRITICAL",
            "ENV_FILE": os.devnull,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        os.environ.update(made)
        django.setup()
        _measure(local, options.documents, options.delay)


def _measure(local: SandboxProcess, count: int, delay: float) -> None:
    from django.core.management import call_command

    from accounts.models import Tenant
    from accounts.tenancy import tenant_scope
    from erp_admin.models import Commitment
    from integrations.connections.service import authorize
    from integrations.delivery.contract import push_flow
    from integrations.delivery.requests import ask_pushes
    from integrations.mirror.service import start_list_sync
    from integrations.models import Connection, Push, PushState
    from integrations.runs.runner import run_to_end
    from tests.erp_admin.samples import choose_settings, commitment
    from tests.lists import LEDGER

    call_command("migrate", verbosity=0)
    facts, flow = local.credentials, push_flow("commitments")
    tenant = Tenant.objects.create(name="Cedar Fork Builders", slug="cedar-fork", base_currency="USD")

    def push(connection: Connection, documents: list[Commitment]) -> None:
        asked = ask_pushes(connection, flow, documents, queued=False)
        if asked.started is not None:
            run_to_end(asked.started.run)

    def one_by_one(connection: Connection, documents: list[Commitment]) -> None:
        for document in documents:
            push(connection, [document])

    with tenant_scope(tenant):
        connection = authorize(tenant, company_id=facts["company"], user_id=facts["user"], password=facts["password"])
        run_to_end(start_list_sync(connection, kinds=LEDGER, queued=False).run)
        choose_settings(connection)
        many = [commitment(connection, f"B-{number:04}", "1000.00", "250.00") for number in range(count)]
        single = [commitment(connection, f"S-{number:04}", "1000.00", "250.00") for number in range(min(SAMPLE, count))]
        local.control(do="fault", kind="latency", seconds=delay)
        batched = _timed(local, lambda: push(connection, many))
        apart = _timed(local, lambda: one_by_one(connection, single))
        read_back = Push.objects.filter(state=PushState.DELIVERED).exclude(read_back_at=None).count()
    factor = count / len(single)
    seconds, requests = apart[0] * factor, round(apart[1] * factor)
    sys.stdout.write(
        f"{count} documents, {delay * 1000:.0f} ms a request, each read back ({read_back} were)\n"
        f"  the ledger:              {batched[0]:7.1f} s, {batched[1]:5} requests\n"
        f"  a request each document: {seconds:7.1f} s, {requests:5} requests (from {len(single)} measured)\n"
        f"  {seconds / batched[0]:.1f} times as fast, {requests / batched[1]:.0f} times fewer requests\n"
    )


def _timed(local: SandboxProcess, work: Callable[[], None]) -> tuple[float, int]:
    before, began = int(local.control(do="stats")["requests"]), time.monotonic()
    work()
    return time.monotonic() - began, int(local.control(do="stats")["requests"]) - before


if __name__ == "__main__":
    main()
