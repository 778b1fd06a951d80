"""What each role may do, computed from the guards of the views, so that it cannot differ from what is enforced.

Owns the joining and the order. Declares nothing: words and roles stand at the views.
"""

from dataclasses import dataclass
from typing import Final

from django.urls import get_resolver

from accounts.access import ABILITIES
from accounts.models import Role

READING: Final = "Read projects, documents, lists, the sync history and settings"


@dataclass(frozen=True)
class Ability:
    """Something people do here, and the least role it needs."""

    label: str
    least: Role

    @property
    def by_role(self) -> list[tuple[Role, bool]]:
        """For each role whether it is included."""
        return [(role, role.includes(self.least)) for role in Role]


def abilities() -> list[Ability]:
    """What roles may do, what everybody may first. Pages that everybody may see are one line."""
    get_resolver().url_patterns  # noqa: B018 - loads every view, so that all guards have spoken
    found = {READING: Role.VIEWER, **ABILITIES}
    return sorted((Ability(label, least) for label, least in found.items()), key=lambda ability: ability.least.rank)
