"""Save a connection's settings as a new version.

Raises InvalidSettings with a problem per field; drafts may be incomplete.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.audit import Change, record_event
from accounts.models import User
from integrations.engine.flow import flow_settings, switches
from integrations.event_kinds import IntegrationEvent
from integrations.models import Connection, SettingsVersion
from integrations.required import REQUIRED_SETTINGS
from integrations.selectors import chosen_item, settings_in_force, settings_problems
from integrations.settings_selectors import override_problems, setting_keys


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
    as_draft: bool = False,
    by: User | None = None,
    via: str = "page",
) -> tuple[SettingsVersion, bool]:
    """Store a new version and return it with True, or the present one with False when nothing would change.

    What is not named in `values` or `switched` keeps its value. `overrides` replaces the values of the entities and
    projects it names ("entity:100", "project:24-001"); an empty value takes one away. Raises InvalidSettings: for
    overrides always, for the values unless it is a draft.
    """
    Connection.objects.select_for_update().get(pk=connection.pk)  # one version at a time
    present = settings_in_force(connection)
    before_values, before_switches = (present.values, present.switches) if present else ({}, {})
    new_values = {key: values.get(key, before_values.get(key, "")) for key in setting_keys()}
    new_overrides = _merged(present.overrides if present else {}, overrides or {})
    new_switches = {each.key: bool({**before_switches, **switched}.get(each.key)) for each in switches()}
    # What only concerns an entity or a project is not refused for what is wrong with the company's values.
    is_checked = not as_draft and bool(values or switched or present is None or present.is_draft)
    _refuse_problems(connection, new_values if is_checked else None, overrides or {})
    changes = _changes(connection, before_values, new_values, before_switches, new_switches)
    changes += _override_changes(present.overrides if present else {}, new_overrides)
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
    record_event(IntegrationEvent.SETTINGS_SAVED, _kind(as_draft).capitalize(), about=version, changes=changes, by=by)
    return version, True


def _refuse_problems(
    connection: Connection, values: Mapping[str, str] | None, overrides: Mapping[str, Mapping[str, str]]
) -> None:
    problems = override_problems(connection, overrides)
    if values is not None:
        problems |= settings_problems(connection, values)
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


def _override_changes(before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]) -> list[Change]:
    labels = {option.key: option for option in flow_settings()}
    changes: list[Change] = []
    for place in sorted({*before, *after}):
        level, _, name = place.partition(":")
        for key, option in labels.items():
            old, new = before.get(place, {}).get(key, ""), after.get(place, {}).get(key, "")
            if old != new:
                label = f"{option.title} of {level} {name}"
                changes.append({"label": label, "before": option.shown(old), "after": option.shown(new)})
    return changes


def _kind(is_draft: bool) -> str:
    return "draft" if is_draft else "complete settings"


def _changes(
    connection: Connection,
    old_values: Mapping[str, str],
    new_values: Mapping[str, str],
    old_switches: Mapping[str, Any],
    new_switches: Mapping[str, bool],
) -> list[Change]:
    """Each change in words."""
    changes: list[Change] = []
    for setting in REQUIRED_SETTINGS:
        old, new = old_values.get(setting.key, ""), new_values[setting.key]
        if old != new:
            names = [str(chosen_item(connection, setting, value) or value or "—") for value in (old, new)]
            changes.append({"label": setting.label, "before": names[0], "after": names[1]})
    for option in flow_settings():
        old, new = old_values.get(option.key, ""), new_values[option.key]
        if old != new:
            changes.append({"label": option.title, "before": option.shown(old), "after": option.shown(new)})
    for switch in switches():
        was, now = bool(old_switches.get(switch.key)), new_switches[switch.key]
        if was != now:
            changes.append({"label": switch.label, "before": _on(was), "after": _on(now)})
    return changes


def _on(value: bool) -> str:
    return "on" if value else "off"
