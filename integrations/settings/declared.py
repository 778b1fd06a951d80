"""Every setting and switch, declared once: those each tenant must fill, and those the flows need, in one register.

Owns the declarations and the register that `register_flow` fills. Knows no value: what a tenant chose is
settings.selectors, whether it can be used settings.problems.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from integrations.lists import KINDS_BY_KEY, ListKind, Permission


@dataclass(frozen=True)
class RequiredSetting:
    key: str
    label: str
    list_key: str
    purpose: str

    @property
    def kind(self) -> ListKind:
        return KINDS_BY_KEY[self.list_key]


REQUIRED_SETTINGS: Final = (
    RequiredSetting(
        "default_account",
        "Default Account",
        "gl_accounts",
        "The GL account for lines of project change orders and bills that name no account of their own.",
    ),
    RequiredSetting(
        "default_item",
        "Default Item ID",
        "items",
        "The item for lines of purchasing transactions, project change orders and bills that name none. "
        "Intacct refuses such a line without an item.",
    ),
)


@dataclass(frozen=True)
class Switch:
    """Turns a data type on for a tenant. `permissions` is what the switch needs beyond reading the lists."""

    key: str
    label: str
    effect: str
    permissions: tuple[Permission, ...] = ()
    order: int = 100


@dataclass(frozen=True)
class FlowSetting:
    """A setting a flow needs besides the required ones: chosen from a mirrored list, from `choices`, or typed.

    `levels` says whether an entity or a project may have a value of its own; the nearest one wins. `choices` are pairs
    of stored value and label. `is_needed` settings keep documents from being pushed while they are empty. `cautions`
    reads the fields of the mirrored record that is chosen and says, in sentences, what choosing it means.
    """

    key: str
    label: str
    purpose: str
    list_key: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    is_needed: bool = False
    is_date: bool = False
    levels: tuple[str, ...] = ("company", "entity", "project")
    order: int = 100
    cautions: Callable[[Mapping[str, Any]], list[str]] | None = None

    @property
    def title(self) -> str:
        return f"{self.label[:1].upper()}{self.label[1:]}"

    def shown(self, value: str) -> str:
        """A value as people read it; an em dash where there is none."""
        return dict(self.choices).get(value, value) or "—"


@dataclass(frozen=True)
class Chosen:
    """The value of a setting and where it comes from, in words; both empty when nothing is chosen."""

    value: str
    source: str


@dataclass(frozen=True)
class Declaration:
    """What one flow declares: the switch it works by, and the settings it needs."""

    switch: Switch | None
    settings: tuple[FlowSetting, ...]


_switches: dict[str, Switch] = {}
_declarations: dict[str, Declaration] = {}


def register_settings(flow_key: str, switch: Switch | None, settings: tuple[FlowSetting, ...]) -> None:
    """Make the settings of a flow known, and its switch with them."""
    if switch is not None:
        register_switch(switch)
    _declarations[flow_key] = Declaration(switch, settings)


def declarations() -> list[Declaration]:
    """What every flow declares."""
    return list(_declarations.values())


def register_switch(switch: Switch) -> None:
    """Make a switch known, also before its flow exists."""
    if _switches.setdefault(switch.key, switch) != switch:
        raise ValueError(f"Two switches call themselves {switch.key!r}.")


def switches() -> list[Switch]:
    """Every switch, in the order pages show them."""
    return sorted(_switches.values(), key=lambda switch: (switch.order, switch.label))


def flow_settings() -> list[FlowSetting]:
    """Every setting that some flow declares, once, in the order pages show them."""
    declared = {setting.key: setting for each in _declarations.values() for setting in each.settings}
    return sorted(declared.values(), key=lambda setting: (setting.order, setting.label))


def settings_by_switch() -> list[tuple[Switch | None, list[FlowSetting]]]:
    """The settings of flows, each under the first switch whose flows need it; those of flows without one last."""
    left = flow_settings()
    groups: list[tuple[Switch | None, list[FlowSetting]]] = []
    for switch in [*switches(), None]:
        needed = {setting.key for each in declarations() if each.switch == switch for setting in each.settings}
        groups.append((switch, [setting for setting in left if setting.key in needed]))
        left = [setting for setting in left if setting.key not in needed]
    return [(switch, found) for switch, found in groups if found]


def is_built(switch: Switch) -> bool:
    """Whether some flow works by this switch yet."""
    return any(each.switch == switch for each in _declarations.values())
