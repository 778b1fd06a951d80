"""The drafts that a form offers to its own person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.drafts.sealing import Typed, unseal
from accounts.models import FormDraft, Membership


@dataclass(frozen=True)
class Draft:
    """What was typed at one opening of a form. `typed` is None where it can no longer be read."""

    opening: UUID
    number: int
    began_at: datetime
    kept_at: datetime
    typed: list[Typed] | None


def drafts_at(membership: Membership, place: str) -> Iterator[Draft]:
    """Open drafts of one form, newest first."""
    found = FormDraft.objects.filter(membership=membership, place=place, closed_as="").order_by("-kept_at", "-pk")
    for row in found:
        yield Draft(row.opening, row.number, row.began_at, row.kept_at, unseal(row.sealed, membership))
