"""Start syncs of lists and refreshes of single records.

Owns which lists and which entity a run is about. How a run is stored and woken is runs.service.
"""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from accounts.refusal import Refused
from integrations.mirror.flow import LISTS, list_steps
from integrations.mirror.refresh import REFRESH, refresh_step
from integrations.models import Connection, ListItem, Mode, Trigger
from integrations.records.kinds import kind_for, kinds_for
from integrations.runs.service import Started, start_run


def start_list_sync(
    connection: Connection,
    *,
    kinds: Iterable[str] = (),
    first: Iterable[str] = (),
    mode: Mode = Mode.FULL,
    entity: str = "",
    sync_from: datetime | None = None,
    by: User | None = None,
    trigger: Trigger = Trigger.PERSON,
    queued: bool = True,
) -> Started:
    """Mirror the named lists, or all, seen from one entity or from all (blank) the connection may see.

    Of all lists those named `first` are read first. `sync_from` is a person's own start of a Partial. Raises Refused
    for an unknown list or entity, naming those there are.
    """
    wanted = list(kinds)
    unknown = [key for key in wanted if kind_for(connection, key) is None]
    if unknown:
        keys = [kind.key for kind in kinds_for(connection)]
        raise Refused(
            f"There is no list called {', '.join(unknown)}.", f"Lists: {', '.join(keys)}.", code="LIST-UNKNOWN"
        )
    entity = _entity_to_sync(connection, entity)
    if sync_from is not None and mode != Mode.PARTIAL:
        raise Refused("A Full reads everything.", "Choose Partial to read from a day on.", code="SYNC-FROM")
    named = [kind for key in wanted if (kind := kind_for(connection, key)) is not None]
    rank = {key: place for place, key in enumerate(first)}
    chosen = named or sorted(kinds_for(connection), key=lambda kind: rank.get(kind.key, len(rank)))
    title = f"Sync {chosen[0].label}" if len(chosen) == 1 else "Sync lists"
    plans = list_steps(chosen, mode=mode, everything=not wanted)
    return start_run(
        connection, LISTS, plans=plans, title=title[:120], mode=mode, entity=entity, sync_from=sync_from,
        by=by, trigger=trigger, queued=queued,
    )  # fmt: skip


def start_refresh(item: ListItem, *, by: User | None = None, queued: bool = True) -> Started:
    """Read one mirrored record again. Raises Refused when its connection cannot be used now."""
    kind = kind_for(item.connection, item.kind)
    if kind is None:
        raise Refused(f"There is no list called {item.kind} any more.", "Sync the lists.", code="LIST-UNKNOWN")
    title = f"Refresh {kind.singular} {item.business_id}"
    plans = [refresh_step(kind)]
    return start_run(item.connection, REFRESH, plans=plans, title=title[:120], items=[item], by=by, queued=queued)


def _entity_to_sync(connection: Connection, entity: str) -> str:
    """The entity as the run keeps it: blank when the connection sees no other anyway. Raises Refused."""
    if not entity or entity == connection.entity_id:
        return ""
    known = [str(row["id"]) for row in connection.entities]
    if connection.entity_id or entity not in known:
        there = connection.entity_id or ", ".join(known) or "none"
        raise Refused(f"There is no entity {entity} to sync here.", f"Entities: {there}.", code="ENTITY-UNKNOWN")
    return entity
