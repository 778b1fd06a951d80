"""`configure SLUG --default-account A --default-item I [--sync-projects | --no-sync-projects …]`: save the settings.

With `--entity E` or `--project P` the settings of flows that are named are saved as its own values.
"""

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from accounts.models import Tenant
from integrations.commands import EXIT_REFUSED, EXIT_USE, TenantCommand
from integrations.connections.service import normalise_id
from integrations.doctor.readiness import readiness
from integrations.models import Connection
from integrations.settings.declared import all_settings, setting_for, switches
from integrations.settings.selectors import setting_keys, settings_in_force
from integrations.settings.service import InvalidSettings, save_settings


class Command(TenantCommand):
    help = "Save the settings of the integration. What is not named keeps its value; an empty value takes it away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        for setting in all_settings():
            values = [value for value, _ in setting.choices]
            shown = "|".join(values) or ("YYYY-MM-DD" if setting.is_date else "ID" if setting.list_key else "TEXT")
            parser.add_argument(_flag(setting.key), metavar=shown, help=f"{setting.title}. {setting.purpose}")
        for switch in switches():
            parser.add_argument(_flag(switch.key), action=BooleanOptionalAction, default=None, help=switch.effect)
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--entity", metavar="ID", help="save the values named as those of this entity")
        place.add_argument("--project", metavar="ID", help="save the values named as those of this project")
        parser.add_argument("--draft", action="store_true", help="save although required settings are missing")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        given = {key: normalise_id(options[key]) for key in setting_keys() if options[key] is not None}
        switched = {switch.key: options[switch.key] for switch in switches() if options[switch.key] is not None}
        place = next((f"{level}:{options[level]}" for level in ("entity", "project") if options[level]), "")
        if place and (switched or not given):
            self.end(EXIT_USE, f"Name settings, and no switches, with --{place.partition(':')[0]}.", "", "USAGE")
        connection = self.connection()
        overrides = {place: {**_own(connection, place), **given}} if place else None
        try:
            version, is_new = save_settings(
                connection,
                values={} if place else given,
                switched=switched,
                overrides=overrides,
                as_draft=options["draft"] or bool(place and _is_draft(connection)),
                via="command",
            )
        except InvalidSettings as error:
            told = "\n".join(f"{_label(key)}: {problem}" for key, problem in error.problems.items())
            self.end(EXIT_REFUSED, told, code_hint(), "SETTINGS-INVALID")
        ready = readiness(through_queue=False)
        facts = {
            "version": version.number,
            "draft": version.is_draft,
            "changed": is_new,
            "fully_enabled": ready.is_fully_enabled,
            "missing": list(ready.missing),
            "values": version.values,
            "overrides": version.overrides,
            "switches": version.switches,
        }
        changes = [f"  {change['label']}: {change['before']} → {change['after']}" for change in version.changes]
        if is_new:
            self.report(facts, f"Saved as version {version.number}.", *changes, *ready.missing)
        else:
            self.report(facts, f"Nothing changed; version {version.number} stays in force.", *ready.missing)


def _flag(key: str) -> str:
    return "--" + key.replace("_", "-")


def _label(key: str) -> str:
    setting = setting_for(key)
    switch = next((switch for switch in switches() if switch.key == key), None)
    return setting.title if setting is not None else switch.label if switch is not None else key.capitalize()


def _own(connection: Connection, place: str) -> dict[str, str]:
    version = settings_in_force(connection)
    return dict(version.overrides.get(place, {})) if version else {}


def _is_draft(connection: Connection) -> bool:
    version = settings_in_force(connection)
    return version is None or version.is_draft


def code_hint() -> str:
    return "Nothing was saved. With --draft an incomplete set is kept."
