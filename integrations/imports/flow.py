"""The flow that imports records into documents: each record is read from Intacct at that moment, with its lines.

Owns the work of an import run: a row for each record, a page of them in one transaction, each with an outcome of its
own. What is imported and how is the declaration's.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Generic

from django.db import IntegrityError

from integrations.imports.contract import DocumentT, ImportDeclaration, LeftOut, Unacceptable
from integrations.imports.lines import named_by
from integrations.imports.taken import hold, renew
from integrations.imports.taking import take_over_all, update_many
from integrations.mirror.refetch import Refetched, refetch, refetch_owned
from integrations.models import ListItem, RowOutcome, RunRow
from integrations.records.lookup import why_unknown
from integrations.runs.flow import Flow, StepPlan
from integrations.runs.step import StepWork

PAGE_SIZE = 250  # a page takes about a second, and is what a killed worker loses
# Why the lines of a record cannot be used, by the list of the lines and what they hold as their parent.
UnusableLines = Mapping[str, Mapping[str, str]]
# What became of a row: its outcome, why, and the key of the document it led to.
End = tuple[RunRow, RowOutcome, str, int | None]


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
            self._import_page(work, rows, found, unusable)
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

    def _import_page(self, work: StepWork, rows: Sequence[RunRow], found: Refetched, unusable: UnusableLines) -> None:
        """Import the rows in one transaction; where the database refuses that, each in one of its own.

        So a bad one takes no good one with it, whoever else is at work.
        """
        try:
            self._import_rows(work, rows, found, unusable)
        except IntegrityError:
            for row in rows:
                try:
                    self._import_rows(work, [row], found, unusable)
                except IntegrityError:
                    noun = self.declaration.noun
                    why = f"Somebody made a {noun} with this number at the same moment. Look at it, then import again."
                    with work.page():
                        _close_rows(work, [(row, RowOutcome.FAILED, why, None)])

    def _import_rows(self, work: StepWork, rows: Sequence[RunRow], found: Refetched, unusable: UnusableLines) -> None:
        """Store what becomes of these rows, their outcomes and their counts: all of it or nothing."""
        run = work.run
        with work.page():
            hold(work.connection.pk, self.declaration.kind.key)
            items = self._items(work, rows)
            ends, usable = list[End](), list[tuple[RunRow, ListItem]]()
            for row in rows:
                try:
                    usable.append((row, self._usable_item(row, items, found, unusable)))
                except LeftOut as left_out:
                    ends.append((row, RowOutcome.SKIPPED, str(left_out), None))
                except Unacceptable as error:
                    ends.append((row, RowOutcome.FAILED, str(error), None))
            taken = take_over_all(self.declaration, [item for _, item in usable], run.tenant, run.started_by)
            touched = {item.record_no for _, item in usable}
            for (row, _), result in zip(usable, taken, strict=True):
                if isinstance(result, Unacceptable):
                    ends.append((row, RowOutcome.FAILED, str(result), None))
                else:
                    ends.append((row, result.outcome, "", result.document.pk))
                    touched |= result.left
            renew(self.declaration, work.connection.pk, touched)
            _close_rows(work, ends)

    def _items(self, work: StepWork, rows: Sequence[RunRow]) -> Mapping[int, ListItem]:
        """The records of these rows as they are now."""
        items = ListItem.objects.in_bulk([row.list_item_id for row in rows if row.list_item_id is not None])
        for item in items.values():
            item.connection = work.connection
        return items

    def _usable_item(
        self, row: RunRow, items: Mapping[int, ListItem], found: Refetched, unusable: UnusableLines
    ) -> ListItem:
        """The record as read just now. Raises Unacceptable when it is gone or unusable, LeftOut when it was ignored."""
        if row.list_item is None or row.list_item.record_no not in found.shown or row.list_item.pk not in items:
            noun = self.declaration.noun
            raise Unacceptable(f"This {noun} is no longer in Intacct, or the user may no longer see it.")
        if row.list_item.record_no in found.unusable:
            raise Unacceptable(found.unusable[row.list_item.record_no])
        item = items[row.list_item.pk]
        if not item.is_known:
            raise Unacceptable(f"This {self.declaration.noun} cannot be imported: {why_unknown(item)}")
        if item.ignored_at is not None:
            raise LeftOut("It was ignored after the import was started. Restore it, then import it again.")
        for owned, _ in self.declaration.listed_lines:
            why = unusable.get(owned.source, {}).get(named_by(owned, item))
            if why is not None:
                raise Unacceptable(f"{owned.noun[0].upper()}{owned.noun[1:]}: {why}")
        return item


def _close_rows(work: StepWork, ends: Sequence[End]) -> None:
    """Store the outcomes and count them, both or neither. Call inside a page."""
    counts = Counter[str]()
    for row, outcome, why, document_id in ends:
        row.step, row.outcome, row.message, row.document_id = work.step, outcome, why[:500], document_id
        counts[str(outcome)] += 1
    update_many([row for row, *_ in ends], ["step", "outcome", "message", "document_id"])
    work.count(read=len(ends), **counts)
    work.save_page()
