"""Bills as tests enter them, on records of the demo company."""

from datetime import date
from decimal import Decimal
from typing import Any

from erp_admin.bills.service import approve, save_bill
from erp_admin.models import Bill, BillLine, Project
from integrations.models import Connection
from integrations.settings.service import save_settings
from tests.erp_admin.samples import SETTINGS, some_vendor


def choose_bill_settings(connection: Connection, **more: str) -> None:
    values = {**SETTINGS, "bill_action": "Draft", **more}
    save_settings(connection, values=values, switched={"sync_commitments": True, "sync_bills": True})


def our_project(connection: Connection) -> Project:
    """One that is in Intacct: the accounts for costs ask for a project."""
    found, _ = Project.objects.get_or_create(
        tenant=connection.tenant,
        number="24-001",
        defaults={"name": "Riverside", "currency": "USD", "remote_id": "24-001"},
    )
    return found


def bill(connection: Connection, number: str, *amounts: str, approved: bool = True, **more: Any) -> Bill:
    """A bill with a line of each amount."""
    vendor = more.pop("vendor", None) or some_vendor(connection)
    facts = {
        "title": "Progress 1",
        "vendor_id": vendor.business_id,
        "vendor_name": vendor.name,
        "dated_on": date(2026, 3, 31),
        "due_on": date(2026, 4, 30),
        "currency": "USD",
        "term_name": "Net 30",
        "project": our_project(connection),
        **more,
    }
    document = Bill(tenant=connection.tenant, number=number, **facts)
    lines = [
        BillLine(number=position, description=f"Part {position}", unit_price=Decimal(amount))
        for position, amount in enumerate(amounts or ("1000.00",), start=1)
    ]
    save_bill(document, lines)
    return approve(document) if approved else document
