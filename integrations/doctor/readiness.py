"""How far the set-up of a tenant's integration is, what is missing, and where it goes on.

Reads only; needs the tenant's scope. Asks the rooms that know; decides nothing of its own.
"""

from dataclasses import dataclass

from integrations.gateway.access import live_connection
from integrations.models import Connection, SettingsVersion
from integrations.records.lookup import MirrorView
from integrations.settings.declared import all_settings
from integrations.settings.problems import missing_values
from integrations.settings.selectors import settings_in_force


@dataclass(frozen=True)
class Readiness:
    """How far the set-up is. `missing` are sentences; `next_step` is an address name with a label, or None."""

    connection: Connection | None
    settings: SettingsVersion | None
    missing: tuple[str, ...]
    next_step: tuple[str, str] | None

    @property
    def is_fully_enabled(self) -> bool:
        return self.connection is not None and self.settings is not None and not self.missing


def readiness() -> Readiness:
    """What stands between the tenant and a fully enabled integration."""
    connection = live_connection()
    if connection is None:
        return Readiness(None, None, ("Sage Intacct is not connected.",), ("set_up", "Set up Sage Intacct"))
    version = settings_in_force(connection)
    if not connection.is_usable:
        reason = connection.state_reason or f"The connection is {connection.get_state_display().lower()}."
        return Readiness(connection, version, (reason,), ("connection", "Look at the connection"))
    if version is None:
        names = " and ".join(setting.label for setting in all_settings() if setting.is_always_required)
        return Readiness(connection, None, (f"{names} are not chosen yet.",), ("settings", "Fill in the settings"))
    missing = missing_values(version, MirrorView(connection))
    if version.is_draft and not missing:
        missing = ["The settings are saved as a draft only."]
    next_step = ("settings", "Complete the settings") if missing else None
    return Readiness(connection, version, tuple(missing), next_step)
