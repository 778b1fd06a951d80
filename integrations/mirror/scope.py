"""What a run can see of a list: everything of the connection, or one entity's records and the shared ones.

Owns the filter that is sent and the same cut of the mirror, so that nothing is ever missed in what was not looked at.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from integrations.intacct import eq, is_null
from integrations.intacct.query import Filter, any_of
from integrations.lists import ListKind
from integrations.models import UNKNOWN_OWNER, Connection, ListItem


@dataclass(frozen=True)
class View:
    """`entity_id` is blank when the run asks for all the connection may see, which may itself be one entity."""

    connection: Connection
    entity_id: str

    @property
    def show_private(self) -> bool:
        """Only a top-level session may ask for the records that entities keep to themselves."""
        return not self.connection.entity_id

    def where(self, kind: ListKind, fields: Collection[str]) -> Filter | None:
        """The filter for the entity and what is shared; None where all is read, or the list knows no entities."""
        if not self.is_narrow(kind, fields):
            return None
        return any_of(eq(kind.entity_field, self.entity_id), is_null(kind.entity_field))

    def is_narrow(self, kind: ListKind, fields: Collection[str]) -> bool:
        return bool(self.entity_id and kind.entity_field and kind.entity_field in fields)

    def sees(self, owner: str) -> bool:
        """Whether a record of this owner lies in the view, or may: of an unknown owner it may."""
        return not self.entity_id or owner in ("", self.entity_id, UNKNOWN_OWNER)

    def items(self, kind: ListKind) -> QuerySet[ListItem]:
        """What the mirror holds of the list within the view."""
        found = ListItem.objects.filter(connection=self.connection, kind=kind.key)
        owners = ["", self.entity_id, UNKNOWN_OWNER]
        return found.filter(entity_id__in=owners) if self.entity_id else found
