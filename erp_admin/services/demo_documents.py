"""Sample commitments and change orders of the demo: plainly fictional, in every state worth seeing, and their push.

Owns the samples. Uses only the services that pages and commands use; what is there already stays as it is.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from accounts.models import Tenant, User
from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentKind, CommitmentLine, Project
from erp_admin.services.commitments import approve, save_change_order, save_commitment
from integrations.engine.runner import run_to_end
from integrations.models import Connection, ListItem, Push, Trigger
from integrations.services.pushes import ask_pushes, push_flow, ready_documents

SUBCONTRACT, ORDER = CommitmentKind.SUBCONTRACT, CommitmentKind.PURCHASE_ORDER
JOB: Final = "24-001"
FLOWS: Final = ("commitments", "change_orders")


@dataclass(frozen=True)
class Sample:
    """`vendor` is a position among the usable vendors of Intacct; None leaves the vendor to be matched by hand."""

    kind: CommitmentKind
    number: str
    title: str
    vendor: int | None
    dated_on: date
    lines: tuple[tuple[str, str], ...]
    retainage: str = "0"
    is_approved: bool = True


COMMITMENTS: Final = (
    Sample(
        SUBCONTRACT, "SC-24-001-11", "Footings and foundation walls", 0, date(2026, 1, 12),
        (("Footings", "84500.00"), ("Foundation walls", "126300.00"), ("Waterproofing", "18250.50")), "10",
    ),
    Sample(
        SUBCONTRACT, "SC-24-001-12", "Structural steel", 1, date(2026, 1, 20),
        (("Shop drawings", "12000.00"), ("Fabrication", "310000.00"), ("Erection", "145000.00")), "10",
    ),
    Sample(ORDER, "PO-24-001-11", "Reinforcing bars", 2, date(2026, 1, 15), (("Bars, 32 t", "41600.00"),)),
    Sample(SUBCONTRACT, "SC-24-001-13", "Roofing", 3, date(2026, 2, 9), (("Membrane roof", "97800.00"),), "5", False),
    Sample(SUBCONTRACT, "SC-24-001-14", "Landscaping", None, date(2026, 3, 2), (("Planting", "22400.00"),)),
)  # fmt: skip
CHANGE_ORDERS: Final = (
    ("SC-24-001-11", "CO-1", "Deeper footings along grid line C", date(2026, 2, 17), (("Extra concrete", "6840.00"),)),
    ("SC-24-001-12", "CO-1", "Credit for reused bracing", date(2026, 2, 24), (("Bracing", "-4200.00"),)),
)


def create_documents(tenant: Tenant, connection: Connection, *, by: User | None = None) -> tuple[int, str]:
    """Enter what is not there yet; return how many documents that were, and the outcome in words."""
    vendors = ListItem.objects.filter(connection=connection, kind="vendors", is_active=True, missing_at=None)
    usable = list(vendors.filter(entity_id="").exclude(fields__ONHOLD="true").order_by("record_no")[:4])
    project = Project.objects.filter(number=JOB).first()
    made = 0
    for sample in COMMITMENTS:
        if not Commitment.objects.filter(number=sample.number).exists():
            _commitment(tenant, sample, usable, project, by)
            made += 1
    for base_number, number, title, dated_on, lines in CHANGE_ORDERS:
        base = Commitment.objects.get(number=base_number)
        if not base.change_orders.filter(number=number).exists():
            change = ChangeOrder(tenant=tenant, commitment=base, number=number, title=title, dated_on=dated_on)
            approve(save_change_order(change, [ChangeOrderLine(**_line(*line)) for line in lines]), by=by)
            made += 1
    there = len(COMMITMENTS) + len(CHANGE_ORDERS) - made
    return made, f"{made} new" + (f", {there} were there already" if there else "")


def _commitment(
    tenant: Tenant, sample: Sample, vendors: list[ListItem], project: Project | None, by: User | None
) -> None:
    vendor = vendors[sample.vendor] if sample.vendor is not None else None
    document = Commitment(
        tenant=tenant,
        kind=sample.kind,
        number=sample.number,
        title=sample.title,
        vendor_id=vendor.business_id if vendor else "",
        vendor_name=vendor.name if vendor else "Green Acre Gardens (fictional)",
        project=project,
        dated_on=sample.dated_on,
        term_name="Net 30",
        retainage_percent=Decimal(sample.retainage),
        currency=tenant.base_currency or "USD",
    )
    save_commitment(document, [CommitmentLine(**_line(*line)) for line in sample.lines])
    if sample.is_approved:
        approve(document, by=by)


def _line(description: str, amount: str) -> dict[str, Any]:
    return {"description": description, "unit_price": Decimal(amount)}


def push_documents(connection: Connection) -> tuple[int, int, str]:
    """Push what is ready, flow by flow; return how many arrived, the requests, and Intacct's ids in words."""
    arrived: list[str] = []
    counts: Counter[str] = Counter()
    requests = 0
    for key in FLOWS:
        flow = push_flow(key)
        asked = ask_pushes(connection, flow, ready_documents(flow), trigger=Trigger.COMMAND, queued=False)
        counts["blocked"] += len(asked.blocked)
        if asked.started is None:
            continue
        run = run_to_end(asked.started.run)
        requests += sum(run.steps.values_list("requests", flat=True))
        pushes = Push.objects.filter(run=run).order_by("pk")
        arrived += [push.remote_id for push in pushes if push.remote_id]
        counts["failed"] += sum(not push.remote_id for push in pushes)
    told = [f"{number} {name}" for name, number in counts.items() if number]
    return len(arrived), requests, "; ".join([", ".join(arrived) or "nothing to push", *told])
