"""Bills -> AP bills: the mapping, and what is asked of a bill before it is pushed.

Fields and rules: developer.intacct.com, Accounts Payable > Bills.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from erp_admin.bills import checks, overwrite, reading, sources, updates
from erp_admin.bills.mapping import COURSE, FUNCTIONS, MAPPING
from erp_admin.bills.records import PayableBills
from erp_admin.bills.selectors import bills_numbered
from erp_admin.bills.settings import OWN, SYNC_BILLS
from erp_admin.models import Bill
from integrations.delivery.contract import Found, Plan, Problem, PushContext, PushFlow
from integrations.delivery.remote_records import sent_of
from integrations.delivery.snapshot import Snapshot
from integrations.models import Push, RemoteRecord


class BillPush(PushFlow[Bill]):
    key = sources.KEY
    title = "Push bills"
    switch = SYNC_BILLS
    settings = OWN
    model = Bill
    records = PayableBills.object_name
    reads_per_batch = PayableBills.reads_per_batch
    noun = "bill"
    plural = "bills"
    fields = MAPPING.fields
    functions = FUNCTIONS
    course = COURSE
    looks_first = True
    document_url_name = "bill"
    list_url_name = "bills"

    def named(self, numbers: Sequence[str]) -> Iterable[Bill]:
        return bills_numbered(numbers)

    def label(self, document: Bill) -> str:
        return str(document)

    def prepare(self, documents: Sequence[Bill], context: PushContext) -> None:
        sources.prepare(documents, context)

    def validate(self, document: Bill, context: PushContext) -> list[Problem]:
        source = sources.source_of(document, context)
        found = checks.problems_of(source, context.mirror)
        if found or not document.remote_id:
            return found
        return updates.problems_of(source, reading.vouched_for(document, lines=len(source.lines)))

    def plan(self, document: Bill, context: PushContext) -> Plan | None:
        source = sources.source_of(document, context)
        if not document.remote_id:
            return Plan.of(updates.created(updates.Written(source)))
        sent = source.written  # None where it was linked: `validate` lets it pass only while nothing changed
        step = updates.updated(updates.Written(source.after(sent)), sent) if sent is not None else None
        return Plan.of(step) if step is not None else None

    def here(self, document: Bill, context: PushContext, sent: Snapshot) -> Snapshot:
        source = sources.source_of(document, context)
        if sent.lines is None:
            return reading.vouched_for(document, lines=len(source.lines))
        return updates.Written(source.after(sent)).snapshot

    def entity_of(self, document: Bill) -> str:
        return document.entity_id

    def currency_of(self, document: Bill) -> str:
        return document.currency

    def sent_of_linked(self, document: Bill) -> Snapshot:
        return reading.vouched_for(document)

    def duplicates(self, push: Push, found: Sequence[Found]) -> Sequence[Found]:
        return [record for record in found if record.facts.get("VENDORID") == push.expected.get("vendor")]

    def reading(self, document: Bill, record: RemoteRecord, found: Found) -> Snapshot:
        return reading.reading_of(document, record, found)

    def is_ordinary(self, document: Bill, changed: Collection[str], found: Found) -> bool:
        return reading.is_ordinary(changed)

    def moved_by_writing(self, before: Snapshot, now: Snapshot) -> Collection[str]:
        return updates.moved(before, now)

    def line_names(self, document: Bill, sent: Snapshot) -> Mapping[str, str]:
        return reading.names_of(document, sent)

    def why_not_updated(self, document: Bill, record: RemoteRecord) -> Problem | None:
        return next(iter(updates.never(document, sent_of(self.key, document))), None)

    def take_theirs(self, document: Bill, record: RemoteRecord, found: Found, context: PushContext) -> None:
        here = self.here(document, context, Snapshot.of(record.sent))
        overwrite.take(document, record, found, here, context)

    def take_keys(self, document: Bill, record: RemoteRecord, found: Found, *, is_new: bool) -> None:
        reading.take_keys(document, record, found, is_new=is_new)
