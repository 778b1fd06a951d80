"""Toy documents as tests enter, approve and push them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.approval.service import move_approval
from integrations.approval.transitions import Act
from integrations.models import Connection
from integrations.runs import flow as register
from integrations.runs.flow import register_flow
from tests.erp_admin.samples import some_vendor
from tests.toy.flow import ToyPush
from tests.toy.models import ToyOrder


@contextmanager
def registered() -> Iterator[ToyPush]:
    """The toy flow for as long as it lasts: pages list every flow there is, and no page knows this one."""
    known = dict(register._flows)
    flow = ToyPush()
    register_flow(flow)
    try:
        yield flow
    finally:
        register._flows.clear()
        register._flows.update(known)


def toy(connection: Connection, number: str, total: str = "100.00", **facts: Any) -> ToyOrder:
    """An approved toy document."""
    facts = {"vendor_id": some_vendor(connection).business_id, "dated_on": date(2026, 3, 2), **facts}
    document = ToyOrder(tenant=connection.tenant, number=number, total=Decimal(total), **facts)
    document.save()
    move_approval(document, Act.APPROVE)
    return document
