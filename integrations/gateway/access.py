"""May this tenant talk to Intacct now, through which connection, and for which legal entities.

Reads only; needs the tenant's scope. Sends nothing: opening a connection is gateway.client.
"""

from dataclasses import dataclass

from django.conf import settings

from accounts.refusal import Refused
from integrations.models import Connection, ConnectionState, SyncProfile

CONNECT_IT = "Connect it under Settings → Integrations."


def live_connection() -> Connection | None:
    """The tenant's connection that is not disconnected, if there is one."""
    return Connection.objects.exclude(state=ConnectionState.DISCONNECTED).first()


def require_connection(advice: str = CONNECT_IT) -> Connection:
    """The tenant's live connection. Raises Refused when there is none; `advice` says where it is connected."""
    connection = live_connection()
    if connection is None:
        raise _not_connected(advice)
    return connection


def _not_connected(advice: str = CONNECT_IT) -> Refused:
    return Refused("Sage Intacct is not connected.", advice, code="CON-NONE")


def latest_connection() -> Connection | None:
    """The live connection, else the one disconnected last: what history belongs to."""
    return live_connection() or Connection.objects.order_by("-state_changed_at", "-pk").first()


def why_not_connect() -> Refused | None:
    """Why no company can be connected from this installation, or None."""
    if settings.INTACCT_SENDER_ID and settings.INTACCT_SENDER_PASSWORD:
        return None
    return Refused(
        "This installation has no Sender ID, and Intacct refuses every request without one.",
        "The person who runs this application sets INTACCT_SENDER_ID and INTACCT_SENDER_PASSWORD and restarts it.",
        code="CON-NO-SENDER",
    )


def why_not_sync(connection: Connection | None) -> Refused | None:
    """Why lists cannot be read now, or None when they can: mirroring needs only a usable connection."""
    if connection is None or connection.state == ConnectionState.DISCONNECTED:
        return _not_connected()
    if not connection.is_usable:
        return Refused(
            f"The connection is “{connection.get_state_display()}”. {connection.state_reason}".strip(),
            connection.state_advice or "See Settings → Integrations.",
            code=connection.state_code or "CON-STATE",
        )
    return None


ALL_ENTITIES = "All entities"


@dataclass(frozen=True)
class Entity:
    """A legal entity that can have a profile of its own. A blank id is all that the connection may see."""

    id: str
    label: str

    @property
    def in_a_sentence(self) -> str:
        return self.label.lower() if self.label == ALL_ENTITIES else self.label


def entities_of(connection: Connection) -> list[Entity]:
    """All entities first, then each the user may enter, then those that only a profile still names."""
    if connection.entity_id:
        return [Entity("", f"{connection.entity_label} (the entity of the connection)")]
    listed = {str(row["id"]): f"{row['id']} {row['name']}".strip() for row in connection.entities}
    kept = SyncProfile.objects.filter(connection=connection).exclude(entity_id="").values_list("entity_id", flat=True)
    gone = {entity_id: entity_id for entity_id in kept if entity_id not in listed}
    return [Entity("", ALL_ENTITIES), *(Entity(*pair) for pair in sorted({**listed, **gone}.items()))]


def entity_names(connection: Connection) -> dict[str, str]:
    """What each entity is called, by id; the blank id stands for all."""
    return {entity.id: entity.label for entity in entities_of(connection)}
