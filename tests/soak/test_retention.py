"""Removing many rows at once: in short transactions and flat memory."""

import time
import tracemalloc
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Tenant
from integrations.models import Connection, Exchange
from integrations.operations.retention import prune

pytestmark = pytest.mark.soak

ROWS = 50_000
MEGABYTE = 1_000_000


def test_fifty_thousand_exchanges_are_removed_in_flat_memory(scoped: Tenant) -> None:
    connection = Connection.objects.create(tenant=scoped, company_id="summit-demo")
    at = timezone.now() - timedelta(days=100)
    row = {"tenant_id": scoped.pk, "connection": connection, "company_id": "summit-demo", "outcome": "success"}
    text = "<x>" + "y" * 2000 + "</x>"
    for _ in range(ROWS // 1000):
        Exchange.objects.bulk_create(
            [Exchange(**row, started_at=at, duration_ms=1, request_xml=text, response_xml=text) for _ in range(1000)]
        )
    kept = Exchange.objects.create(**row, started_at=timezone.now(), duration_ms=1)
    tracemalloc.start()
    began = time.monotonic()
    removed = prune()
    seconds, (_, peak) = time.monotonic() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert removed.is_complete
    assert [part.rows for part in removed.parts if part.key == "exchanges"] == [ROWS]
    assert Exchange.objects.get() == kept
    assert peak < 20 * MEGABYTE, peak  # the rows alone are 200 MB
    assert seconds < 60, seconds
    print(f"\n{ROWS} rows in {seconds:.1f} s, {peak / MEGABYTE:.1f} MB at most")  # noqa: T201 - the figure is the point
