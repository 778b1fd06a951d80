"""What pushing commitments and change orders has in common: prepared, planned, read and compared as transactions.

Owns how a purchasing document becomes a plan by its mapping. Its mapping, its settings and its own rules stand in the
flow of each type.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeVar

from erp_admin.models import ChangeOrder, Commitment
from erp_admin.purchasing import matching, overwrite, posted, sources, updates
from erp_admin.purchasing.mapping import COURSE, PurchaseMapping
from erp_admin.purchasing.records import PurchasingDocuments
from erp_admin.purchasing.settings import SYNC_COMMITMENTS
from erp_admin.purchasing.sources import PurchaseSource
from integrations.delivery.contract import Found, PushContext, PushFlow
from integrations.delivery.snapshot import FieldDifference, Snapshot
from integrations.models import RemoteRecord

DocumentT = TypeVar("DocumentT", Commitment, ChangeOrder)


class PurchasingPush(PushFlow[DocumentT]):
    """A document that becomes a purchasing transaction."""

    switch = SYNC_COMMITMENTS
    records = PurchasingDocuments.object_name
    reads_per_batch = PurchasingDocuments.reads_per_batch
    course = COURSE
    mapping: ClassVar[PurchaseMapping]

    def label(self, document: DocumentT) -> str:
        return str(document)

    def prepare(self, documents: Sequence[DocumentT], context: PushContext) -> None:
        sources.prepare(self.key, documents, context)

    def source_of(self, document: DocumentT, context: PushContext) -> PurchaseSource:
        return sources.source_of(self.key, document, context)

    def written(self, source: PurchaseSource) -> updates.Written:
        return updates.written(self.mapping, source)

    def here(self, document: DocumentT, context: PushContext, sent: Snapshot) -> Snapshot:
        return self.snapshot_of(self.source_of(document, context), sent)

    def snapshot_of(self, source: PurchaseSource, sent: Snapshot) -> Snapshot:
        """What would be written now; of a linked document what linking compares."""
        is_linked = sent.lines is None
        return self.vouched(source) if is_linked else self.written(source.after(sent)).snapshot

    @abstractmethod
    def vouched(self, source: PurchaseSource) -> Snapshot:
        """What linking the document says of its record."""

    def reading(self, document: DocumentT, record: RemoteRecord, found: Found) -> Snapshot:
        return matching.reading_of(document, record, found)

    def cross_checks(self, document: DocumentT, record: RemoteRecord, found: Found) -> Sequence[FieldDifference]:
        return posted.state_difference(record, found)

    def line_names(self, document: DocumentT, sent: Snapshot) -> Mapping[str, str]:
        return matching.names_of(document, sent)

    def defaults_of(self, document: DocumentT, here: Snapshot, reading: Snapshot) -> Mapping[str, Sequence[str]]:
        return overwrite.defaults_of(document, here, reading)

    def take_theirs(self, document: DocumentT, record: RemoteRecord, found: Found, context: PushContext) -> None:
        here = self.here(document, context, Snapshot.of(record.sent))
        overwrite.take(document, record, found, here, context)

    def take_keys(self, document: DocumentT, record: RemoteRecord, found: Found, *, is_new: bool) -> None:
        matching.take_keys(document, record, found, is_new=is_new)
