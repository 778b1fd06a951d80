"""Commitments and change orders as tests enter them, on records of the demo company."""

from datetime import date
from decimal import Decimal
from typing import Any

from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentKind, CommitmentLine
from erp_admin.purchasing.service import approve, save_change_order, save_commitment
from integrations.models import Connection, ListItem
from integrations.settings.service import save_settings

SETTINGS = {
    "default_account": "5010",
    "default_item": "SUBCON",
    "subcontract_definition": "PC Subcontracts",
    "purchase_order_definition": "PC Purchase Order",
    "subcontract_change_definition": "PC Subcontract CO",
    "purchase_order_change_definition": "PC PO Change Order",
    "default_location": "100",
}


def choose_settings(connection: Connection, **more: str) -> None:
    save_settings(connection, values={**SETTINGS, **more}, switched={"sync_commitments": True})


def some_vendor(connection: Connection) -> ListItem:
    usable = ListItem.objects.filter(connection=connection, kind="vendors", is_active=True, entity_id="")
    return usable.exclude(fields__ONHOLD="true").earliest("record_no")


def commitment(connection: Connection, number: str, *amounts: str, approved: bool = True, **more: Any) -> Commitment:
    """A subcontract with a line of each amount."""
    facts = {
        "kind": CommitmentKind.SUBCONTRACT,
        "title": "Footings",
        "vendor_id": more.get("vendor_id") or some_vendor(connection).business_id,
        "dated_on": date(2026, 3, 2),
        "currency": "USD",
        "term_name": "Net 30",
        **more,
    }
    document = Commitment(tenant=connection.tenant, number=number, **facts)
    lines = [
        CommitmentLine(number=position, description=f"Part {position}", unit_price=Decimal(price))
        for position, price in enumerate(amounts or ("1000.00",), start=1)
    ]
    save_commitment(document, lines)
    return approve(document) if approved else document


def change_order(base: Commitment, number: str, *amounts: str) -> ChangeOrder:
    """An approved change order that adds a line of each amount."""
    document = ChangeOrder(
        tenant=base.tenant, commitment=base, number=number, title="More footings", dated_on=date(2026, 4, 1)
    )
    lines = [
        ChangeOrderLine(number=position, description=f"Change {position}", unit_price=Decimal(price))
        for position, price in enumerate(amounts or ("100.00",), start=1)
    ]
    return approve(save_change_order(document, lines))
