"""Every setting and switch, declared once, in one register: the defaults each tenant fills in, and those of the flows.

Owns the declarations and the register that `register_flow` fills. Knows no value: what a tenant chose is
settings.selectors, whether it can be used settings.problems.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from integrations.lists import KINDS_BY_KEY, ListKind, Permission
from integrations.settings.fit import FOR_COSTS, FOR_PURCHASES, Fitting

Cautions = Callable[[Mapping[str, object]], list[str]]


class Need(Enum):
    """Who has to fill in a setting: nobody, each tenant, or a tenant that switched on a flow which declares it."""

    OPTIONAL = "optional"
    ALWAYS = "always"
    WHEN_SWITCHED_ON = "when switched on"


@dataclass(frozen=True)
class Switch:
    """Turns a data type on for a tenant. `permissions` is what the switch needs beyond reading the lists."""

    key: str
    label: str
    effect: str
    permissions: tuple[Permission, ...] = ()
    order: int = 100


@dataclass(frozen=True)
class Setting:
    """A value a tenant chooses: from a mirrored list, from `choices`, as a date, or typed.

    `levels` says whether an entity or a project may have a value of its own; the nearest one wins. `choices` are pairs
    of stored value and label. Without the values that `need` calls for, the integration is not fully enabled.
    `cautions` reads the fields of the mirrored record that is chosen and says, in sentences, what choosing it means.
    `notes` says what is good to know of it. `fitting` judges the records of the list, for what is proposed and offered
    first.
    """

    key: str
    label: str
    purpose: str
    list_key: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    need: Need = Need.OPTIONAL
    is_date: bool = False
    levels: tuple[str, ...] = ("company", "entity", "project")
    order: int = 100
    cautions: Cautions | None = None
    notes: Cautions | None = None
    fitting: Fitting | None = None

    @property
    def title(self) -> str:
        return f"{self.label[:1].upper()}{self.label[1:]}"

    @property
    def kind(self) -> ListKind | None:
        """The list it is chosen from, where it is chosen from one."""
        return KINDS_BY_KEY[self.list_key] if self.list_key else None

    @property
    def is_always_required(self) -> bool:
        return self.need is Need.ALWAYS

    def shown(self, value: str) -> str:
        """A value as people read it; an em dash where there is none."""
        return dict(self.choices).get(value, value) or "—"


DEFAULTS: Final = (
    Setting(
        "default_account",
        "Default Account",
        "The GL account for lines of project change orders and bills that name no account of their own.",
        list_key="gl_accounts",
        need=Need.ALWAYS,
        levels=("company",),
        order=0,
        fitting=FOR_COSTS,
    ),
    Setting(
        "default_item",
        "Default Item ID",
        "The item for lines of purchasing transactions, project change orders and bills that name none. "
        "Intacct refuses such a line without an item.",
        list_key="items",
        need=Need.ALWAYS,
        levels=("company",),
        order=1,
        fitting=FOR_PURCHASES,
    ),
)


@dataclass(frozen=True)
class Chosen:
    """The value of a setting and where it comes from, in words; both empty when nothing is chosen."""

    value: str
    source: str


@dataclass(frozen=True)
class Declaration:
    """What one flow declares: the switch it works by, and the settings it needs."""

    switch: Switch | None
    settings: tuple[Setting, ...]


_switches: dict[str, Switch] = {}
_declarations: dict[str, Declaration] = {}


def register_settings(flow_key: str, switch: Switch | None, settings: tuple[Setting, ...]) -> None:
    """Make the settings of a flow known, and its switch with them. Two settings under one key are a defect."""
    known = {setting.key: setting for setting in all_settings()}
    for setting in settings:
        if known.setdefault(setting.key, setting) != setting:
            raise ValueError(f"Two settings call themselves {setting.key!r}.")
        if setting.need is Need.WHEN_SWITCHED_ON and switch is None:
            raise ValueError(f"{setting.key!r} is required by a switch, and {flow_key!r} has none.")
    if switch is not None:
        register_switch(switch)
    _declarations[flow_key] = Declaration(switch, settings)


def register_switch(switch: Switch) -> None:
    """Make a switch known, also before its flow exists."""
    if _switches.setdefault(switch.key, switch) != switch:
        raise ValueError(f"Two switches call themselves {switch.key!r}.")


def switches() -> list[Switch]:
    """Every switch, in the order pages show them."""
    return sorted(_switches.values(), key=lambda switch: (switch.order, switch.label))


def all_settings() -> list[Setting]:
    """Every setting there is, once, in the order pages show them."""
    declared = {setting.key: setting for setting in DEFAULTS}
    for each in _declarations.values():
        declared |= {setting.key: setting for setting in each.settings}
    return sorted(declared.values(), key=lambda setting: (setting.order, setting.label))


def setting_for(key: str) -> Setting | None:
    return next((setting for setting in all_settings() if setting.key == key), None)


def settings_of(level: str) -> list[Setting]:
    """The settings that may have a value of their own at a level: "company", "entity" or "project"."""
    return [setting for setting in all_settings() if level in setting.levels]


def switches_requiring(setting: Setting) -> list[Switch]:
    """The switches that need this setting to be filled in when they are on, in the order pages show them."""
    if setting.need is not Need.WHEN_SWITCHED_ON:
        return []
    needing = {each.switch for each in _declarations.values() if setting in each.settings}
    return [switch for switch in switches() if switch in needing]


def settings_by_switch() -> list[tuple[Switch | None, list[Setting]]]:
    """The settings of flows, each under the first switch whose flows need it; those of flows without one last."""
    left = [setting for setting in all_settings() if setting not in DEFAULTS]
    groups: list[tuple[Switch | None, list[Setting]]] = []
    for switch in [*switches(), None]:
        declared = [each for each in _declarations.values() if each.switch == switch]
        needed = {setting.key for each in declared for setting in each.settings}
        groups.append((switch, [setting for setting in left if setting.key in needed]))
        left = [setting for setting in left if setting.key not in needed]
    return [(switch, found) for switch, found in groups if found]


def is_built(switch: Switch) -> bool:
    """Whether some flow works by this switch yet; one that is not built can be switched on by nobody."""
    return any(each.switch == switch for each in _declarations.values())


def built_switches() -> list[Switch]:
    """The switches that some flow works by, in the order pages show them."""
    return [switch for switch in switches() if is_built(switch)]
