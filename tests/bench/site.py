"""The project as the bench uses it: one tenant, connected to the local Intacct, in the database of DATABASE_URL.

Owns the tenant of the bench. Import it first: it starts Django.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection as database  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Tenant  # noqa: E402
from accounts.tenancy import tenant_scope  # noqa: E402
from integrations.connections.service import authorize  # noqa: E402
from integrations.gateway.access import live_connection  # noqa: E402
from integrations.mirror.clock import learn_clock  # noqa: E402
from integrations.models import Connection  # noqa: E402

SLUG = "bench"


def prepare() -> None:
    """Make the tables, the tenant and its connection."""
    call_command("migrate", verbosity=0)
    tenant = Tenant.objects.create(name="Measured Builders", slug=SLUG, time_zone="UTC", base_currency="USD")
    with tenant_scope(tenant):
        authorize(
            tenant,
            company_id=os.environ["BENCH_COMPANY"],
            user_id=os.environ["BENCH_USER"],
            password=os.environ["BENCH_PASSWORD"],
        )


@contextmanager
def connected() -> Iterator[Connection]:
    """The connection, in the scope of its tenant."""
    with tenant_scope(Tenant.objects.get(slug=SLUG)):
        connection = live_connection()
        if connection is None:
            raise SystemExit("The tenant of the bench is not connected.")
        yield connection


def backends() -> list[int]:
    """The server processes that work for this database."""
    if database.vendor != "postgresql":
        return []
    with database.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return [pid for (pid,) in cursor.fetchall()]


def learn() -> None:
    """Learn the clock of the company, as a push that is read back teaches it; the local Intacct stamps in UTC."""
    with connected() as connection:
        now = timezone.now()
        learn_clock(connection, stamped=now, happened_at=now, source="the bench")


if __name__ == "__main__":
    {"prepare": prepare, "learn": learn}[sys.argv[1]]()
