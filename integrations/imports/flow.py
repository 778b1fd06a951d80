"""The flow that imports records into documents: each record is read from Intacct at that moment, with its lines.

Owns the work of an import run: a row for each record, each in a transaction of its own. What is imported and how is
the declaration's.
"""

from collections.abc import Iterator, Mapping
from typing import Generic

from django.db import IntegrityError

from integrations.imports.contract import DocumentT, ImportDeclaration, LeftOut, Unacceptable
from integrations.imports.lines import named_by
from integrations.imports.taking import take_over
from integrations.mirror.refetch import Refetched, refetch, refetch_owned
from integrations.models import ListItem, RowOutcome, RunRow
from integrations.records.lookup import why_unknown
from integrations.runs.flow import Flow, StepPlan
from integrations.runs.step import StepWork

PAGE_SIZE = 100
# Why the lines of a record cannot be used, by the list of the lines and what they hold as their parent.
UnusableLines = Mapping[str, Mapping[str, str]]


class ImportFlow(Flow, Generic[DocumentT]):
    """One step: the rows of the run are imported. A document type declares what, and its key, title and switch."""

    declaration: ImportDeclaration[DocumentT]

    @property
    def step(self) -> StepPlan:
        return StepPlan(self.declaration.step_key, self.title)

    def work(self, work: StepWork) -> Iterator[None]:
        pending = RunRow.objects.filter(run=work.run, outcome=RowOutcome.PENDING)
        if not work.checkpoint:
            work.announce(pending.count())
            work.save_page(begun=True)
        while rows := list(pending.select_related("list_item").order_by("pk")[:PAGE_SIZE]):
            items = [row.list_item for row in rows if row.list_item is not None]
            found = refetch(work, self.declaration.kind, items)
            unusable = self._read_lines(work, items)
            for row in rows:
                self._import_row(work, row, found, unusable)
            yield

    def _read_lines(self, work: StepWork, items: list[ListItem]) -> UnusableLines:
        """Read the lines of these records, which may have other ids by now than when the run was started."""
        if not self.declaration.listed_lines:
            return {}
        now = ListItem.objects.filter(pk__in=[item.pk for item in items])
        current = list(now.only("record_no", "business_id"))
        return {
            owned.source: refetch_owned(work, kind, sorted({named_by(owned, item) for item in [*items, *current]}))
            for owned, kind in self.declaration.listed_lines
        }

    def _import_row(self, work: StepWork, row: RunRow, found: Refetched, unusable: UnusableLines) -> None:
        """Import one row in a transaction of its own, so that a bad one takes no good one with it."""
        try:
            with work.page():
                item = self._usable_item(row, found, unusable)
                document, outcome = take_over(self.declaration, item, work.run.tenant, work.run.started_by_id)
                _close_row(work, row, outcome, document_id=document.pk)
        except LeftOut as left_out:
            _close_row(work, row, RowOutcome.SKIPPED, str(left_out))
        except Unacceptable as error:
            _close_row(work, row, RowOutcome.FAILED, str(error))
        except IntegrityError:
            noun = self.declaration.noun
            why = f"Somebody made a {noun} with this number at the same moment. Look at it, then import again."
            _close_row(work, row, RowOutcome.FAILED, why)

    def _usable_item(self, row: RunRow, found: Refetched, unusable: UnusableLines) -> ListItem:
        """The record as read just now. Raises Unacceptable when it is gone or unusable, LeftOut when it was ignored."""
        if row.list_item is None or row.list_item.record_no not in found.shown:
            noun = self.declaration.noun
            raise Unacceptable(f"This {noun} is no longer in Intacct, or the user may no longer see it.")
        if row.list_item.record_no in found.unusable:
            raise Unacceptable(found.unusable[row.list_item.record_no])
        item = ListItem.objects.select_related("connection").get(pk=row.list_item.pk)
        if not item.is_known:
            raise Unacceptable(f"This {self.declaration.noun} cannot be imported: {why_unknown(item)}")
        if item.ignored_at is not None:
            raise LeftOut("It was ignored after the import was started. Restore it, then import it again.")
        for owned, _ in self.declaration.listed_lines:
            why = unusable.get(owned.source, {}).get(named_by(owned, item))
            if why is not None:
                raise Unacceptable(f"{owned.noun[0].upper()}{owned.noun[1:]}: {why}")
        return item


def _close_row(
    work: StepWork, row: RunRow, outcome: RowOutcome, why: str = "", *, document_id: int | None = None
) -> None:
    """Store the outcome and count it, both or neither."""
    row.step, row.outcome, row.message, row.document_id = work.step, outcome, why[:500], document_id
    with work.page():
        row.save(update_fields=["step", "outcome", "message", "document_id"])
        work.count(read=1, **{str(outcome): 1})
        work.save_page()
