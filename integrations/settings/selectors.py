"""What is asked about settings: the version in force, switches, and the places that have values of their own.

Reads only. Needs the tenant's scope. Whether a value may be saved is decided in integrations.settings.service.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from accounts.storable import storable
from integrations.models import Connection, ListItem, SettingsVersion
from integrations.records.picking import any_of, holding
from integrations.settings.declared import Setting, all_settings, is_built, settings_of, switches
from integrations.settings.fit import Candidate
from integrations.settings.proposals import Proposal, propose

# The list that the places of a level are chosen from.
LEVELS: Final = {"entity": "entities", "project": "projects"}


def picked_lists() -> set[str]:
    """The lists that some setting, or some place with settings of its own, is chosen from."""
    return {*lists_picked_by(all_settings()), *LEVELS.values()}


def setting_keys() -> list[str]:
    """The keys of everything that has a value in a version."""
    return [setting.key for setting in all_settings()]


@dataclass(frozen=True)
class Place:
    """An entity or project that may have settings of its own."""

    level: str
    name: str

    @property
    def key(self) -> str:
        return f"{self.level}:{self.name}"

    @property
    def title(self) -> str:
        return f"{self.level} {self.name}"

    @property
    def list_key(self) -> str:
        return LEVELS[self.level]

    def settings(self) -> list[Setting]:
        """The settings that may have a value of their own here."""
        return settings_of(self.level)


def place_of(key: str) -> Place | None:
    """The place "entity:100" stands for; None when there is no such level or no name that a record can have."""
    level, _, name = key.partition(":")
    return Place(level, name) if level in LEVELS and name and name == storable(name) else None


def places_with_own(version: SettingsVersion | None) -> list[tuple[Place, dict[str, str]]]:
    """Entities, then projects, that have values of their own."""
    overrides = version.overrides if version else {}
    found = [(place, dict(own)) for key, own in overrides.items() if (place := place_of(key)) is not None]
    return sorted(found, key=lambda entry: entry[0].key)


def lists_picked_by(settings: Iterable[Setting]) -> list[str]:
    """The lists these settings are chosen from, each once."""
    return list(dict.fromkeys(setting.list_key for setting in settings if setting.list_key))


def settings_in_force(connection: Connection | None) -> SettingsVersion | None:
    """The newest saved version, draft or not; None before anything was saved."""
    if connection is None:
        return None
    version: SettingsVersion | None = connection.settings_versions.order_by("-number").first()
    return version


def switch_is_on(connection: Connection | None, key: str) -> bool:
    return switches_of(settings_in_force(connection)).get(key, False)


def switches_of(version: SettingsVersion | None) -> dict[str, bool]:
    """Every declared switch and whether it is on in a version; what is not built yet is off, whatever was stored."""
    stored = version.switches if version else {}
    return {switch.key: bool(stored.get(switch.key)) and is_built(switch) for switch in switches()}


def proposals_for(connection: Connection, settings: Iterable[Setting]) -> dict[str, Proposal]:
    """What is proposed for each of these settings that is chosen from a list which has been read."""
    found = {}
    for setting in settings:
        if setting.fitting is not None and setting.list_key:
            candidates = _candidates(connection, setting.list_key, setting.fitting.words)
            found[setting.key] = propose(setting, candidates)
    return found


def _candidates(connection: Connection, list_key: str, words: tuple[str, ...]) -> Iterator[Candidate]:
    """The records that can be chosen, as a stream; with `words` only those whose id or name hold one of them."""
    items = ListItem.objects.filter(
        connection=connection, kind=list_key, is_active=True, is_known=True, missing_at=None
    )
    if words:
        items = items.filter(any_of(holding(word) for word in words))
    rows = items.order_by("business_id", "record_no").values_list("business_id", "name", "fields")
    return (Candidate(*row) for row in rows.iterator())
