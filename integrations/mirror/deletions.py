"""Finds what was deleted in Intacct: by its audit history where allowed, else by a nightly look at the keys.

Owns the last step of a Partial, which reads only what was modified and so cannot see what is gone. What one of the two
ways suspects is verified with Intacct before anything is marked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from integrations.intacct import (
    QUERY_REFUSED,
    PermissionDenied,
    ProtocolError,
    Query,
    all_of,
    between,
    eq,
    in_,
    number_in,
)
from integrations.lists import ListKind
from integrations.mirror import unread
from integrations.mirror.fetch import PAGE_SIZE, Selection, still_there
from integrations.mirror.list_states import keep
from integrations.mirror.rows import record_numbers
from integrations.mirror.scope import View
from integrations.mirror.sink import Sink, SinkFor, Sweep
from integrations.models import ListState, RunStep
from integrations.records.kinds import SHORT_OVERLAP, covering_states, kind_for
from integrations.runs.step import StepWork

DELETIONS = "deletions"
# How long a list may go without a look at its deletions before its keys are read.
SWEPT_EVERY = timedelta(hours=20)
_NARROWEST = timedelta(minutes=1)
_AUDIT = "AUDITHISTORY"


@dataclass(frozen=True)
class _Looked:
    """A list that was read in part, what holds it, and where it stands."""

    kind: ListKind
    sink: Sink
    state: ListState


def find_deleted(work: StepWork, sink_for: SinkFor) -> Iterator[None]:
    """Mark what was deleted in the lists of this run that were not read whole. Raises the Intacct error family."""
    lists = _lists_to_look_at(work, sink_for)
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


def _lists_to_look_at(work: StepWork, sink_for: SinkFor) -> list[_Looked]:
    """The lists of this run that were read in part, with when their deletions were last looked for."""
    found = []
    view = View(work.connection, work.run.entity_id)
    for key in work.run.steps.filter(key__startswith="list:").values_list("key", flat=True):
        kind = kind_for(work.connection, key.removeprefix("list:"))
        if kind is None:
            continue
        sink = sink_for(view, kind, work.run)
        states = covering_states(work.connection, [sink.key], work.run.entity_id)
        known = [state for state in states if state.swept_at is not None]
        if known:
            latest = max(known, key=lambda state: state.swept_at or work.run.created_at)
            if latest.swept_at is not None and latest.swept_at < work.run.created_at:
                found.append(_Looked(kind, sink, latest))
    return found


def _audited(work: StepWork, lists: Sequence[_Looked]) -> dict[str, set[str]]:
    """The keys of deleted records by object in lower case, since each list was last looked at."""
    since = min(each.state.swept_at for each in lists if each.state.swept_at is not None) - SHORT_OVERLAP
    objects = sorted({each.kind.object.lower() for each in lists})
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


def _verify(work: StepWork, lists: Sequence[_Looked], suspects: dict[str, set[str]], begun: datetime) -> Iterator[None]:
    """Ask Intacct about the suspects that are here; mark those that are really gone."""
    view = View(work.connection, work.run.entity_id)
    gone_in_all = 0
    for each in lists:
        numbers = _here(each.sink, suspects.get(each.kind.object.lower(), set()))
        there = still_there(work.client, Selection(each.kind, view, (each.kind.key_field,), None), numbers)
        gone_in_all += _mark(work, each, [number for number in numbers if number not in there], begun)
        yield
    work.say(f"Deletions were looked up in Intacct's audit history: {gone_in_all} records of these lists are gone.")


def _here(sink: Sink, keys: Iterable[str]) -> list[int]:
    """The record numbers of the records here that keys of the audit history may mean.

    A key is the business id or the record number, depending on the object, or looks like `123--REC`.
    """
    texts = {key.strip() for key in keys if key.strip()}
    numbers = {number for key in texts if (number := number_in(key.partition("--")[0])) is not None}
    return sink.meant_by(numbers, texts)


def _mark(work: StepWork, looked: _Looked, numbers: Sequence[int], looked_at: datetime) -> int:
    """Mark these as missing, count them with their list, and keep when the list was looked at."""
    with work.page():
        marked = looked.sink.mark_missing(numbers)
        step = RunStep.objects.filter(run=work.run, key=f"list:{looked.kind.key}")
        step.update(missing=F("missing") + marked)
        keep(work.run, looked.sink, {"swept_at": looked_at, **asdict(looked.sink.figures())})
    return marked


def _by_keys(work: StepWork, lists: Sequence[_Looked]) -> Iterator[None]:
    """Read the record numbers of each list whose last look is long ago, and mark what they leave out."""
    due = timezone.now() - SWEPT_EVERY
    for each in lists:
        if each.kind.key in work.checkpoint["done"]:
            continue
        if each.state.swept_at is None or each.state.swept_at <= due:
            yield from _sweep(work, each)
        work.save_page(done=[*work.checkpoint["done"], each.kind.key], after=0, begun=None, gone=0)


def _sweep(work: StepWork, looked: _Looked) -> Iterator[None]:
    kind, view = looked.kind, View(work.connection, work.run.entity_id)
    if not work.checkpoint.get("begun"):
        work.save_page(begun=timezone.now().isoformat(), after=0, gone=0, open_ended=False)
    begun = datetime.fromisoformat(work.checkpoint["begun"])
    after = int(work.checkpoint["after"])
    selection = Selection(kind, view, (kind.key_field,), None)
    for page in work.client.pages(
        Query(kind.object, (kind.key_field,), page_size=PAGE_SIZE, show_private=view.show_private),
        after=after, key=kind.key_field, around=True,
    ):  # fmt: skip
        shown = record_numbers(kind, page.rows) | unread.numbers_of(page.unread)
        last = max(shown, default=after)
        swept = Sweep(after, last, shown)
        spared = unread.spared_by(looked.sink, page, shown, swept)
        gone = [number for number in looked.sink.gone_from(swept) if number not in spared]
        marked = _mark(work, looked, gone, begun)
        open_ended = bool(work.checkpoint.get("open_ended")) or unread.is_open_ended(page, last)
        after = last
        work.save_page(after=after, gone=int(work.checkpoint["gone"]) + marked, open_ended=open_ended)
        yield
    is_whole = after and not work.checkpoint.get("open_ended")
    rest = looked.sink.gone_from(Sweep(after, None, frozenset())) if is_whole else []
    there = still_there(work.client, selection, rest)  # records may have been added while the keys were read
    marked = _mark(work, looked, [number for number in rest if number not in there], begun)
    gone_in_all = int(work.checkpoint["gone"]) + marked
    work.say(f"{kind.label}: deletions were looked for by all record numbers; {gone_in_all} are gone.")
