"""What each role may do, computed from the guards of the views, so that it cannot differ from what is enforced.

Owns the joining and the order. Declares nothing: words and roles stand at the views.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import ABILITIES
from accounts.models import Role

READING: Final = "Read projects, runs and settings"


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
    found = {READING: Role.VIEWER, **ABILITIES}
    for pattern in _patterns(get_resolver()):
        least = getattr(pattern.callback, "least_role", None)
        if least is None or least == Role.VIEWER or getattr(pattern.callback, "may", ""):
            continue
        found.setdefault(str(pattern.name).replace("_", " ").capitalize(), least)
    return sorted((Ability(label, least) for label, least in found.items()), key=lambda ability: ability.least.rank)


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry)
        elif isinstance(entry, URLPattern):
            yield entry
