"""Commitments -> purchasing transactions: the mapping, and what is asked of a commitment before it is pushed.

Element names and order: developer.intacct.com, Purchasing > Purchasing transactions.
"""

from collections.abc import Collection, Iterable, Sequence

from erp_admin.models import Commitment
from erp_admin.purchasing import checks, matching, posted, reading, updates
from erp_admin.purchasing.flow import PurchasingPush
from erp_admin.purchasing.mapping import LINES, PurchaseMapping, functions_of, head_of, setting_named
from erp_admin.purchasing.selectors import commitments_numbered
from erp_admin.purchasing.settings import DEFINITIONS, SHARED_SETTINGS, URL_FIELD
from erp_admin.purchasing.sources import PurchaseSource
from integrations.delivery.contract import Found, Plan, Problem, PushContext
from integrations.delivery.mapping import Row
from integrations.delivery.remote_records import sent_of
from integrations.delivery.snapshot import FieldDifference, Snapshot
from integrations.models import RemoteRecord

NUMBER = "the commitment's number"
NO_LINES = Problem("lines", "The commitment has no lines.", "Enter its schedule of values.")
MAPPING = PurchaseMapping(
    head_of("the commitment", NUMBER, DEFINITIONS).extended(
        Row(
            "scope", "Scope", "the commitment", lambda s: s.base.scope,
            when="the definition has additional information with a scope",
            sent_if=lambda s: s.definition_fact("ENABLEADDINFOSCOPE") == "true",
        ),
        Row(
            "externalrefno", "External reference", NUMBER, lambda s: s.number,
            when="the definition has additional information with an external reference",
            sent_if=lambda s: s.definition_fact("ENABLEADDINFOEXTERNALREF") == "true",
        ),
        Row(
            "currency", "Currency", "the commitment", lambda s: s.base.currency, reads="CURRENCY",
            when="it is not the company's currency", sent_if=lambda s: s.is_foreign,
        ),
        # In a session of an entity a currency needs a rate type; empty means the company's standard one.
        Row(
            "exchratetype", "Exchange rate type", "empty: the company's standard one", lambda s: "",
            when="a currency is sent", sent_if=lambda s: s.is_foreign, sends_empty=True, is_explained=False,
        ),
        Row(
            "customfields", "Link back", "address of its page here, in that custom field", lambda s: s.link,
            when=f"{setting_named(URL_FIELD)} names one", sent_if=lambda s: s.has_link, is_compared=False,
        ),
        # Never written by itself: it chooses the definition.
        Row("kind", "Type", "the commitment", lambda s: s.base.kind, fixed="type", is_element=False),
    ),
    LINES,
)  # fmt: skip


class CommitmentPush(PurchasingPush[Commitment]):
    key = "commitments"
    title = "Push commitments"
    settings = (*DEFINITIONS.values(), *SHARED_SETTINGS)
    model = Commitment
    noun = "commitment"
    plural = "commitments"
    mapping = MAPPING
    fields = MAPPING.fields
    functions = functions_of(MAPPING, is_updated=True)
    document_url_name = "commitment"
    list_url_name = "commitments"

    def named(self, numbers: Sequence[str]) -> Iterable[Commitment]:
        return commitments_numbered(numbers)

    def validate(self, document: Commitment, context: PushContext) -> list[Problem]:
        source, mirror = self.source_of(document, context), context.mirror
        found = checks.head_problems(source, mirror) + checks.commitment_problems(source, mirror)
        found += checks.lines_problems(source, mirror, without=NO_LINES, unsaved="Open the commitment and save it.")
        if found or not document.remote_id:
            return found
        return updates.problems_of(self.mapping, source, self.vouched(source))

    def plan(self, document: Commitment, context: PushContext) -> Plan | None:
        source = self.source_of(document, context)
        if not document.remote_id:
            return Plan.of(updates.created(self.written(source)))
        sent = source.written  # None where it was linked: `validate` lets it pass only while nothing changed
        step = updates.updated(self.written(source.after(sent)), sent) if sent is not None else None
        return Plan.of(step) if step is not None else None

    def entity_of(self, document: Commitment) -> str:
        return document.entity_id

    def currency_of(self, document: Commitment) -> str:
        return document.currency

    def vouched(self, source: PurchaseSource) -> Snapshot:
        base = source.base
        return matching.vouched_for(base, base.vendor_id, base.currency, lines=len(source.lines))

    def sent_of_linked(self, document: Commitment) -> Snapshot:
        return matching.vouched_for(document, document.vendor_id, document.currency)

    def own_part(self, document: Commitment, record: RemoteRecord, found: Found) -> Found:
        return posted.own_part(document, record, found)

    def is_ordinary(self, document: Commitment, changed: Collection[str], found: Found) -> bool:
        return reading.is_ordinary(changed, is_explained=posted.explains(document, found))

    def cross_checks(self, document: Commitment, record: RemoteRecord, found: Found) -> Sequence[FieldDifference]:
        return [*posted.state_difference(record, found), *posted.revised_difference(document, found)]

    def moved_by_writing(self, before: Snapshot, now: Snapshot) -> Collection[str]:
        return posted.moved(before, now)

    def why_not_updated(self, document: Commitment, record: RemoteRecord) -> Problem | None:
        return next(iter(updates.never(document, sent_of(self.key, document))), None)
