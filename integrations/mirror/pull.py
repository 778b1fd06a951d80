"""Reads one list for a sink: pages by key up to the highest one at the start, each handed over as it comes.

Owns the order of the work and its checkpoint, so that a killed worker loses one page. A list that suddenly shows
nothing at all is left as it is. Knows nothing of what the sink makes of the rows.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone

from integrations.intacct import LOWEST, Flaw, Page, ProtocolError, Unread
from integrations.lists import ListKind
from integrations.mirror import recount, unread
from integrations.mirror.availability import available, leave_out, limit
from integrations.mirror.definitions import NotHere
from integrations.mirror.fetch import MOST_IN_A_SET, Selection, pages, still_there, system_records
from integrations.mirror.rows import Incoming, RowReader, Unusable, record_numbers
from integrations.mirror.scope import View
from integrations.mirror.sink import Sink, SinkFor, Sweep
from integrations.mirror.watermark import Start, start_of
from integrations.models import RowOutcome, RunRow, RunStep
from integrations.runs.step import StepWork


def list_step_key(kind: ListKind) -> str:
    return f"list:{kind.key}"


def view_of(work: StepWork) -> View:
    return View(work.connection, work.run.entity_id)


def pull_list(work: StepWork, kind: ListKind, sink_for: SinkFor) -> Iterator[None]:
    """Read the whole list, or in a Partial what was modified since the last success, from the step's checkpoint on.

    A full pull marks as missing what lies in the range it read and was not there. Raises the Intacct error family.
    """
    view = view_of(work)
    sink = sink_for(view, kind, work.run)
    while True:
        try:
            if "fields" not in work.checkpoint:
                _begin(work, kind, view, sink)
                yield
            yield from _read(work, Selection.of(kind, view, work.checkpoint), sink)
        except NotHere:
            work.announce(0)
            work.say(f"{kind.label}: this company's Intacct does not have this list.")
            work.save_page(absent=True)
            return
        except ProtocolError as error:
            _leave_out(work, kind, error)
        else:
            _tell_limits(work, kind, sink)
            return


def _leave_out(work: StepWork, kind: ListKind, error: ProtocolError) -> None:
    """Go on without the one field that Intacct refuses to select. Raises the error again when it is about another."""
    mark = work.checkpoint
    selected = mark.get("fields") or list(kind.wanted_fields)
    name = leave_out(work, kind, selected, error)
    if mark.get("after") and name not in (kind.entity_field, kind.modified_field, kind.created_field):
        left = [field for field in selected if field != name]
        work.save_page(fields=left, withheld=[*mark.get("withheld", []), name])
        return
    # Which records are read depends on these fields, so that the list is begun once more.
    work.step.announced = None
    work.step.save(update_fields=["announced"])
    with work.page():
        work.count(read=-RunStep.objects.get(pk=work.step.pk).read)
        work.forget("fields")


def _tell_limits(work: StepWork, kind: ListKind, sink: Sink) -> None:
    mark = work.checkpoint
    withheld, lacking = mark.get("withheld", []), mark.get("lacking", {})
    if withheld or lacking:
        limit(work, kind, withheld, lacking, sink.figures().unknown)


def _begin(work: StepWork, kind: ListKind, view: View, sink: Sink) -> None:
    """Learn what the company offers, how many records there are and where they end; remember all three."""
    started_at = timezone.now()
    found = available(work, kind, work.run.entity_id)
    fields = list(found.fields)
    if found.absent and found.looked_up_at >= started_at:
        work.say(f"{kind.label}: Intacct does not have {', '.join(found.absent)} in this company.")
    start = start_of(work.run, work.connection, kind, fields, sink.key)
    also = sink.unsettled(fields, found.withheld, start.base) if start.since is not None else []
    if len(also) > MOST_IN_A_SET:
        start, also = Start(None, f"{len(also):,} records are to be read again", start.closes_gap), []
    if start.why_whole:
        work.say(f"{kind.label}: read whole, because {start.why_whole}.")
    mark: dict[str, Any] = {
        "fields": fields,
        "withheld": list(found.withheld),
        "lacking": {},
        "system": False,
        "also": also,
        "after": 0,
        "until": None,
        "since": start.since.isoformat() if start.since else None,
        "started_at": started_at.isoformat(),
        "closes_gap": start.closes_gap,
    }
    mark["ask_again"], mark["unread"] = unread.to_ask_again(work), []
    if start.since is not None and len(mark["ask_again"]) > unread.MOST_ASKED_AGAIN:
        work.say(f"{kind.label}: read whole, because {len(mark['ask_again'])} records could not be read the last time.")
        mark["since"] = None
    if mark["since"] is None:
        selection = Selection(kind, view, tuple(fields), None)
        extent = work.client.extent(kind.object, selection.where, view.show_private, key=kind.key_field)
        mark["until"] = max(0, extent.highest)
        mark["beyond"] = [[entry.flaw.what, entry.flaw.element] for entry in extent.beyond]
        work.announce(extent.total)
    work.save_page(**mark)


def _read(work: StepWork, selection: Selection, sink: Sink) -> Iterator[None]:
    mark = work.checkpoint
    if not mark.get("swept"):
        yield from _read_range(work, selection, sink, int(mark["after"]), mark["until"])
        if mark.get("beyond") and not work.checkpoint.get("open_ended"):
            _keep_beyond(work, selection, sink, mark["beyond"])
        if not mark.get("system"):
            _read_system_records(work, selection, sink)
        if selection.is_whole:
            _sweep_the_rest(work, selection, sink, int(work.checkpoint["after"]))
    yield from recount.settle(work, selection, sink, _read_again)


def _keep_beyond(work: StepWork, selection: Selection, sink: Sink, flaws: Sequence[Sequence[str]]) -> None:
    """Name the records at the end of the list whose key cannot be read, so that nothing there is taken for missing."""
    after = int(work.checkpoint["after"])
    unread = tuple(Unread(selection.kind.object, None, after, Flaw(*flaw)) for flaw in flaws)
    _store(work, selection, sink, _reader(work, selection), Page([], None, 0, 0, 0, unread), after)


def _read_system_records(work: StepWork, selection: Selection, sink: Sink) -> None:
    """Read what has no positive key where there is any: some is here, or a whole list was announced to be longer."""
    step = RunStep.objects.get(pk=work.step.pk)
    is_short = selection.is_whole and step.announced is not None and step.read < step.announced
    if not is_short and not sink.held(LOWEST, 0):
        return
    page, left_out = system_records(work.client, selection)
    usable, unusable = read_rows(_reader(work, selection), page.rows)
    not_read = record_numbers(selection.kind, [row for row, _ in unusable]) | unread.numbers_of(page.unread)
    shown = frozenset(row.record_no for row in usable) | not_read
    came = len(page.rows) + len(page.unread)
    swept = Sweep(LOWEST, 0, shown) if selection.is_whole and (came or step.read) else None
    spared = _spared(work, selection, sink, swept) | unread.spared_by(sink, page, shown, swept) if swept else ()
    names = unread.names_of(work.client, selection, page.unread)
    if step.announced is not None:
        work.announce(step.announced - len(left_out) if selection.is_whole else step.announced + came)
    if left_out:
        named = f"{selection.kind.label}: {len(left_out)} records ({', '.join(left_out[:10])})"
        work.say(f"{named} are Intacct's own and it does not let them be read, so they are left out.")
    with work.page():
        _keep_unusable(work, selection.kind, unusable)
        unread.keep(work, selection.kind, page.unread, names)
        outcome = sink.store(usable, swept=swept, spared=spared)
        work.count(read=came, **outcome.counts())
        asked_again = unread.remembered(work.checkpoint, not_read)
        work.save_page(system=True, lacking=_lacking(work, usable), unread=asked_again)


def _reader(work: StepWork, selection: Selection) -> RowReader:
    return RowReader(selection.kind, selection.fields, work.checkpoint.get("withheld", ()))


def _read_range(work: StepWork, selection: Selection, sink: Sink, after: int, until: int | None) -> Iterator[None]:
    if until is not None and after >= until:
        return
    reader = _reader(work, selection)
    for page in pages(work.client, selection, after=after, until=until):
        if work.step.announced is None and page.total is not None:
            work.announce(page.total)
        after = _store(work, selection, sink, reader, page, after)
        yield


def _store(work: StepWork, selection: Selection, sink: Sink, reader: RowReader, page: Page, after: int) -> int:
    """Hand over one page; return the last key in it."""
    kind = selection.kind
    usable, unusable = read_rows(reader, page.rows)
    not_read = record_numbers(kind, [row for row, _ in unusable]) | unread.numbers_of(page.unread)
    shown = frozenset(row.record_no for row in usable) | not_read
    last = max(shown, default=after)
    swept = Sweep(after, last, shown) if selection.is_whole else None  # of an empty page an empty range
    spared = _spared(work, selection, sink, swept) | unread.spared_by(sink, page, shown, swept) if swept else ()
    names = unread.names_of(work.client, selection, page.unread)
    with work.page():
        _keep_unusable(work, kind, unusable)
        unread.keep(work, kind, page.unread, names)
        outcome = sink.store(usable, swept=swept, spared=spared)
        work.count(read=len(page.rows) + len(page.unread), **outcome.counts())
        open_ended = bool(work.checkpoint.get("open_ended")) or unread.is_open_ended(page, last)
        asked_again = unread.remembered(work.checkpoint, not_read)
        work.save_page(after=last, lacking=_lacking(work, usable), unread=asked_again, open_ended=open_ended)
    return last


def _lacking(work: StepWork, rows: Iterable[Incoming]) -> dict[str, int]:
    """By field, how many records of this step came without it although it was selected."""
    mark = work.checkpoint
    withheld, found = set(mark.get("withheld", ())), Counter(mark.get("lacking", {}))
    for row in rows:
        found.update(name for name in row.missing if name not in withheld)
    return dict(found)


def _read_again(work: StepWork, selection: Selection, sink: Sink, after: int, until: int | None) -> Iterator[None]:
    """Read a range once more. Of the whole list only what the first reading did not bring is counted as read."""
    reader = _reader(work, selection)
    begun = False
    for page in pages(work.client, selection, after=after, until=until):
        if not selection.is_whole and not begun and page.total is not None:
            work.announce(page.total)
        begun = True
        usable, unusable = read_rows(reader, page.rows)
        not_read = record_numbers(selection.kind, [row for row, _ in unusable]) | unread.numbers_of(page.unread)
        names = unread.names_of(work.client, selection, page.unread)
        with work.page():
            _keep_unusable(work, selection.kind, unusable, once=True)
            unread.keep(work, selection.kind, page.unread, names)
            outcome = sink.store(usable)
            came = len(page.rows) + len(page.unread)
            work.count(
                read=outcome.new + outcome.returned if selection.is_whole else came,
                new=outcome.new,
                changed=outcome.changed,
            )
            work.save_page(unread=unread.remembered(work.checkpoint, not_read))
        yield


def _spared(work: StepWork, selection: Selection, sink: Sink, swept: Sweep) -> frozenset[int]:
    """What is not in the view of the entity any more and exists all the same, so that it is not missing."""
    if not selection.view.is_narrow(selection.kind, selection.fields):
        return frozenset()
    return still_there(work.client, selection, sink.gone_from(swept))


def _sweep_the_rest(work: StepWork, selection: Selection, sink: Sink, after: int) -> None:
    """Mark what lies beyond the last record read. An answer without any record marks nothing.

    Intacct answers a user who may no longer see the records of a list exactly like an empty list.
    """
    kind = selection.kind
    if work.checkpoint.get("open_ended"):  # what lies beyond may be the record whose number cannot be read
        work.save_page(swept=True)
        return
    if not after:
        kept = sink.held()
        with work.page():
            work.count(skipped=kept)
            if kept:
                told = f" and it announced {work.step.announced}" if work.step.announced else ""
                work.warn(
                    f"{kind.label}: Intacct shows none at all, though {kept} were there before{told}. They are kept as "
                    f"they were. Check that the web services user may still see them: role, entity and restrictions."
                )
            work.save_page(swept=True)
        return
    rest = Sweep(after, None, frozenset())
    spared = _spared(work, selection, sink, rest)
    with work.page():
        gone = [number for number in sink.gone_from(rest) if number not in spared]
        work.count(missing=sink.mark_missing(gone))
        work.save_page(swept=True)


def read_rows(
    reader: RowReader, rows: Iterable[Mapping[str, Any]]
) -> tuple[list[Incoming], list[tuple[Mapping[str, Any], str]]]:
    """The rows that a sink can take, and the others each with its reason."""
    usable, unusable = [], []
    for row in rows:
        try:
            usable.append(reader.read(row))
        except Unusable as error:
            unusable.append((row, str(error)))
    return usable, unusable


def _keep_unusable(
    work: StepWork, kind: ListKind, rows: Iterable[tuple[Mapping[str, Any], str]], *, once: bool = False
) -> None:
    """Keep each as a failed row with its reason; with `once` only what this step has not kept already."""
    for row, reason in rows:
        label = f"{kind.singular} {row.get(kind.id_field) or row.get(kind.key_field) or 'without any id'}"[:300]
        if once and RunRow.objects.filter(step=work.step, label=label).exists():
            continue
        RunRow.objects.create(
            tenant_id=work.run.tenant_id,
            run=work.run,
            step=work.step,
            label=label,
            outcome=RowOutcome.FAILED,
            message=reason[:500],
        )
        work.count(failed=1)
