"""Settles a difference between what Intacct announced and what it sent: counted again, looked for, read again once.

Owns the comparison at the end of a list and what is said about it. A difference that stays is never kept silent, and
leaves the list incomplete.
"""

from collections.abc import Callable, Iterator

from integrations.intacct import all_of, gt, le
from integrations.mirror.fetch import Selection
from integrations.mirror.sink import Sink
from integrations.models import RunStep
from integrations.runs.step import StepWork

ReadAgain = Callable[[StepWork, Selection, Sink, int, int | None], Iterator[None]]

# A count costs as much as a page. Beyond this many, reading all of it again is not dearer than looking on.
MOST_COUNTS = 24
NARROW_ENOUGH = 2000


def settle(work: StepWork, selection: Selection, sink: Sink, read_again: ReadAgain) -> Iterator[None]:
    """Compare what was received with what was announced; on a difference look once where it is and read that again."""
    step = RunStep.objects.get(pk=work.step.pk)
    if step.announced is None or step.read == step.announced or _nothing_shown(step):
        return
    if selection.is_whole:
        yield from _settle_whole(work, selection, sink, step, read_again)
    elif step.read < step.announced:
        yield from _settle_partial(work, selection, sink, step, read_again)


def _nothing_shown(step: RunStep) -> bool:
    """A list that was announced with records and showed none was skipped as a whole, and says so already."""
    return step.read == 0 and step.skipped > 0


def _settle_whole(
    work: StepWork, selection: Selection, sink: Sink, step: RunStep, read_again: ReadAgain
) -> Iterator[None]:
    until, beyond = int(work.checkpoint["until"]), len(work.checkpoint.get("beyond", ()))
    total = _count(work, selection, 0, until) + beyond
    if total == step.read:
        work.announce(total)
        work.say(
            f"{selection.kind.label}: records were added or removed while reading; {total} are there now and were read."
        )
        return
    if not work.checkpoint.get("read_again"):
        work.say(
            f"{selection.kind.label}: Intacct announced {total} records and sent {step.read}. "
            f"What differs is read again."
        )
        for after, last in _differing(work, selection, sink, until):
            yield from read_again(work, selection, sink, after, last)
        work.save_page(read_again=True)
        step.refresh_from_db()
        total = _count(work, selection, 0, until) + beyond
    _conclude(work, selection, step, total)


def _settle_partial(
    work: StepWork, selection: Selection, sink: Sink, step: RunStep, read_again: ReadAgain
) -> Iterator[None]:
    """What was modified while reading cannot be told from what was lost, so all of the few records are read again."""
    if not work.checkpoint.get("read_again"):
        work.say(
            f"{selection.kind.label}: Intacct announced {step.announced} records and sent {step.read}. "
            f"They are read again."
        )
        with work.page():
            work.count(read=-step.read)
            work.save_page()
        yield from read_again(work, selection, sink, 0, None)
        work.save_page(read_again=True)
        step.refresh_from_db()
    _conclude(work, selection, step, step.announced or 0)


def _conclude(work: StepWork, selection: Selection, step: RunStep, total: int) -> None:
    work.announce(total)
    lost = total - step.read
    if lost <= 0:
        return
    with work.page():
        work.count(skipped=lost)
        work.save_page(settled=True)
        work.warn(
            f"{selection.kind.label}: Intacct announced {total} records and sent {step.read}, twice. {lost} are not "
            f"here. Run a Full again; if it stays, ask Sage support with the exchanges of this run."
        )


def _count(work: StepWork, selection: Selection, after: int, until: int) -> int:
    key = selection.kind.key_field
    bounds = [selection.where, gt(key, after) if after else None, le(key, until)]
    return work.client.count(
        selection.kind.object, all_of(*[part for part in bounds if part is not None]),
        selection.view.show_private, key=key,
    )  # fmt: skip


def _differing(work: StepWork, selection: Selection, sink: Sink, until: int) -> list[tuple[int, int]]:
    """The ranges in which Intacct has another number of records than the sink, found by halves; else all of it."""
    found: list[tuple[int, int]] = []
    open_ranges, counts = [(0, until)], 0
    while open_ranges:
        if counts >= MOST_COUNTS:
            return [(0, until)]
        after, last = open_ranges.pop()
        there = _count(work, selection, after, last)
        counts += 1
        here = sink.held(after, last)
        if there == here:
            continue
        if max(there, here) <= NARROW_ENOUGH or last - after <= 1:
            found.append((after, last))
            continue
        middle = (after + last) // 2
        open_ranges += [(after, middle), (middle, last)]
    return found
