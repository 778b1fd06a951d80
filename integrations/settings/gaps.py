"""Settings that a switched-on flow needs and that nobody chose.

Owns how such a gap is found and the sentence that tells of it. Blocks nothing itself: each flow does that.
"""

from dataclasses import dataclass

from integrations.models import SettingsVersion
from integrations.settings.declared import FlowSetting, Switch, declarations


@dataclass(frozen=True)
class Gap:
    """A switch is on while a setting it needs is empty: documents that need it are blocked."""

    switch: Switch
    options: tuple[FlowSetting, ...]

    def __str__(self) -> str:
        names = ", ".join(option.label for option in self.options)
        if len(self.options) == 1:
            return f"{self.switch.label} is on, but the {names} is not chosen. Documents that need it are blocked."
        return f"{self.switch.label} is on, but these are not chosen: {names}. Documents that need them are blocked."


def gaps(version: SettingsVersion | None) -> list[Gap]:
    """What is missing for the switches that are on. A value of an entity or project counts for that place only."""
    if version is None:
        return []
    empty: dict[Switch, dict[str, FlowSetting]] = {}
    for declared in declarations():
        if declared.switch is None or not version.switches.get(declared.switch.key):
            continue
        for option in declared.settings:
            if option.is_needed and not option.default and not version.values.get(option.key):
                empty.setdefault(declared.switch, {})[option.key] = option
    return [
        Gap(switch, tuple(sorted(found.values(), key=lambda option: option.order)))
        for switch, found in sorted(empty.items(), key=lambda entry: entry[0].order)
    ]
