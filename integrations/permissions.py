"""The rights the role of the web services user needs, computed from what is declared: lists, switches, connection.

Owns the joining and the order. Declares nothing itself but what every connection needs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from integrations.engine.flow import switches
from integrations.lists import KINDS, Permission

# The order in which Intacct's permission screens show the rights.
RIGHTS: Final = ("List", "View", "Add", "Edit", "Delete")
CONNECTION: Final = (
    (Permission("Company", "Entities"), "To name the entity of the connection and to offer the others."),
)


@dataclass(frozen=True)
class PermissionRow:
    """One line of a role's permission screen. `needed_for` says what each user of it wants it for."""

    name: str
    rights: tuple[str, ...]
    needed_for: tuple[str, ...]


@dataclass(frozen=True)
class PermissionGroup:
    module: str
    rows: tuple[PermissionRow, ...]


def permission_groups() -> list[PermissionGroup]:
    """Every right the role needs, by module; rights asked for more than once are joined."""
    modules: dict[str, dict[str, tuple[set[str], list[str]]]] = {}
    for permission, needed_for in _needs():
        rights, purposes = modules.setdefault(permission.module, {}).setdefault(permission.name, (set(), []))
        rights.update(permission.rights)
        if needed_for not in purposes:
            purposes.append(needed_for)
    return [
        PermissionGroup(
            module,
            tuple(
                PermissionRow(name, tuple(right for right in RIGHTS if right in rights), tuple(purposes))
                for name, (rights, purposes) in rows.items()
            ),
        )
        for module, rows in sorted(modules.items())
    ]


def _needs() -> Iterator[tuple[Permission, str]]:
    yield from CONNECTION
    for kind in KINDS:
        yield kind.permission, kind.purpose
    for switch in switches():
        for permission in switch.permissions:
            yield permission, f"For the switch {switch.label}."
