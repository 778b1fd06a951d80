"""Where a mirrored record is used here: settings that chose it, documents linked to it, records below it.

Reads only. Needs the tenant's scope. Knows no document by name; each says itself what it is linked to.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from integrations.lists import KINDS, ListKind
from integrations.models import LinkedDocument, ListItem, linked_models
from integrations.records.kinds import kinds_for
from integrations.records.selectors import children_count
from integrations.settings.declared import Setting, all_settings
from integrations.settings.selectors import places_with_own, settings_in_force

_ID_FIELDS = [kind.id_field for kind in KINDS]
# A field that is the id of exactly one list names a record of it wherever it occurs.
_LIST_OF_FIELD = {kind.id_field: kind.key for kind in KINDS if _ID_FIELDS.count(kind.id_field) == 1}


@dataclass(frozen=True)
class Children:
    kind: ListKind
    count: int


@dataclass(frozen=True)
class ChosenIn:
    """A setting that stands for a record, and the entity or project whose value it is; "" for the company's."""

    setting: Setting
    place: str = ""


@dataclass(frozen=True)
class Usage:
    """Everything that uses one record."""

    settings: list[ChosenIn]
    documents: list[LinkedDocument]
    children: list[Children]

    @property
    def is_used(self) -> bool:
        return bool(self.settings or self.documents or self.children)


def usage_of(item: ListItem) -> Usage:
    return Usage(_settings(item), list(_documents(item)), _children(item))


def _settings(item: ListItem) -> list[ChosenIn]:
    """Every setting that stands for the record, of the company and of each entity and project."""
    version = settings_in_force(item.connection)
    if version is None:
        return []
    named = [setting for setting in all_settings() if setting.list_key == item.kind]
    places = [("", version.values), *((place.title, own) for place, own in places_with_own(version))]
    return [
        ChosenIn(setting, place)
        for place, values in places
        for setting in named
        if values.get(setting.key) == item.business_id
    ]


def _documents(item: ListItem) -> Iterator[LinkedDocument]:
    for model in linked_models():
        if model.list_key == item.kind:
            yield from model.objects.filter(connection=item.connection, remote_record_no=item.record_no)


def _children(item: ListItem) -> list[Children]:
    below = [kind for kind in kinds_for(item.connection) if kind.list_of_parents == item.kind]
    counted = [Children(kind, children_count(item.connection, kind, item)) for kind in below]
    return [each for each in counted if each.count]


def named_records(item: ListItem) -> dict[str, ListItem]:
    """By field of the record: the record of another list that it names, where that one is mirrored; in one query."""
    named = {
        (_LIST_OF_FIELD[name], str(value)): name
        for name, value in item.fields.items()
        if value and name in _LIST_OF_FIELD and _LIST_OF_FIELD[name] != item.kind
    }
    if not named:
        return {}
    rows = ListItem.objects.filter(
        connection=item.connection,
        kind__in={key for key, _ in named},
        business_id__in={value for _, value in named},
    ).order_by("missing_at", "pk")
    found: dict[str, ListItem] = {}
    for row in rows:
        name = named.get((row.kind, row.business_id))
        if name is not None:
            found.setdefault(name, row)
    return found
