"""Records that Intacct holds and that cannot be read: named with the run, kept as they were, asked for again each time.

Owns what is said of them and the memory of them in a step's checkpoint. Must not read or store the records themselves.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from integrations.intacct import Client, Page, ProtocolError, Query, Unread, eq
from integrations.lists import ListKind
from integrations.mirror.fetch import Selection
from integrations.mirror.sink import Sink, Sweep
from integrations.models import RowOutcome, RunRow, RunStep, StepState
from integrations.runs.step import StepWork

# Beyond these a Partial reads the list whole: a question for each of so many records says the same.
MOST_ASKED_AGAIN = 500


def to_ask_again(work: StepWork) -> list[int]:
    """The records that the last read of this list could not read, wherever that read came to."""
    steps = RunStep.objects.filter(run__connection=work.connection, run__flow=work.run.flow, key=work.step.key)
    steps = steps.filter(run__entity_id=work.run.entity_id, checkpoint__has_key="unread").exclude(pk=work.step.pk)
    last = steps.order_by("-pk").first()
    if last is None:
        return []
    found = set(last.checkpoint["unread"])
    if last.state not in (StepState.SUCCEEDED, StepState.PARTLY):
        found |= set(last.checkpoint.get("ask_again", ()))
    return sorted(found)


def remembered(mark: Mapping[str, Any], numbers: Iterable[int]) -> list[int]:
    """The memory of a step with more records that could not be read."""
    return sorted({*mark.get("unread", ()), *numbers})


def numbers_of(unread: Iterable[Unread]) -> frozenset[int]:
    return frozenset(entry.number for entry in unread if entry.number is not None)


def spared_by(sink: Sink, page: Page, numbers: Iterable[int], swept: Sweep) -> frozenset[int]:
    """What may be the records of a page whose keys cannot be read, and so must not be taken for missing."""
    spared: set[int] = set()
    for entry in page.unread:
        if entry.number is None:
            following = min((number for number in numbers if number > entry.after), default=None)
            last = swept.last if following is None else following - 1
            spared |= set(sink.gone_from(Sweep(entry.after, last, swept.shown)))
    return frozenset(spared)


def is_open_ended(page: Page, last: int) -> bool:
    """Whether a record without a readable key comes after the last record that is known."""
    return any(entry.number is None and entry.after >= last for entry in page.unread)


def names_of(client: Client, selection: Selection, unread: Sequence[Unread]) -> dict[int, str]:
    """The ids by which people know these records, as far as Intacct can send those."""
    kind, names = selection.kind, dict[int, str]()
    for number in sorted(numbers_of(unread)):
        query = Query(
            kind.object,
            tuple(dict.fromkeys((kind.key_field, kind.id_field))),
            where=eq(kind.key_field, number),
            page_size=1,
            show_private=selection.view.show_private,
        )
        try:
            rows = client.query(query).rows
        except ProtocolError:
            continue  # the id itself is what cannot be read
        if rows:
            names[number] = str(rows[0].get(kind.id_field, ""))
    return names


def keep(work: StepWork, kind: ListKind, unread: Sequence[Unread], names: Mapping[int, str]) -> None:
    """Name each on the run's page, once, with what to do. One without a number leaves a gap in the list."""
    for entry in unread:
        label = _label(kind, entry, names)
        if RunRow.objects.filter(step=work.step, label=label).exists():
            continue
        message = _message(kind, entry, label)
        RunRow.objects.create(
            tenant_id=work.run.tenant_id,
            run=work.run,
            step=work.step,
            label=label,
            outcome=RowOutcome.FAILED,
            message=message[:500],
        )
        work.warn(message)
        work.count(failed=1, skipped=1 if entry.number is None else 0)


def what_is_wrong(kind: ListKind, entry: Unread) -> str:
    """What is wrong with the record, as a sentence."""
    field = f"the field {entry.flaw.element} of it" if entry.flaw.element in kind.wanted_fields else "it"
    return f"Intacct sends {field} in a form that cannot be read: {entry.flaw.what}."


def _label(kind: ListKind, entry: Unread, names: Mapping[int, str]) -> str:
    if entry.number is None:
        return f"{kind.singular} after record {entry.after}"
    return f"{kind.singular} {names.get(entry.number) or f'with record number {entry.number}'}"[:300]


def _message(kind: ListKind, entry: Unread, label: str) -> str:
    known = entry.flaw.element in kind.wanted_fields
    place = f"clear {entry.flaw.element}" if known else "clear the text that looks odd"
    return (
        f"{label}: {what_is_wrong(kind, entry)} It is kept as it was, and asked for again with every sync. "
        f"In Intacct, open this record, {place}, type it again and save it."
    )
