"""The flow of the toy document: an order, a change to it, and another after that, each a record of its own in Intacct.

Owns the smallest flow of several steps that Intacct accepts. What the engine does with it is not its business.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from integrations import intacct
from integrations.delivery.contract import (
    Found,
    FromStep,
    Plan,
    PlannedField,
    PlannedStep,
    Problem,
    PushContext,
    PushFlow,
    Step,
)
from integrations.delivery.snapshot import Field, Fields, Snapshot
from integrations.delivery.values import Kind
from integrations.intacct import Query, in_
from integrations.models import Operation, Push, RemoteRecord
from tests.toy.models import ToyOrder

ASKED = ("RECORDNO", "DOCID", "DOCNO", "DOCPARID", "CUSTVENDID", "TRX_TOTAL", "STATE", "RECORD_URL")
ORDER, CHANGE, LAST = "order", "change", "last"
ENDINGS = {ORDER: "", CHANGE: "-C", LAST: "-L"}


class ToyPush(PushFlow[ToyOrder]):
    key = "toys"
    title = "Push toys"
    model = ToyOrder
    records = "PODOCUMENT"
    noun = "toy"
    plural = "toys"
    steps = (
        Step(ORDER, "Order"),
        Step(CHANGE, "Change", after=(ORDER,), advice="The order is in Intacct; push again to add the change."),
        Step(LAST, "Last change", after=(CHANGE,)),
    )
    fields = Fields(head={"documentno": Field("Number"), "total": Field("Total", Kind.AMOUNT)})

    def named(self, numbers: Sequence[str]) -> Iterable[ToyOrder]:
        return ToyOrder.objects.filter(number__in=numbers)

    def label(self, document: ToyOrder) -> str:
        return document.number

    def validate(self, document: ToyOrder, context: PushContext) -> list[Problem]:
        return [] if document.vendor_id else [Problem("vendor_id", "It has no vendor.", "Choose one.")]

    def plan(self, document: ToyOrder, context: PushContext) -> Plan:
        keys = [step.key for step in self.steps][: document.records]
        return Plan(tuple(planned(document, key) for key in keys), f"By {len(keys)} records", "as many as it says")

    def here(self, document: ToyOrder, context: PushContext, sent: Snapshot) -> Snapshot:
        return written(document, ORDER)

    def here_of(self, step: str, document: ToyOrder, context: PushContext, sent: Snapshot) -> Snapshot:
        return written(document, step)

    def search(self, client: intacct.Client, text: str) -> Sequence[Found]:
        return read(client, "DOCNO", [text])

    def sent_of_linked(self, document: ToyOrder) -> Snapshot:
        return written(document, ORDER)

    def held(self, path: str, facts: Mapping[str, object]) -> str | None:
        return None

    def look_up(self, client: intacct.Client, pushes: Sequence[Push]) -> Mapping[int, Sequence[Found]]:
        seen = read(client, "DOCNO", [push.reference for push in pushes])
        return {push.pk: [one for one in seen if one.facts["DOCNO"] == push.reference] for push in pushes}

    def is_ours(self, push: Push, found: Found) -> bool:
        return Decimal(str(found.facts["TRX_TOTAL"])) == Decimal(push.expected["total"])

    def read_back(self, client: intacct.Client, remote_ids: Collection[str]) -> Mapping[str, Found]:
        return {one.remote_id: one for one in read(client, "DOCID", remote_ids)}

    def reading(self, document: ToyOrder, record: RemoteRecord, found: Found) -> Snapshot:
        return Snapshot({"documentno": str(found.facts["DOCNO"]), "total": str(found.facts["TRX_TOTAL"])})

    def take_theirs(self, document: ToyOrder, record: RemoteRecord, found: Found, context: PushContext) -> None:
        document.total = Decimal(str(found.facts["TRX_TOTAL"]))
        document.save(update_fields=["total"])


def written(document: ToyOrder, step: str) -> Snapshot:
    return Snapshot({"documentno": f"{document.number}{ENDINGS[step]}", "total": str(document.total)})


def planned(document: ToyOrder, step: str) -> PlannedStep:
    number = f"{document.number}{ENDINGS[step]}"
    line: dict[str, Any] = {"itemid": "SUBCON", "quantity": 1, "unit": "Each", "price": document.total}
    line |= {"locationid": "100", "memo": document.memo}
    explained = [PlannedField("documentno", "Number", number, "the toy")]
    if step != ORDER:
        line["relateddockey"] = FromStep(ORDER)
        explained.append(PlannedField("line 1/relateddockey", "Order's record", "", "the order", FromStep(ORDER)))
    head = {
        "transactiontype": "PC Subcontracts" if step == ORDER else "PC Subcontract CO",
        "datecreated": document.dated_on,
        "vendorid": document.vendor_id,
        "documentno": number,
        "referenceno": number,
        "termname": "Net 30",
        "returnto": {"contactname": ""},
        "payto": {"contactname": ""},
    }
    return PlannedStep(
        step=step,
        operation=Operation.CREATE,
        function_name="create_potransaction",
        fields={**head, "potransitems": {"potransitem": [line]}},
        explained=tuple(explained),
        expected={"total": str(document.total)},
        reference=number,
        sent=written(document, step),
    )


def read(client: intacct.Client, field: str, values: Collection[str]) -> list[Found]:
    """Purchasing documents by number or id."""
    if not values:
        return []
    query = Query("PODOCUMENT", ASKED, where=in_(field, sorted(values)), show_private=True)
    rows = [row for page in client.pages(query) for row in page.rows]
    return [Found(int(row["RECORDNO"]), row["DOCID"], row["RECORD_URL"], row["STATE"], row) for row in rows]
