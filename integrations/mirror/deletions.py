"""Finds what was deleted in Intacct: by its audit history where allowed, else by a nightly look at the keys.

Owns the last step of a Partial, which reads only what was modified and so cannot see what is gone. What one of the two
ways suspects is verified with Intacct before anything is marked.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from integrations.intacct import QUERY_REFUSED, PermissionDenied, ProtocolError, Query, all_of, between, eq, in_
from integrations.lists import ListKind
from integrations.mirror.fetch import PAGE_SIZE, Selection, still_there
from integrations.mirror.list_states import figures, keep
from integrations.mirror.rows import record_numbers
from integrations.mirror.scope import View
from integrations.mirror.store import Sweep, gone_from, mark_missing
from integrations.models import ListState, RunStep
from integrations.records.kinds import SHORT_OVERLAP, covering_states, kind_for
from integrations.runs.step import StepWork

DELETIONS = "deletions"
# How long a list may go without a look at its deletions before its keys are read.
SWEPT_EVERY = timedelta(hours=20)
_NARROWEST = timedelta(minutes=1)
_AUDIT = "AUDITHISTORY"


def find_deleted(work: StepWork) -> Iterator[None]:
    """Mark what was deleted in the lists of this run that were not read whole. Raises the Intacct error family."""
    lists = _lists_to_look_at(work)
    if not lists:
        work.say("Every list was read whole, so nothing is left to look for.")
        return
    if not work.checkpoint.get("by_keys"):
        begun = timezone.now()
        try:
            suspects = _audited(work, lists)
        except PermissionDenied as error:
            work.say(
                f"{error.sentence} Deletions are found by reading the record numbers, once a night for each list. "
                f"{error.advice}"
            )
        except ProtocolError as error:
            if error.code != QUERY_REFUSED:
                raise
            work.say("Intacct could not answer about its audit history. Deletions are found by the record numbers.")
        else:
            yield from _verify(work, lists, suspects, begun)
            return
        work.save_page(by_keys=True, done=[])
    yield from _by_keys(work, lists)


def _lists_to_look_at(work: StepWork) -> list[tuple[ListKind, ListState]]:
    """The lists of this run that were read in part, with when their deletions were last looked for."""
    found = []
    for key in work.run.steps.filter(key__startswith="list:").values_list("key", flat=True):
        kind = kind_for(work.connection, key.removeprefix("list:"))
        states = covering_states(work.connection, [kind.key], work.run.entity_id) if kind else []
        known = [state for state in states if state.swept_at is not None]
        if kind is not None and known:
            latest = max(known, key=lambda state: state.swept_at or work.run.created_at)
            if latest.swept_at is not None and latest.swept_at < work.run.created_at:
                found.append((kind, latest))
    return found


def _audited(work: StepWork, lists: Sequence[tuple[ListKind, ListState]]) -> dict[str, set[str]]:
    """The keys of deleted records by object in lower case, since each list was last looked at."""
    since = min(state.swept_at for _, state in lists if state.swept_at is not None) - SHORT_OVERLAP
    objects = sorted({kind.object.lower() for kind, _ in lists})
    suspects: dict[str, set[str]] = {}
    windows = [(since, timezone.now() + timedelta(minutes=5))]
    while windows:
        first, last = windows.pop()
        rows = _window(work, objects, first, last)
        if rows is None:  # too much for one answer, or for Intacct
            middle = first + (last - first) / 2
            windows += [(first, middle), (middle, last)]
            continue
        for row in rows:
            suspects.setdefault(str(row.get("OBJECTTYPE", "")).lower(), set()).add(str(row.get("OBJECTKEY", "")))
    return suspects


def _window(work: StepWork, objects: Sequence[str], first: datetime, last: datetime) -> list[dict[str, object]] | None:
    """The deletions of a stretch of time; None when it must be made narrower.

    A long audit history is refused with DL02000001 now and then (seen in live clients), which shorter stretches avoid.
    """
    query = Query(
        object=_AUDIT,
        fields=("OBJECTTYPE", "OBJECTKEY", "ACCESSTIME"),
        where=all_of(
            in_("OBJECTTYPE", objects), eq("ACCESSMODE", "D"), between("ACCESSTIME", _second(first), _second(last))
        ),
        order_by=("ACCESSTIME",),
        page_size=PAGE_SIZE,
    )
    can_narrow = last - first > _NARROWEST
    try:
        page = work.client.query(query)
    except ProtocolError as error:
        if error.code != QUERY_REFUSED or not can_narrow:
            raise
        return None
    if page.remaining and can_narrow:
        return None
    rows = list(page.rows)
    while page.remaining:
        page = work.client.query(Query(_AUDIT, query.fields, query.where, query.order_by, PAGE_SIZE, offset=len(rows)))
        rows += page.rows
    return rows


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _verify(
    work: StepWork, lists: Sequence[tuple[ListKind, ListState]], suspects: dict[str, set[str]], begun: datetime
) -> Iterator[None]:
    """Ask Intacct about the suspects that are here; mark those that are really gone."""
    view = View(work.connection, work.run.entity_id)
    gone_in_all = 0
    for kind, _ in lists:
        numbers = _here(view, kind, suspects.get(kind.object.lower(), set()))
        there = still_there(work.client, Selection(kind, view, (kind.key_field,), None), numbers)
        gone_in_all += _mark(work, view, kind, [number for number in numbers if number not in there], begun)
        yield
    work.say(f"Deletions were looked up in Intacct's audit history: {gone_in_all} records of these lists are gone.")


def _here(view: View, kind: ListKind, keys: Iterable[str]) -> list[int]:
    """The record numbers of the mirror that keys of the audit history may mean.

    A key is the business id or the record number, depending on the object, or looks like `123--REC`.
    """
    texts = {key.strip() for key in keys if key.strip()}
    numbers = {int(text) for key in texts if (text := key.partition("--")[0]).isascii() and text.isdigit()}
    found: set[int] = set()
    items = view.items(kind).filter(missing_at=None)
    for part in _in_batches(sorted(numbers)):
        found.update(items.filter(record_no__in=part).values_list("record_no", flat=True))
    for names in _in_batches(sorted(texts)):
        found.update(items.filter(business_id__in=names).values_list("record_no", flat=True))
    return sorted(found)


def _in_batches(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), 500):
        yield values[start : start + 500]


def _mark(work: StepWork, view: View, kind: ListKind, numbers: Sequence[int], looked_at: datetime) -> int:
    """Mark these as missing, count them with their list, and keep when the list was looked at."""
    with work.page():
        marked = 0
        for part in _in_batches(numbers):
            pks = view.items(kind).filter(record_no__in=part).values_list("pk", flat=True)
            marked += mark_missing(view, list(pks), work.run)
        step = RunStep.objects.filter(run=work.run, key=f"list:{kind.key}")
        step.update(missing=F("missing") + marked)
        keep(work.run, kind, {"swept_at": looked_at, **figures(view, kind)})
    return marked


def _by_keys(work: StepWork, lists: Sequence[tuple[ListKind, ListState]]) -> Iterator[None]:
    """Read the record numbers of each list whose last look is long ago, and mark what they leave out."""
    view = View(work.connection, work.run.entity_id)
    due = timezone.now() - SWEPT_EVERY
    for kind, state in lists:
        if kind.key in work.checkpoint["done"]:
            continue
        if state.swept_at is None or state.swept_at <= due:
            yield from _sweep(work, view, kind)
        work.save_page(done=[*work.checkpoint["done"], kind.key], after=0, begun=None, gone=0)


def _sweep(work: StepWork, view: View, kind: ListKind) -> Iterator[None]:
    if not work.checkpoint.get("begun"):
        work.save_page(begun=timezone.now().isoformat(), after=0, gone=0)
    begun = datetime.fromisoformat(work.checkpoint["begun"])
    after = int(work.checkpoint["after"])
    selection = Selection(kind, view, (kind.key_field,), None)
    for page in work.client.pages(
        Query(kind.object, (kind.key_field,), page_size=PAGE_SIZE, show_private=view.show_private),
        after=after, key=kind.key_field,
    ):  # fmt: skip
        shown = record_numbers(kind, page.rows)
        last = max(shown, default=after)
        gone = gone_from(view, kind, Sweep(after, last, shown))
        marked = _mark(work, view, kind, gone, begun)
        after = last
        work.save_page(after=after, gone=int(work.checkpoint["gone"]) + marked)
        yield
    rest = gone_from(view, kind, Sweep(after, None, frozenset())) if after else []
    there = still_there(work.client, selection, rest)  # records may have been added while the keys were read
    marked = _mark(work, view, kind, [number for number in rest if number not in there], begun)
    gone_in_all = int(work.checkpoint["gone"]) + marked
    work.say(f"{kind.label}: deletions were looked for by all record numbers; {gone_in_all} are gone.")
