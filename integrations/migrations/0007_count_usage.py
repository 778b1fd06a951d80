"""Counts what the exchanges stored so far cost, so that the first month is whole."""

import datetime

from django.db import migrations


def count_stored_exchanges(apps, schema_editor):
    """Usage by day, company and flow from the exchanges that are there, read in one pass."""
    exchange = apps.get_model("integrations", "Exchange")
    usage = apps.get_model("integrations", "ApiUsage")
    sums = {}
    rows = exchange._base_manager.values_list("tenant_id", "company_id", "started_at", "run__flow", "billable")
    for tenant_id, company_id, started_at, flow, billable in rows.iterator(chunk_size=2000):
        key = (tenant_id, company_id, started_at.astimezone(datetime.UTC).date(), flow or "")
        requests, cost = sums.get(key, (0, 0))
        sums[key] = (requests + 1, cost + billable)
    usage._base_manager.bulk_create(
        (
            usage(tenant_id=tenant_id, company_id=company_id, day=day, flow=flow, requests=requests, billable=cost)
            for (tenant_id, company_id, day, flow), (requests, cost) in sums.items()
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("integrations", "0006_schedules")]

    operations = [migrations.RunPython(count_stored_exchanges, migrations.RunPython.noop)]
