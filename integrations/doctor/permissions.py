"""The rights the role of the web services user needs, computed from what is declared: lists, switches, connection.

Owns the joining and the order. Declares nothing itself but what every connection needs.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from integrations.lists import KINDS, Permission
from integrations.settings.declared import Switch, built_switches, is_built, switches

# The order in which Intacct's permission screens show the rights.
RIGHTS: Final = ("List", "View", "Add", "Edit", "Delete")
CONNECTION: Final = (
    (Permission("Company", "Entities"), "To name the entity of the connection and to offer the others."),
)
OPTIONAL: Final = (
    (
        Permission("Platform Services", "Custom Reports"),
        "To look deletions up in the audit history. Without it they are found once a night.",
    ),
    (
        Permission("User Defined Dimensions", "Each dimension in use"),
        "To put values of the company's own dimensions on lines.",
    ),
)
ALWAYS_NEEDED: Final = "Always"
NEVER_NEEDED: Final = "Optional"


# A right, what it is wanted for, the labels of the switches that need it, and whether nothing works without it.
_Need = tuple[Permission, str, list[str], bool]


@dataclass(frozen=True)
class PermissionRow:
    """One line of a role's permission screen. `needed_for` says what each user of it wants it for, `need` how much."""

    name: str
    rights: tuple[str, ...]
    needed_for: tuple[str, ...]
    need: str


@dataclass(frozen=True)
class PermissionGroup:
    module: str
    rows: tuple[PermissionRow, ...]


@dataclass
class _Collected:
    """What has been asked for under one name so far. `switches` are the labels of those that need it."""

    rights: set[str] = field(default_factory=set)
    purposes: list[str] = field(default_factory=list)
    switches: list[str] = field(default_factory=list)
    always: bool = False

    def row(self, name: str) -> PermissionRow:
        need = ALWAYS_NEEDED if self.always else ", ".join(dict.fromkeys(self.switches)) or NEVER_NEEDED
        return PermissionRow(
            name, tuple(right for right in RIGHTS if right in self.rights), tuple(dict.fromkeys(self.purposes)), need
        )


def permission_groups(chosen: Collection[str] | None = None) -> list[PermissionGroup]:
    """Every right the role can use, by module; rights asked for more than once are joined.

    `chosen` are the keys of the switches that will be used, all that are built when it is None. A list that only others
    need is optional: it can be read, and need not be.
    """
    used = [switch for switch in built_switches() if chosen is None or switch.key in chosen]
    return _grouped(_needs(used))


def coming_groups() -> list[PermissionGroup]:
    """The rights that switches will need which are not built yet."""
    coming = (switch for switch in switches() if not is_built(switch))
    return _grouped(
        (permission, f"For the switch {switch.label}.", [switch.label], False)
        for switch in coming
        for permission in switch.permissions
    )


def _grouped(needs: Iterable[_Need]) -> list[PermissionGroup]:
    modules: dict[str, dict[str, _Collected]] = {}
    for permission, purpose, switched, always in needs:
        found = modules.setdefault(permission.module, {}).setdefault(permission.name, _Collected())
        found.rights.update(permission.rights)
        found.purposes.append(purpose)
        found.switches += switched
        found.always = found.always or always
    return [
        PermissionGroup(module, tuple(found.row(name) for name, found in rows.items()))
        for module, rows in sorted(modules.items())
    ]


def _needs(used: Collection[Switch]) -> Iterator[_Need]:
    """Each right with its purpose, the switches in use that cannot do without it, and whether nothing can."""
    known = {switch.key: switch for switch in used}
    for permission, purpose in CONNECTION:
        yield permission, purpose, [], True
    for kind in KINDS:
        labels = [known[key].label for key in kind.needed_by if key in known]
        yield kind.permission, kind.purpose, labels, kind.always_needed
    for switch in known.values():
        for permission in switch.permissions:
            yield permission, f"For the switch {switch.label}.", [switch.label], False
    for permission, purpose in OPTIONAL:
        yield permission, purpose, [], False
