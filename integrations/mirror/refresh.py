"""The flow that reads chosen records of a mirrored list again, so that they are here as Intacct has them now.

Owns the work of such a run: its rows are the records, each with what became of it. Starts nothing.
"""

from collections.abc import Iterator

from integrations.lists import ListKind
from integrations.mirror.refetch import Refetched, refetch
from integrations.models import ListItem, RowOutcome, RunRow
from integrations.records.kinds import kind_for
from integrations.runs.flow import Flow, StepFailed, StepPlan
from integrations.runs.step import StepWork

REFRESH = "refresh"
_PREFIX = "refresh:"
PAGE_SIZE = 100


def refresh_step(kind: ListKind) -> StepPlan:
    return StepPlan(f"{_PREFIX}{kind.key}", f"Refresh {kind.label}")


class RefreshFlow(Flow):
    """One step: the pending rows of the run, all of one list."""

    key = REFRESH
    title = "Refresh records"

    def work(self, work: StepWork) -> Iterator[None]:
        key = work.step.key.removeprefix(_PREFIX)
        kind = kind_for(work.connection, key)
        if kind is None:
            raise StepFailed("LIST-UNKNOWN", f"There is no list called {key} any more.", "Sync the lists.")
        pending = RunRow.objects.filter(run=work.run, outcome=RowOutcome.PENDING)
        if not work.checkpoint:
            work.announce(pending.count())
            work.save_page(begun=True)
        while rows := list(pending.select_related("list_item").order_by("pk")[:PAGE_SIZE]):
            _refresh(work, kind, rows)
            yield


def _refresh(work: StepWork, kind: ListKind, rows: list[RunRow]) -> None:
    before = {row.pk: row.list_item for row in rows if row.list_item is not None}
    found = refetch(work, kind, list(before.values()))
    after = ListItem.objects.in_bulk([item.pk for item in before.values()])
    with work.page():
        for row in rows:
            old = before.get(row.pk)
            outcome, row.message = _outcome(found, old, after.get(old.pk) if old is not None else None)
            row.step, row.outcome = work.step, outcome
            row.save(update_fields=["step", "outcome", "message"])
            work.count(read=1, **{str(outcome): 1})
        work.save_page()


def _outcome(found: Refetched, old: ListItem | None, now: ListItem | None) -> tuple[RowOutcome, str]:
    if old is None or now is None:
        return RowOutcome.SKIPPED, "It is no longer in ERP Admin."
    if old.record_no in found.unusable:
        return RowOutcome.FAILED, found.unusable[old.record_no][:500]
    if old.record_no not in found.shown:
        outcome = RowOutcome.CHANGED if old.missing_at is None else RowOutcome.SAME
        return outcome, "Intacct does not show it any more; it is marked as missing."
    is_other = old.digest != now.digest or old.missing_at is not None
    return (RowOutcome.CHANGED if is_other else RowOutcome.SAME), ""
