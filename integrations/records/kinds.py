"""What is known about the mirrored lists of a connection: their kinds, where they stand, the custom fields chosen.

Reads only. Needs the tenant's scope.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from integrations.lists import KINDS, KINDS_BY_KEY, ListKind, dimension_kind
from integrations.models import CompanyClock, Connection, ListDefinition, ListState, SyncProfile

# The store is eventually consistent: live clients read the last two hours again, and half an hour more for deletions.
SHORT_OVERLAP = timedelta(hours=2, minutes=30)
# WHENMODIFIED carries no zone and it is unconfirmed which clock it shows; a day covers every zone's difference.
LONG_OVERLAP = timedelta(hours=24)
# What `lookup` said is believed that long.
DEFINITION_KEPT = timedelta(days=30)


def kinds_for(connection: Connection) -> tuple[ListKind, ...]:
    """Every list of this connection: those declared, less what its Intacct is known not to have, and its dimensions."""
    known = {row.kind: row for row in ListDefinition.objects.filter(connection=connection)}
    since = timezone.now() - DEFINITION_KEPT
    absent = {key for key, row in known.items() if not row.offered and row.looked_up_at and row.looked_up_at > since}
    declared = [kind for kind in KINDS if not (kind.may_be_absent and kind.key in absent)]
    own = [row for key, row in sorted(known.items()) if row.is_dimension and key not in absent]
    return (*declared, *(dimension_kind(row.object, row.label) for row in own))


def kind_for(connection: Connection, key: str) -> ListKind | None:
    """The list of that key, declared or the connection's own; None when there is none."""
    declared = KINDS_BY_KEY.get(key)
    if declared is not None:
        return declared
    row = ListDefinition.objects.filter(connection=connection, kind=key, is_dimension=True).first()
    return dimension_kind(row.object, row.label) if row is not None else None


def list_state(connection: Connection, kind_key: str, entity_id: str = "") -> ListState | None:
    """Where the list stands, seen from one entity or from all; None before it was ever read."""
    return ListState.objects.filter(connection=connection, kind=kind_key, entity_id=entity_id).first()


def covering_states(connection: Connection, kind_keys: Sequence[str], entity_id: str) -> list[ListState]:
    """The states that say something about the view of one entity: its own and that of all, which holds it."""
    found = ListState.objects.filter(connection=connection, kind__in=kind_keys, entity_id__in={"", entity_id})
    return list(found)


def chosen_custom_fields(connection: Connection, entity_id: str, kind_key: str) -> tuple[str, ...]:
    """The custom fields to mirror with this list: those that any profile of the connection chose.

    A record is kept once, whatever entity it is read from. With fields of its own for each entity it would change at
    every turn, so what one profile asks for is read for all.
    """
    chosen = SyncProfile.objects.filter(connection=connection).values_list("custom_fields", flat=True)
    return tuple(sorted({name for fields in chosen for name in fields.get(kind_key, [])}))


def overlap(connection: Connection) -> timedelta:
    """How far before the last read a Partial begins: a day, until the company's clock is known."""
    return SHORT_OVERLAP if clock_offset(connection) is not None else LONG_OVERLAP


def clock_offset(connection: Connection) -> timedelta | None:
    """What to add to UTC to get the clock of WHENMODIFIED; None until something has taught it."""
    clock = CompanyClock.objects.filter(connection=connection).first()
    return timedelta(minutes=clock.offset_minutes) if clock is not None else None
