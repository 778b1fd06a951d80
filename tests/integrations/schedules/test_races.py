"""Real threads against one PostgreSQL: dispatchers that look at the same moment, requests that are counted at once."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection as database
from django.utils import timezone

from accounts.models import Tenant
from integrations.gateway.metering import count_exchange
from integrations.models import ApiUsage, Cadence, SyncRun, SyncSchedule
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from integrations.schedules.due import start_due
from integrations.schedules.profiles import Choice, ProfileChoices, ensure_profile, save_profile
from tests.integrations.runs.test_races import at_once, connect

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(database.vendor != "postgresql", reason="needs PostgreSQL"),
]


def test_dispatchers_that_look_at_once_start_one_run(scoped: Tenant, intacct: SandboxServer) -> None:
    connection = connect(scoped, intacct)
    hourly = Choice(Cadence.HOURLY)
    save_profile(connection, "", ProfileChoices({"projects": hourly, "accounting": hourly}, None, (), {}), version=0)
    for number in range(1, 6):
        SyncSchedule.objects.exclude(cadence=Cadence.NEVER).update(next_due_at=timezone.now() - timedelta(minutes=1))
        look = partial(start_due, scoped, timezone.now())
        came = at_once(scoped, *[look] * 4)
        assert sorted(len(runs) for runs in came) == [0, 0, 0, 1]
        assert SyncRun.objects.count() == number
        run_to_end(SyncRun.objects.latest("pk"))


def test_a_profile_needed_by_many_at_once_is_made_once(scoped: Tenant, intacct: SandboxServer) -> None:
    connection = connect(scoped, intacct)
    came = at_once(scoped, *[lambda: ensure_profile(connection).pk] * 4)
    assert len(set(came)) == 1
    groups = list(SyncSchedule.objects.values_list("group", flat=True))
    assert len(groups) == len(set(groups))


def test_no_request_is_lost_when_many_are_counted_at_once(scoped: Tenant, intacct: SandboxServer) -> None:
    now = timezone.now()

    def count() -> None:
        for _ in range(20):
            count_exchange(tenant_id=scoped.pk, company_id="busy-co", flow="lists", at=now, billable=2)

    at_once(scoped, *[count] * 4)
    row = ApiUsage.objects.get(company_id="busy-co")
    assert (row.requests, row.billable) == (80, 160)
