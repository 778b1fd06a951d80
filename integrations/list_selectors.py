"""What is known about the mirrored lists of a connection: their kinds, where they stand, the custom fields chosen.

Reads only. Needs the tenant's scope.
"""

from integrations.lists import KINDS, ListKind
from integrations.models import Connection, ListState


def kinds_for(connection: Connection) -> tuple[ListKind, ...]:
    """Every list of this connection: those declared."""
    return KINDS


def list_state(connection: Connection, kind_key: str, entity_id: str = "") -> ListState | None:
    """Where the list stands, seen from one entity or from all; None before it was ever read."""
    return ListState.objects.filter(connection=connection, kind=kind_key, entity_id=entity_id).first()


def chosen_custom_fields(connection: Connection, entity_id: str, kind_key: str) -> tuple[str, ...]:
    """The custom fields somebody chose to mirror with this list, in the profile of the entity."""
    return ()
