"""A list read into a table of its own: the sink of the toy records, and the flow that reads projects into it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from integrations.lists import ListKind
from integrations.mirror.flow import ListFlow
from integrations.mirror.rows import Incoming
from integrations.mirror.scope import View
from integrations.mirror.sink import Figures, PageOutcome, Sink, Sweep
from integrations.models import SyncRun
from tests.toy_imports.models import ToyRecord


@dataclass(frozen=True)
class RecordSink:
    """Keeps the id and the name of each record."""

    view: View
    kind: ListKind

    @property
    def key(self) -> str:
        return f"toy:{self.kind.key}"

    def store(
        self, rows: Sequence[Incoming], *, swept: Sweep | None = None, spared: Collection[int] = ()
    ) -> PageOutcome:
        known = {each.record_no: each for each in self._all().filter(record_no__in=[row.record_no for row in rows])}
        new = changed = 0
        for row in rows:
            record = known.get(row.record_no) or ToyRecord(
                tenant=self.view.connection.tenant, connection=self.view.connection, record_no=row.record_no
            )
            is_other = (record.business_id, record.name, record.is_missing) != (row.business_id, row.name, False)
            new += record.pk is None
            changed += record.pk is not None and is_other
            if is_other:
                record.business_id, record.name, record.is_missing = row.business_id, row.name, False
                record.changed_at = timezone.now()
                record.save()
        gone = [number for number in self.gone_from(swept) if number not in spared] if swept else []
        return PageOutcome(new, changed, len(rows) - new - changed, self.mark_missing(gone))

    def mark_missing(self, numbers: Sequence[int]) -> int:
        return self._there().filter(record_no__in=numbers).update(is_missing=True, changed_at=timezone.now())

    def held(self, after: int = 0, last: int | None = None) -> int:
        return self._range(after, last).count()

    def gone_from(self, swept: Sweep) -> list[int]:
        numbers = self._range(swept.after, swept.last).values_list("record_no", flat=True)
        return [number for number in numbers if number not in swept.shown]

    def meant_by(self, numbers: Collection[int], ids: Collection[str]) -> list[int]:
        meant = self._there().filter(Q(record_no__in=numbers) | Q(business_id__in=ids))
        return list(meant.values_list("record_no", flat=True))

    def unsettled(self, fields: Collection[str], withheld: Collection[str], since: datetime | None) -> list[int]:
        return []

    def figures(self) -> Figures:
        found = self._all()
        changed_at = found.aggregate(at=Max("changed_at"))["at"]
        return Figures(self._there().count(), found.filter(is_missing=True).count(), changed_at)

    def _all(self) -> QuerySet[ToyRecord]:
        return ToyRecord.objects.filter(connection=self.view.connection)

    def _there(self) -> QuerySet[ToyRecord]:
        return self._all().filter(is_missing=False)

    def _range(self, after: int, last: int | None) -> QuerySet[ToyRecord]:
        found = self._there().filter(record_no__gt=after)
        return found if last is None else found.filter(record_no__lte=last)


class CollectFlow(ListFlow):
    key = "toy_collect"
    title = "Collect records"

    def sink(self, view: View, kind: ListKind, run: SyncRun) -> Sink:
        return RecordSink(view, kind)
