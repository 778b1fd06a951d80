"""Restore an earlier version of the settings: what would change, what cannot come back and why, and the doing of it.

Owns what of a version is restored. Its values are checked as they are now, and saved by integrations.settings.service.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from accounts.audit import Change
from accounts.models import User
from integrations.models import Connection, SettingsVersion
from integrations.records.lookup import MirrorView
from integrations.settings.declared import setting_for, switches
from integrations.settings.problems import override_problems, settings_problems
from integrations.settings.selectors import place_of, setting_keys, settings_in_force, switches_of
from integrations.settings.service import changes_between, merged, save_settings


@dataclass(frozen=True)
class LeftOut:
    """Something of the version that cannot come back; what is there now stays."""

    label: str
    problem: str


@dataclass(frozen=True)
class Restoration:
    """What restoring a version would do now."""

    version: SettingsVersion
    present: SettingsVersion
    values: Mapping[str, str]
    switched: Mapping[str, bool]
    overrides: Mapping[str, Mapping[str, str]]
    left_out: tuple[LeftOut, ...]
    changes: tuple[Change, ...]


def restoration(connection: Connection, number: int) -> Restoration | None:
    """What restoring the version of this number would do; None when there is none, or it is the newest already."""
    present = settings_in_force(connection)
    version: SettingsVersion | None = connection.settings_versions.filter(number=number).first()
    if present is None or version is None or version.number == present.number:
        return None
    mirror = MirrorView(connection)
    values, without = _values(version, present, mirror)
    overrides, places_without = _overrides(version, present, mirror)
    left = [*without, *_switches_left_out(version), *places_without]
    after = merged(present.overrides, overrides)
    was_on = switches_of(version)
    switched = {key: was_on[key] if key in version.switches else on for key, on in switches_of(present).items()}
    changes = changes_between(mirror, present, values, after, switched)
    return Restoration(version, present, values, switched, overrides, tuple(left), tuple(changes))


def restore(
    connection: Connection, number: int, *, reason: str, based_on: int, by: User | None = None
) -> tuple[SettingsVersion, bool] | None:
    """Save what can be restored of a version as a new one, with the reason; None where there is nothing to restore.

    Raises Outdated when the newest version is not `based_on`, and InvalidSettings when what is there now cannot be used
    either.
    """
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)
        found = restoration(connection, number)
        if found is None:
            return None
        told: Change = {
            "label": "Restored",
            "before": f"version {found.present.number}",
            "after": f"version {found.version.number}" + (f": {reason}" if reason else ""),
        }
        return save_settings(
            connection,
            values=found.values,
            switched=found.switched,
            overrides=found.overrides,
            told=[told],
            based_on=based_on,
            as_draft=found.version.is_draft,
            by=by,
        )


def _values(
    version: SettingsVersion, present: SettingsVersion, mirror: MirrorView
) -> tuple[dict[str, str], list[LeftOut]]:
    """The values of the version; for one that cannot be used any more, the value there is now.

    A setting that the version does not know, because it was saved before there was one, keeps its value as well.
    """
    values = {key: str(version.values.get(key, present.values.get(key, ""))) for key in setting_keys()}
    left = []
    for key, problem in settings_problems(values, mirror).items():
        setting = setting_for(key)
        if setting is not None and values[key]:
            left.append(LeftOut(f"{setting.title}: {setting.shown(values[key])}", problem))
            values[key] = str(present.values.get(key, ""))
    return values, left


def _overrides(
    version: SettingsVersion, present: SettingsVersion, mirror: MirrorView
) -> tuple[dict[str, dict[str, str]], list[LeftOut]]:
    """The own values of places; those of a place where one cannot be used any more stay as they are now."""
    wanted: dict[str, dict[str, str]] = {place: {} for place in present.overrides}
    left = []
    for key, own in version.overrides.items():
        problems = override_problems({key: own}, mirror)
        if not problems:
            wanted[key] = dict(own)
            continue
        place = place_of(key)
        label = place.title.capitalize() if place is not None else key
        left += [LeftOut(f"{label}, own values", problem) for problem in dict.fromkeys(problems.values())]
        wanted.pop(key, None)
    return wanted, left


def _switches_left_out(version: SettingsVersion) -> list[LeftOut]:
    states = switches_of(version)
    return [
        LeftOut(f"{switch.label}: on", "It is coming, and cannot be switched on yet.")
        for switch in switches()
        if version.switches.get(switch.key) and not states[switch.key]
    ]
