"""A worker of `make faults`: works off runs and due ledgers until it is killed, which may be at any moment.

What takes minutes in production takes seconds here; the proportions stay: request < lease < quarantine.
"""

import time
from datetime import timedelta

import django

ROUND_SECONDS = 0.1


def hasten() -> None:
    """Let time pass faster, in this process: leases, pauses and looks."""
    from integrations.delivery import ledger, pauses, requests
    from integrations.gateway import client as gateway
    from integrations.gateway import slots

    slots.LEASE = timedelta(seconds=5)
    ledger.FIRST_LOOK, ledger.LONGEST_LOOK_PAUSE = timedelta(seconds=1), timedelta(seconds=3)
    ledger.SLOT_WAIT_SECONDS = 1.0
    pauses.FIRST_PAUSE, pauses.LONGEST_PAUSE = timedelta(seconds=0.5), timedelta(seconds=4)
    pauses.MOST_TRIES = pauses.MOST_REFUSED_TRIES = 10_000  # days of faults pass in a minute
    requests.LOST_AFTER = timedelta(seconds=8)
    gateway.PAUSE = lambda seconds: time.sleep(min(seconds, 0.05))


def work_round() -> None:
    """Do once what the dispatcher and a worker do together."""
    from accounts.models import Tenant
    from accounts.refusal import Refused
    from accounts.tenancy import cross_tenant, tenant_scope
    from integrations.delivery.contract import push_flow
    from integrations.delivery.requests import ledgers_due, wake_ledger
    from integrations.models import ACTIVE_RUNS, Connection, SyncRun
    from integrations.runs.runner import work_slice

    with cross_tenant("faults"):
        due = ledgers_due()
        active = list(SyncRun.objects.filter(state__in=ACTIVE_RUNS).values_list("tenant_id", "pk").order_by("?"))
    for tenant_id, connection_id, flow in due:
        with tenant_scope(Tenant.objects.get(pk=tenant_id)):
            try:
                wake_ledger(Connection.objects.get(pk=connection_id), push_flow(flow), queued=False)
            except Refused:
                continue  # the connection needs its credentials again, which the operator sees to
    for tenant_id, run_id in active:
        with tenant_scope(Tenant.objects.get(pk=tenant_id)):
            work_slice(run_id, seconds=5)


def register_toys() -> None:
    """Make the document type of several steps known, in this process."""
    from integrations.runs.flow import register_flow
    from tests.toy.flow import ToyPush

    register_flow(ToyPush())


def main() -> None:
    django.setup()
    hasten()
    register_toys()
    while True:
        work_round()
        time.sleep(ROUND_SECONDS)


if __name__ == "__main__":
    main()
