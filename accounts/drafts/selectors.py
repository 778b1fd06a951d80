"""The drafts that a form offers to its own person."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.drafts.sealing import Typed, unseal
from accounts.models import FormDraft, Membership


@dataclass(frozen=True)
class Draft:
    """What was typed at one opening of a form. `typed` is None where it can no longer be read."""

    place: str
    opening: UUID
    number: int
    began_at: datetime
    kept_at: datetime
    typed: list[Typed] | None


def drafts_at(membership: Membership, places: Iterable[str]) -> Iterator[Draft]:
    """Open drafts of some forms, newest first."""
    found = FormDraft.objects.filter(membership=membership, place__in=places, closed_as="").order_by("-kept_at", "-pk")
    for row in found:
        yield Draft(row.place, row.opening, row.number, row.began_at, row.kept_at, unseal(row.sealed, membership))
