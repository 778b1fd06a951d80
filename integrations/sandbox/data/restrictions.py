"""What a company keeps from its users beyond their roles: objects, fields, and records that cannot be sent.

Owns the decision whether such a restriction applies. Must not know roles or read records.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Denial:
    """An object nobody may touch; with `operation`, `user` or `role` only that one, only by those."""

    object_name: str
    operation: str = ""
    user: str = ""
    role: str = ""

    def applies(self, function: str, object_name: str, user: str, role: str) -> bool:
        return (
            object_name == self.object_name
            and self.operation in ("", function)
            and self.user in ("", user)
            and self.role in ("", role)
        )


@dataclass(slots=True)
class Restrictions:
    """The restrictions of one company, all on demand; a fresh company has none."""

    denials: set[Denial] = field(default_factory=set)
    unselectable: dict[str, set[str]] = field(default_factory=dict)
    # Records that cannot be sent as they are: by object, then RECORDNO, the field at fault and how it is spoilt.
    spoilt: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)

    def denies(self, function: str, object_name: str, user: str, role: str) -> bool:
        return any(denial.applies(function, object_name, user, role) for denial in self.denials)

    def withhold(self, object_name: str, field_name: str) -> None:
        """Let a field be described, but not selected, as some companies do."""
        self.unselectable.setdefault(object_name, set()).add(field_name)

    def first_withheld(self, object_name: str, names: Iterable[str]) -> str | None:
        """The first of `names` that cannot be selected."""
        withheld = self.unselectable.get(object_name, set())
        return next((name for name in names if name in withheld), None)

    def lift(self) -> None:
        self.denials.clear()
        self.unselectable.clear()
        self.spoilt.clear()
