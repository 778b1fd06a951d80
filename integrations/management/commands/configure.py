"""`configure SLUG --default-account A --default-item I [--sync-projects | --no-sync-projects …]`: save the settings."""

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from accounts.models import Tenant
from integrations.commands import EXIT_REFUSED, TenantCommand
from integrations.engine.flow import switches
from integrations.required import REQUIRED_SETTINGS
from integrations.selectors import readiness
from integrations.services.connection import normalise_id
from integrations.services.settings import InvalidSettings, save_settings


class Command(TenantCommand):
    help = "Save the settings of the integration. What is not named keeps its value."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        for setting in REQUIRED_SETTINGS:
            flag = "--" + setting.key.replace("_", "-")
            parser.add_argument(flag, metavar="ID", help=f"{setting.label}. {setting.purpose}")
        for switch in switches():
            flag = "--" + switch.key.replace("_", "-")
            parser.add_argument(flag, action=BooleanOptionalAction, default=None, help=switch.effect)
        parser.add_argument("--draft", action="store_true", help="save although required settings are missing")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        given = {setting.key: options[setting.key] for setting in REQUIRED_SETTINGS}
        values = {key: normalise_id(value) for key, value in given.items() if value is not None}
        switched = {switch.key: options[switch.key] for switch in switches() if options[switch.key] is not None}
        try:
            version, is_new = save_settings(
                self.connection(), values=values, switched=switched, as_draft=options["draft"], via="command"
            )
        except InvalidSettings as error:
            labels = {setting.key: setting.label for setting in REQUIRED_SETTINGS}
            told = "\n".join(f"{labels[key]}: {problem}" for key, problem in error.problems.items())
            self.end(EXIT_REFUSED, told, code_hint(), "SETTINGS-INVALID")
        facts = {
            "version": version.number,
            "draft": version.is_draft,
            "changed": is_new,
            "fully_enabled": readiness().is_fully_enabled,
            "values": version.values,
            "switches": version.switches,
        }
        changes = [f"  {change['label']}: {change['before']} → {change['after']}" for change in version.changes]
        if is_new:
            self.report(facts, f"Saved as version {version.number}.", *changes)
        else:
            self.report(facts, f"Nothing changed; version {version.number} stays in force.")


def code_hint() -> str:
    return "Nothing was saved. With --draft an incomplete set is kept."
