"""Save a connection's settings as a new version.

Raises InvalidSettings with a problem per field; drafts may be incomplete.
"""

from collections.abc import Mapping

from django.db import transaction

from accounts.audit import Change, record_event
from accounts.models import User
from integrations.event_kinds import IntegrationEvent
from integrations.judging import judge_all_again
from integrations.models import Connection, SettingsVersion
from integrations.records.lookup import MirrorView
from integrations.settings.declared import Setting, all_settings, settings_of, switches
from integrations.settings.problems import override_problems, settings_problems
from integrations.settings.selectors import setting_keys, settings_in_force


class Outdated(Exception):
    """Somebody saved other settings after the ones a change is based on. `newer` are their versions, newest first."""

    def __init__(self, newer: list[SettingsVersion]) -> None:
        super().__init__(f"{len(newer)} newer versions")
        self.newer = newer


class InvalidSettings(Exception):
    """`problems` maps the key of a setting to what is wrong with its value."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


@transaction.atomic
def save_settings(
    connection: Connection,
    *,
    values: Mapping[str, str],
    switched: Mapping[str, bool],
    overrides: Mapping[str, Mapping[str, str]] | None = None,
    based_on: int | None = None,
    as_draft: bool = False,
    by: User | None = None,
    via: str = "page",
) -> tuple[SettingsVersion, bool]:
    """Store a new version and return it with True, or the present one with False when nothing would change.

    What is not named in `values` or `switched` keeps its value. `overrides` replaces the values of the entities and
    projects it names ("entity:100", "project:24-001"); an empty value takes one away. Raises InvalidSettings: for
    overrides always, for the values unless it is a draft. With `based_on`, the number of the version the person had
    seen, raises Outdated when there is a newer one.
    """
    Connection.objects.select_for_update().get(pk=connection.pk)  # one version at a time
    if based_on is not None:
        _refuse_outdated(connection, based_on)
    present = settings_in_force(connection)
    before_values, before_switches = (present.values, present.switches) if present else ({}, {})
    new_values = {key: values.get(key, before_values.get(key, "")) for key in setting_keys()}
    new_overrides = _merged(present.overrides if present else {}, overrides or {})
    new_switches = {each.key: bool({**before_switches, **switched}.get(each.key)) for each in switches()}
    # What only concerns an entity or a project is not refused for what is wrong with the company's values.
    is_checked = not as_draft and bool(values or switched or present is None or present.is_draft)
    mirror = MirrorView(connection)
    _refuse_problems(new_values if is_checked else None, overrides or {}, mirror)
    changes = _changes(mirror, present, new_values, new_overrides, new_switches)
    if present is not None and present.is_draft != as_draft:
        changes.append({"label": "Saved as", "before": _kind(present.is_draft), "after": _kind(as_draft)})
    if present is not None and not changes:
        return present, False
    version = SettingsVersion.objects.create(
        tenant_id=connection.tenant_id,
        connection=connection,
        number=present.number + 1 if present else 1,
        values=new_values,
        overrides=new_overrides,
        switches=new_switches,
        is_draft=as_draft,
        changes=changes,
        saved_by=by,
        saved_via=via,
    )
    judge_all_again(connection)
    record_event(IntegrationEvent.SETTINGS_SAVED, _kind(as_draft).capitalize(), about=version, changes=changes, by=by)
    return version, True


def _refuse_outdated(connection: Connection, based_on: int) -> None:
    newer = connection.settings_versions.filter(number__gt=based_on).select_related("saved_by").order_by("-number")
    if versions := list(newer):
        raise Outdated(versions)


def _refuse_problems(
    values: Mapping[str, str] | None, overrides: Mapping[str, Mapping[str, str]], mirror: MirrorView
) -> None:
    problems = override_problems(overrides, mirror)
    if values is not None:
        problems |= settings_problems(values, mirror)
    if problems:
        raise InvalidSettings(problems)


def remove_overrides(connection: Connection, place: str, *, by: User | None = None) -> SettingsVersion | None:
    """Take every value of one entity or project away, in a new version; None when it has none."""
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)
        present = settings_in_force(connection)
        if present is None or place not in present.overrides:
            return None
        version, _ = save_settings(
            connection, values={}, switched={}, overrides={place: {}}, as_draft=present.is_draft, by=by
        )
    return version


def _merged(
    before: Mapping[str, Mapping[str, str]], wanted: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """The overrides with those of the named places replaced; places without any value are left out."""
    merged = {place: dict(own) for place, own in before.items()}
    for place, own in wanted.items():
        merged[place] = {key: value for key, value in own.items() if value}
    return {place: own for place, own in sorted(merged.items()) if own}


def _kind(is_draft: bool) -> str:
    return "draft" if is_draft else "complete settings"


def _changes(
    mirror: MirrorView,
    before: SettingsVersion | None,
    values: Mapping[str, str],
    overrides: Mapping[str, Mapping[str, str]],
    switched: Mapping[str, bool],
) -> list[Change]:
    """Each change from the version before in words."""
    changes = []
    old_values, old_switches = (before.values, before.switches) if before else ({}, {})
    for setting in all_settings():
        changes += _change(setting, setting.title, old_values.get(setting.key, ""), values[setting.key], mirror)
    for switch in switches():
        was, now = bool(old_switches.get(switch.key)), switched[switch.key]
        if was != now:
            changes.append({"label": switch.label, "before": _on(was), "after": _on(now)})
    old_overrides = before.overrides if before else {}
    for place in sorted({*old_overrides, *overrides}):
        level, _, name = place.partition(":")
        for setting in settings_of(level):
            old, new = old_overrides.get(place, {}).get(setting.key, ""), overrides.get(place, {}).get(setting.key, "")
            changes += _change(setting, f"{setting.title} of {level} {name}", old, new, mirror)
    return changes


def _change(setting: Setting, label: str, old: str, new: str, mirror: MirrorView) -> list[Change]:
    if old == new:
        return []
    return [{"label": label, "before": _shown(setting, old, mirror), "after": _shown(setting, new, mirror)}]


def _shown(setting: Setting, value: str, mirror: MirrorView) -> str:
    """The record a value stands for, else the value as people read it."""
    item = mirror.get(setting.list_key, value) if setting.list_key and value else None
    return str(item) if item is not None else setting.shown(value)


def _on(value: bool) -> str:
    return "on" if value else "off"
