"""What is asked about settings beyond the required ones: values in force and their level, cautions, places.

Reads only. Needs the tenant's scope. Whether a value may be saved is decided in integrations.services.settings.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from accounts.storable import storable
from integrations.engine.flow import FlowSetting, flow_settings
from integrations.engine.mirror_view import MirrorView, why_unusable
from integrations.engine.push_flow import Chosen, PushContext
from integrations.models import Connection, ListItem, RunStep, SettingsVersion
from integrations.required import REQUIRED_SETTINGS
from integrations.selectors import last_pull, option_problem, settings_in_force

# The list that the places of a level are chosen from.
LEVELS: Final = {"entity": "entities", "project": "projects"}


def picked_lists() -> set[str]:
    """The lists that some setting, or some place with settings of its own, is chosen from."""
    chosen_from = {setting.list_key for setting in REQUIRED_SETTINGS} | set(LEVELS.values())
    return chosen_from | {option.list_key for option in flow_settings() if option.list_key}


def setting_keys() -> list[str]:
    """The keys of everything that has a value in a version, the required settings first."""
    return [*(setting.key for setting in REQUIRED_SETTINGS), *(option.key for option in flow_settings())]


class SettingsView:
    """Settings as a page shows them: each list and each record is asked for once in the life of the view."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.version = settings_in_force(connection)
        self.mirror = MirrorView(connection)
        self._reads: dict[str, RunStep | None] = {}
        self._fetch()

    def _fetch(self) -> None:
        values = self.version.values if self.version else {}
        by_list: dict[str, list[str]] = {}
        chosen_from = {setting.key: setting.list_key for setting in REQUIRED_SETTINGS}
        chosen_from |= {option.key: option.list_key for option in flow_settings()}
        for key, list_key in chosen_from.items():
            if list_key and values.get(key):
                by_list.setdefault(list_key, []).append(values[key])
        for list_key, ids in by_list.items():
            self.mirror.fetch(list_key, ids)

    def last_read(self, list_key: str) -> RunStep | None:
        if list_key not in self._reads:
            self._reads[list_key] = last_pull(self.connection, list_key)
        return self._reads[list_key]

    def item(self, list_key: str, business_id: str) -> ListItem | None:
        return self.mirror.get(list_key, business_id) if business_id else None

    def in_force(self, option: FlowSetting, *, entity: str = "", project: str = "") -> Chosen:
        """The value of a setting at a place, and the level it comes from."""
        context = PushContext(self.connection, self.version, self.mirror)
        return context.value(option.key, entity=entity, project=project)

    def shown(self, option: FlowSetting, value: str) -> str:
        """A value as people read it: the record it stands for, the label of a choice, or the value itself."""
        item = self.item(option.list_key, value) if option.list_key else None
        return str(item) if item is not None else option.shown(value)

    def cautions(self, option: FlowSetting, value: str) -> list[str]:
        """What is to be known about a chosen value: that it cannot be used, else what choosing it means."""
        problem = option_problem(option, value, self.mirror)
        if problem:
            return [problem]
        item = self.item(option.list_key, value) if option.list_key else None
        return option.cautions(item.fields) if item is not None and option.cautions is not None else []


@dataclass(frozen=True)
class Place:
    """An entity or project that may have settings of its own."""

    level: str
    name: str

    @property
    def key(self) -> str:
        return f"{self.level}:{self.name}"

    @property
    def list_key(self) -> str:
        return LEVELS[self.level]

    def options(self) -> list[FlowSetting]:
        """The settings that may have a value of their own here."""
        return [option for option in flow_settings() if self.level in option.levels]


def place_of(key: str) -> Place | None:
    """The place "entity:100" stands for; None when there is no such level or no name that a record can have."""
    level, _, name = key.partition(":")
    return Place(level, name) if level in LEVELS and name and name == storable(name) else None


def override_problems(connection: Connection, overrides: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Problem per setting of values of entities and projects, only those that have one; `place` for the place itself.

    A place whose last value is taken away need not exist any more.
    """
    mirror, found = MirrorView(connection), {}
    for key, own in overrides.items():
        given = {name: value for name, value in own.items() if value}
        place = place_of(key)
        if place is None:
            found["place"] = f"“{key}” is neither an entity nor a project."
            continue
        allowed = {option.key: option for option in place.options()}
        if given and mirror.get(place.list_key, place.name) is None:
            found["place"] = why_unusable(place.list_key, place.name, None)
        for name, value in given.items():
            if name not in allowed:
                found[name] = f"No {place.level} has a value of its own for it. The company alone has this setting."
            elif problem := option_problem(allowed[name], value, mirror):
                found[name] = problem
    return found


def places_with_own(version: SettingsVersion | None) -> list[tuple[Place, dict[str, str]]]:
    """Entities, then projects, that have values of their own."""
    overrides = version.overrides if version else {}
    found = [(place, dict(own)) for key, own in overrides.items() if (place := place_of(key)) is not None]
    return sorted(found, key=lambda entry: entry[0].key)


def lists_picked_by(options: Iterable[FlowSetting]) -> list[str]:
    """The lists these settings are chosen from, each once."""
    return list(dict.fromkeys(option.list_key for option in options if option.list_key))
