"""What goes over the wire stays the same bytes: the control id of a push is a digest of them.

wire.json holds what planning wrote for varied documents. A queued push of an older version is sent as planned only as
long as planning still writes that; `WRITE_WIRE=1` makes the file again, for a change that is meant.

All but `edited` and `emptied` are as 0.1.0 wrote them. Those two emptied fields of lines, which is refused since; they
were made again without that, and what is left of them is as it was.
"""

import json
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentKind, CommitmentLine, Project
from erp_admin.purchasing.service import approve, save_change_order, save_commitment
from integrations.delivery.planning import assess, context_for
from integrations.delivery.requests import push_flow
from integrations.models import Connection, ListItem
from integrations.settings.service import save_settings
from tests import lists
from tests.erp_admin.samples import SETTINGS, change_order, choose_settings, commitment
from tests.integrations.delivery.ledger import push
from tests.snapshot import read_lists

WIRE = Path(__file__).parent / "wire.json"


@pytest.fixture
def office(connection: Connection) -> Connection:
    """A company whose definitions, projects and classes know everything that a document can name."""
    read_lists(connection, lists.DOCUMENTS)
    choose_settings(connection)
    kinds = ListItem.objects.filter(connection=connection)
    template = kinds.filter(kind="locations").earliest("record_no")
    template.pk, template.kind, template.business_id, template.record_no = None, "classes", "C1", 1
    template.save()
    for number, item in enumerate(kinds.filter(kind="projects", is_active=True).order_by("record_no")[:2], start=1):
        Project.objects.create(
            tenant=connection.tenant, number=f"P-{number}", name="Tower", remote_id=item.business_id,
            connection=connection, remote_record_no=item.record_no,
        )  # fmt: skip
    return connection


def definition(connection: Connection, name: str, **fields: str) -> None:
    item = ListItem.objects.get(connection=connection, kind="purchasing_definitions", business_id=name)
    ListItem.objects.filter(pk=item.pk).update(fields={**item.fields, **fields})


def cost_code(connection: Connection, project: Project) -> dict[str, str]:
    items = ListItem.objects.filter(connection=connection, kind="cost_types", fields__PROJECTID=project.remote_id)
    fields = items.earliest("record_no").fields
    return {"task_id": fields["TASKID"], "cost_type_id": fields["COSTTYPEID"]}


def rich(connection: Connection, number: str, class_id: str = "", **facts: Any) -> Commitment:
    """A purchase order with everything in it: each kind of line, each value of the head."""
    one, two = Project.objects.order_by("number")
    document = Commitment(
        tenant=connection.tenant, number=number, kind=CommitmentKind.PURCHASE_ORDER, title="Doors & frames <lot 1>",
        **{
            "vendor_id": commitment(connection, f"{number}-V").vendor_id, "dated_on": date(2026, 3, 2),
            "due_on": date(2026, 4, 15), "currency": "CAD", "retainage_percent": Decimal("7.50"), "project": one,
            "scope": "All of section 08.\nDelivered.", **facts,
        },
    )  # fmt: skip
    lines = [
        CommitmentLine(
            number=1, description="Hollow metal doors " * 10, quantity=Decimal("12.5"), unit="Hour",
            unit_price=Decimal("80.123456"), **cost_code(connection, one),
        ),
        CommitmentLine(
            number=2, description="Frames", unit_price=Decimal("-250"), project=two, item_id="SUBCON",
            location_id="100", department_id=first(connection, "departments"), class_id=class_id,
            retainage_percent=Decimal("10"),
        ),
        CommitmentLine(number=7, description="Freight", unit_price=Decimal("99.99"), retainage_percent=Decimal(0)),
    ]  # fmt: skip
    return approve(save_commitment(document, lines))


def first(connection: Connection, kind: str) -> str:
    return ListItem.objects.filter(connection=connection, kind=kind, is_active=True).earliest("record_no").business_id


def settle(connection: Connection, *, overrides: Any = None, **values: str) -> None:
    save_settings(
        connection, values={**SETTINGS, **values}, switched={"sync_commitments": True}, overrides=overrides or {}
    )


# The documents, each with what is chosen and mirrored when it is planned.


def plain(connection: Connection) -> Commitment:
    return commitment(connection, "W-1", "1000.00", "250.50")


def everything(connection: Connection) -> Commitment:
    definition(
        connection, "PC Purchase Order", ENABLEADDINFOSCOPE="true", ENABLEADDINFOEXTERNALREF="true", SEQUENCE="PO"
    )
    settle(connection, purchasing_conversion="Quantity", purchasing_url_field="ERP_LINK", purchasing_state="Draft")
    return rich(connection, "W-2", class_id="C1")


def of_nothing(connection: Connection) -> Commitment:
    """The number, the terms and the unit come from elsewhere: the definition has no sequence, but default terms."""
    definition(connection, "PC Subcontracts", SEQUENCE="", TERM_NAME="Net 30")
    settle(connection, purchasing_unit="Lot", default_department=first(connection, "departments"))
    return commitment(connection, "W-3", "5", term_name="")


def by_level(connection: Connection) -> Commitment:
    """Nearer levels win: of the project of each line, and of the head."""
    one, two = Project.objects.order_by("number")
    choices = {
        f"project:{one.remote_id}": {"purchasing_conversion": "Quantity", "purchasing_state": "Draft"},
        f"project:{two.remote_id}": {"default_location": first(connection, "locations")},
    }
    settle(connection, overrides=choices)
    return rich(connection, "W-4", due_on=None, term_name="Net 30", currency="USD", retainage_percent=Decimal(0))


def delivered(connection: Connection, base: Commitment) -> Commitment:
    push(connection, base)
    assert base.is_delivered, base.state_reason
    return base


def added(connection: Connection) -> ChangeOrder:
    return change_order(delivered(connection, commitment(connection, "W-5", "1000.00")), "1", "100.00", "-20.00")


def changed(connection: Connection) -> ChangeOrder:
    """Of a purchase order with everything, one line changes a line of it and one adds one."""
    definition(connection, "PC PO Change Order", SEQUENCE="", TERM_NAME="Net 30")
    settle(connection, change_order_lines="changed")
    base = delivered(connection, rich(connection, "W-6", currency="USD"))
    document = ChangeOrder(
        tenant=base.tenant, commitment=base, number="002", title="More doors", dated_on=date(2026, 5, 4)
    )
    lines = [
        ChangeOrderLine(number=1, description="Door 13", unit_price=Decimal("80"), changes_line=base.lines.first()),
        ChangeOrderLine(number=2, description="Wages", unit_price=Decimal("40"), quantity=Decimal(3), unit="Hour"),
    ]
    return approve(save_change_order(document, lines))


def edited(connection: Connection) -> Commitment:
    """A line edited, one removed, one added; title and terms otherwise."""
    base = delivered(connection, rich(connection, "W-7", currency="USD", due_on=None, term_name="Net 30"))
    base.title, base.dated_on, base.scope = "Doors and frames", date(2026, 3, 9), "Less"
    lines = list(base.lines.all())
    lines[0].unit_price, lines[0].description = Decimal(75), "Doors"
    new = CommitmentLine(number=8, description="Locks", unit_price=Decimal("12.34"), quantity=Decimal(10))
    return approve(save_commitment(base, [lines[0], lines[2], new]))


def emptied(connection: Connection) -> Commitment:
    base = delivered(connection, commitment(connection, "W-8", "10", "20", project=Project.objects.first()))
    base.term_name, base.due_on = "", date(2026, 6, 1)
    return approve(save_commitment(base, list(base.lines.all())))


def after_settings(connection: Connection) -> Commitment:
    """What settings filled in when it was first written stays, though they say otherwise now."""
    definition(connection, "PC Subcontracts", TERM_NAME="Net 30")
    base = delivered(connection, commitment(connection, "W-9", "10", "20", term_name=""))
    definition(connection, "PC Subcontracts", SEQUENCE="", TERM_NAME=first(connection, "ap_terms"))
    settle(
        connection, purchasing_unit="Lot", purchasing_state="Draft", purchasing_conversion="Quantity",
        default_location="", default_department=first(connection, "departments"),
    )  # fmt: skip
    lines = list(base.lines.all())
    lines[0].quantity, lines[0].unit_price = Decimal(2), Decimal(6)
    new = CommitmentLine(number=3, description="Later", unit_price=Decimal(1), quantity=Decimal(4))
    return approve(save_commitment(base, [*lines, new]))


DOCUMENTS: dict[str, Callable[[Connection], Commitment | ChangeOrder]] = {
    each.__name__: each
    for each in (plain, everything, of_nothing, by_level, added, changed, edited, emptied, after_settings)
}


def written(connection: Connection, document: Commitment | ChangeOrder) -> dict[str, Any]:
    """What planning writes of a document, with places in place of the keys of our own rows."""
    flow = push_flow("commitments" if isinstance(document, Commitment) else "change_orders")
    connection.refresh_from_db()
    document = type(document)._default_manager.get(pk=document.pk)
    plan, problems = assess(flow, document, context_for(connection))
    assert plan is not None, [str(problem) for problem in problems]
    (step,) = getattr(plan, "steps", (plan,))
    numbers = {str(line.pk): f"line {line.number}" for line in document.lines.all()}
    sent: Any = step.sent.as_json()
    for part in ("lines", "numbers", "records", "defaults"):
        if part in sent:
            sent[part] = {numbers.get(key, key): value for key, value in sent[part].items()}
    sent["defaults"] = {key: sorted(names) for key, names in sent["defaults"].items()}
    return {
        "operation": str(step.operation),
        "reference": step.reference,
        "entity": step.entity_id,
        "expected": dict(step.expected),
        "sent": sent,
        "xml": step.function("golden").xml.replace(f"/{document.pk}/", "/PK/"),
    }


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_same_bytes_are_written_as_before(office: Connection, name: str) -> None:
    now = json.loads(json.dumps(written(office, DOCUMENTS[name](office))))
    kept = json.loads(WIRE.read_text()) if WIRE.exists() else {}
    if os.environ.get("WRITE_WIRE"):
        kept[name] = now
        WIRE.write_text(json.dumps(kept, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    assert now == kept[name]
