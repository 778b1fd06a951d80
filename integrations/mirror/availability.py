"""What can be read of a list in this step: asked of Intacct once a step, told when it changes, and the step's limit.

Owns that no refusal outlives a step, and what a step says that had to go without a field. Stores no record.
"""

from collections.abc import Mapping, Sequence

from integrations.intacct import ProtocolError, Query, SpoiltAnswer
from integrations.lists import ListKind, Reader
from integrations.mirror.definitions import (
    Readable,
    definition_of,
    forgive,
    readable,
    refused_field,
    remember_refused,
    suspects,
    wanted_fields,
)
from integrations.mirror.rows import record_numbers
from integrations.models import FIELDS_LIMITED, ListDefinition
from integrations.runs.step import StepWork

_MOST_PROBED = 5
_ASKED = "asked"  # in the checkpoint of a step: by list, the fields that were refused in it
ADVICE = (
    "Each sync asks for it again. If it stays, check in Intacct that the role of the web services user may see the "
    "field, and ask Sage support with the exchanges of this run."
)


def available(work: StepWork, kind: ListKind, entity_id: str) -> Readable:
    """What can be selected now. The first question of a step asks again for all that could not be read before.

    Raises NotHere, StepFailed, the Intacct error family.
    """
    definition = definition_of(work.client, work.connection, kind)
    refused = _asked(work).get(kind.key)
    if refused is None:
        if any(entry["name"] not in definition.offered for entry in definition.unselectable):
            definition = _looked_up_again(work, kind, definition)
        refused = _ask_again(work, kind, definition, entity_id)
        _keep_asked(work, kind, refused)
    return readable(definition, kind, entity_id, refused)


def _looked_up_again(work: StepWork, kind: ListKind, before: ListDefinition) -> ListDefinition:
    """For fields that were described once and no longer are."""
    definition = definition_of(work.client, work.connection, kind, again=True)
    back = [entry["name"] for entry in before.unselectable if entry["name"] not in before.offered]
    _tell_back(work, kind, [name for name in back if name in definition.offered])
    forgive(definition, [name for name in back if name in definition.offered])
    return definition


def _ask_again(work: StepWork, kind: ListKind, definition: ListDefinition, entity_id: str) -> list[str]:
    """Of the fields that were refused the last time, those that are refused now."""
    wanted = wanted_fields(work.connection, kind, entity_id)
    asked = [name for name in suspects(definition) if name in wanted]
    left, refused = list(asked), list[str]()
    while left:
        try:
            _probe(work, kind, left)
        except ProtocolError as error:
            name = refused_field(kind, left, error)
            if not name:
                raise
            left.remove(name)
            refused.append(name)
        else:
            break
    if left:
        forgive(definition, left)
        _tell_back(work, kind, left)
    return refused


def _probe(work: StepWork, kind: ListKind, names: Sequence[str]) -> None:
    """Select these fields of one record, the first that can be read. Raises the Intacct error family."""
    for offset in range(_MOST_PROBED):
        try:
            _select_one(work, kind, names, offset)
        except SpoiltAnswer as error:  # it is the record that cannot be sent, which says nothing of the fields
            if error.flaw.element not in (kind.key_field, *names) or offset == _MOST_PROBED - 1:
                raise
        else:
            return


def _select_one(work: StepWork, kind: ListKind, names: Sequence[str], offset: int) -> None:
    reads = kind.reader is Reader.QUERY_THEN_READ
    fields = (kind.key_field,) if reads else (kind.key_field, *names)
    page = work.client.query(Query(kind.object, fields, order_by=(kind.key_field,), page_size=1, offset=offset))
    numbers = sorted(record_numbers(kind, page.rows))
    if reads and numbers:
        work.client.read(kind.object, numbers, (kind.key_field, *names))


def _tell_back(work: StepWork, kind: ListKind, names: Sequence[str]) -> None:
    if names:
        work.say(
            f"{kind.label}: {', '.join(names)} can be read again. Records that were stored without are read once more."
        )


def leave_out(work: StepWork, kind: ListKind, selected: Sequence[str], error: ProtocolError) -> str:
    """Go on, for this step, without the one field that Intacct refuses; return its name.

    Raises the error again when it is about anything else.
    """
    name = refused_field(kind, selected, error)
    if not name:
        raise error
    definition, is_news = remember_refused(work.client, work.connection, kind, name, error)
    _keep_asked(work, kind, [*_asked(work).get(kind.key, []), name])
    if is_news and (name in definition.offered or name in kind.wanted_fields):
        work.warn(
            f"{kind.label}: Intacct refuses to select {name} ({error.sentence}). What was known of it is kept; a "
            f"record of which it was never known is not used."
        )
    elif is_news:
        work.warn(f"{kind.label}: Intacct has no field {name} any more, so it is no longer read.")
    return name


def limit(work: StepWork, kind: ListKind, names: Sequence[str], lacking: Mapping[str, int], unknown: int) -> None:
    """Make the step Limited and say by which fields; nothing where all could be read."""
    told = []
    if names:
        told.append(f"{', '.join(names)} could not be read")
    if lacking:
        told.append(f"Intacct sent some records without {', '.join(sorted(lacking))}")
    if not told:
        return
    use = f"{unknown} records cannot be used before it is." if unknown else "What was known before is kept."
    work.limit(FIELDS_LIMITED, f"{kind.label}: {' and '.join(told)}. {use}", ADVICE)


def _asked(work: StepWork) -> Mapping[str, list[str]]:
    found: Mapping[str, list[str]] = work.checkpoint.get(_ASKED, {})
    return found


def _keep_asked(work: StepWork, kind: ListKind, refused: Sequence[str]) -> None:
    work.save_page(**{_ASKED: {**_asked(work), kind.key: list(dict.fromkeys(refused))}})
