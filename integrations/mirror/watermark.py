"""From when a Partial reads a list, or why it reads it whole.

Owns the rule that nothing between two reads is ever left out. Decides only; asks nothing of Intacct.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations.lists import ListKind
from integrations.models import Connection, ListState, Mode, SyncRun
from integrations.records.kinds import covering_states, overlap

_NEVER = "the list has not been read successfully before"


@dataclass(frozen=True)
class Start:
    """Where a read begins: `since` is None for the whole list, for a Partial because of `why_whole`.

    `base` is when the list was complete, before which nothing of other lists is news.

    `closes_gap` says whether the list is complete again when the read has ended well.
    """

    since: datetime | None
    why_whole: str = ""
    closes_gap: bool = True
    base: datetime | None = None


def start_of(run: SyncRun, connection: Connection, kind: ListKind, fields: Sequence[str], key: str) -> Start:
    """From which moment the run reads the list, overlap included; `key` is the name of the sink that it is read for."""
    if run.mode != Mode.PARTIAL:
        return Start(None)
    if not kind.modified_field or kind.modified_field not in fields:
        return Start(None, "the list keeps no modification time")
    base, why = complete_through(connection, key, fields, run.entity_id)
    asked = run.sync_from
    if asked is not None and (base is not None or why == _NEVER):
        return Start(asked - overlap(connection), closes_gap=base is not None and asked <= base, base=base)
    return Start(None, why) if base is None else Start(base - overlap(connection), base=base)


def complete_through(
    connection: Connection, key: str, fields: Sequence[str], entity_id: str
) -> tuple[datetime | None, str]:
    """The start of the last read that left the view complete with these fields; or None and why there is none."""
    states = [state for state in covering_states(connection, [key], entity_id) if state.complete_through]
    if not states:
        return None, _NEVER
    renewed_at = connection.credentials_set_at
    valid = [state for state in states if renewed_at is None or _moment(state) >= renewed_at]
    if not valid:
        return None, "the credentials were renewed since it was last read, and another user may see other records"
    alike = [state for state in valid if set(state.read_fields) == set(fields)]
    if not alike:
        return None, "other fields are read than the last time"
    return max(_moment(state) for state in alike), ""


def _moment(state: ListState) -> datetime:
    if state.complete_through is None:
        raise ValueError(f"The list {state.kind} was never read completely.")
    return state.complete_through
