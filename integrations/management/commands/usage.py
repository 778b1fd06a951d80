"""`usage SLUG`: what this month's requests to Sage Intacct have cost, against the budget."""

from typing import Any

from accounts.models import Tenant
from integrations.commands import TenantCommand
from integrations.usage.selectors import days_of, flows_of, gauge


class Command(TenantCommand):
    help = "Show the API transactions of this month, by day and by flow, against the budget of the connection."

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        connection = self.connection()
        found = gauge(connection)
        days = [day for day in days_of(connection, found.month) if day.requests]
        flows = flows_of(connection, found.month)
        facts = {
            "company": connection.company_id,
            "month": f"{found.month:%Y-%m}",
            "used": found.used,
            "own": found.own,
            "budget": found.budget,
            "percent": found.percent,
            "days": [{"day": str(row.day), "billable": row.billable, "requests": row.requests} for row in days],
            "flows": [{"flow": row.flow, "billable": row.billable, "requests": row.requests} for row in flows],
        }
        share = f", {found.own:,} of them by this tenant" if found.others else ""
        self.report(
            facts,
            f"{connection.company_id}, {found.month:%Y-%m}: {found.used:,} of {found.budget:,} API transactions "
            f"({found.share}){share}.",
            *(f"  {row.flow or 'outside runs':20} {row.billable:>9,} in {row.requests:,} requests" for row in flows),
            *(f"  {row.day!s:20} {row.billable:>9,} in {row.requests:,} requests" for row in days),
        )
