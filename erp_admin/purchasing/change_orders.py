"""Commitment change orders -> purchasing transactions of a change-order definition, tied to their commitment by line.

What the commitment says goes with them, as it was when they were first written.
"""

from collections.abc import Collection, Iterable, Sequence

from erp_admin.models import ChangeOrder
from erp_admin.purchasing import checks, matching, reading, updates
from erp_admin.purchasing.commitments import CommitmentPush
from erp_admin.purchasing.flow import PurchasingPush
from erp_admin.purchasing.mapping import LINES, PurchaseMapping, functions_of, head_of, setting_named
from erp_admin.purchasing.records import PurchasingDocuments
from erp_admin.purchasing.selectors import change_orders_numbered
from erp_admin.purchasing.settings import CHANGE_DEFINITIONS, LINE_CHANGES, SHARED_SETTINGS
from erp_admin.purchasing.sources import PurchaseSource
from integrations.delivery.contract import Found, Plan, Problem, PushContext, PushFlow, Waiting
from integrations.delivery.drift import differ
from integrations.delivery.mapping import Row
from integrations.delivery.snapshot import Snapshot
from integrations.models import PushedDocument, RemoteRecord
from integrations.runs.flow import flow_for

NO_LINES = Problem("lines", "The change order has no lines.", "Enter what it changes.")
MAPPING = PurchaseMapping(
    head_of("the change order", "numbers of commitment and change order", CHANGE_DEFINITIONS),
    LINES.extended(
        # What ties a line to the commitment. Without a line key Intacct adds the line to it.
        Row(
            "relateddockey", "Commitment's record", "record number of the commitment in Intacct",
            lambda s: s.head.base.remote_record_no, is_compared=False,
        ),
        Row(
            "relateddoclinekey", "Commitment's line", "record number in Intacct of the line it changes",
            lambda s: s.changed_key,
            lambda s: f"record number of line {s.changed_line and s.changed_line.number} in Intacct",
            when=f"{setting_named(LINE_CHANGES)} has changes refer to lines, and it changes one that is in Intacct",
            sent_if=lambda s: s.changed_line is not None, is_compared=False,
        ),
    ),
)  # fmt: skip


class ChangeOrderPush(PurchasingPush[ChangeOrder]):
    key = "change_orders"
    title = "Push commitment change orders"
    settings = (*CHANGE_DEFINITIONS.values(), LINE_CHANGES, *SHARED_SETTINGS)
    model = ChangeOrder
    noun = "change order"
    plural = "change orders"
    mapping = MAPPING
    fields = MAPPING.fields
    functions = functions_of(MAPPING, is_updated=False)
    touched = (CommitmentPush.key,)
    reads_per_batch = 2 * PurchasingDocuments.reads_per_batch  # the change orders and their commitments
    document_url_name = "change_order"
    list_url_name = "change_orders"

    def named(self, numbers: Sequence[str]) -> Iterable[ChangeOrder]:
        return change_orders_numbered(numbers)

    def waits_for(self, document: ChangeOrder) -> Waiting | None:
        base = document.commitment
        if base.is_delivered and base.remote_record_no is not None:
            return None
        sentence = f"Commitment {base.number} is not in Intacct yet. It is pushed as soon as the commitment is."
        return Waiting(base, sentence)

    def validate(self, document: ChangeOrder, context: PushContext) -> list[Problem]:
        source, mirror = self.source_of(document, context), context.mirror
        found = checks.head_problems(source, mirror)
        found += checks.lines_problems(source, mirror, without=NO_LINES, unsaved="Open it and save it.")
        sent = Snapshot.of(source.record.sent) if source.record is not None else None
        if sent is not None and differ(self.snapshot_of(source, sent), sent, self.fields):
            found.append(_never_updated(document))
        return found

    def plan(self, document: ChangeOrder, context: PushContext) -> Plan | None:
        if document.is_linked or document.remote_id:
            return None  # `validate` lets it pass only while nothing changed
        return Plan.of(updates.created(self.written(self.source_of(document, context))))

    def entity_of(self, document: ChangeOrder) -> str:
        return document.commitment.entity_id

    def currency_of(self, document: ChangeOrder) -> str:
        return document.commitment.currency

    def vouched(self, source: PurchaseSource) -> Snapshot:
        return matching.vouched_for(source.document, source.base.vendor_id, lines=len(source.lines))

    def sent_of_linked(self, document: ChangeOrder) -> Snapshot:
        return matching.vouched_for(document, document.commitment.vendor_id)

    def is_ordinary(self, document: ChangeOrder, changed: Collection[str], found: Found) -> bool:
        return reading.is_ordinary(changed, is_explained=True)

    def touches(self, document: ChangeOrder) -> Iterable[tuple[PushFlow, PushedDocument]]:
        """A change order that lands moves the revised total of its commitment and adds lines to it."""
        flow = flow_for(CommitmentPush.key)
        if isinstance(flow, PushFlow) and document.commitment.remote_id:
            yield flow, document.commitment

    def why_not_updated(self, document: ChangeOrder, record: RemoteRecord) -> Problem | None:
        return _never_updated(document)


def _never_updated(document: ChangeOrder) -> Problem:
    sentence = f"It is {document.remote_id} in Intacct, and a change order there is not changed any more."
    fix = "Use Intacct's version, or enter another change order for the difference."
    return Problem("state", sentence, fix, code="DOC-STATE")
