"""Keep, replace and close drafts of forms.

Owns how many one person may have and that a late or older text never takes the place of a newer one. Must not decide
whether a form was saved: accounts.drafts.middleware does.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.access import TenantRequest
from accounts.drafts.sealing import Typed, seal
from accounts.models import ClosedAs, FormDraft, Membership
from accounts.refusal import Refused

FIELD: Final = "draft_of_form"  # static/js/drafts.js sends with a form which draft it was
MOST_AT_ONE_PLACE: Final = 10
MOST_OF_ONE_PERSON: Final = 200


class Closed(Exception):
    """The draft was saved, discarded or taken over; `closed_as` says which."""

    def __init__(self, closed_as: ClosedAs) -> None:
        super().__init__(str(closed_as))
        self.closed_as = closed_as


def keep_draft(
    membership: Membership, place: str, opening: uuid.UUID, typed: Iterable[Typed], *, number: int
) -> datetime:
    """Keep what is typed now; return when it was kept. A text with a lower `number` than the one kept changes nothing.

    Raises Closed, TooLarge, and Refused where there are too many.
    """
    sealed, now = seal(typed, membership), timezone.now()
    own = FormDraft.objects.filter(membership=membership, opening=opening)
    newer = own.filter(closed_as="", number__lt=number)
    if newer.update(sealed=sealed, kept_at=now, number=number):
        return now
    found = own.first() or _begin(membership, place, opening, sealed, number, now)
    if found.closed_as:
        raise Closed(ClosedAs(found.closed_as))
    return found.kept_at


def _begin(
    membership: Membership, place: str, opening: uuid.UUID, sealed: str, number: int, now: datetime
) -> FormDraft:
    _require_room(membership, place)
    try:
        with transaction.atomic():
            return FormDraft.objects.create(
                tenant=membership.tenant,
                membership=membership,
                place=place,
                opening=opening,
                sealed=sealed,
                number=number,
                kept_at=now,
            )
    except IntegrityError:  # two requests of the same window began it at once
        return FormDraft.objects.get(membership=membership, opening=opening)


def _require_room(membership: Membership, place: str) -> None:
    kept = FormDraft.objects.filter(membership=membership, closed_as="")
    if kept.filter(place=place).count() >= MOST_AT_ONE_PLACE:
        raise Refused(
            f"There are {MOST_AT_ONE_PLACE} drafts of this form already.",
            "Open the form again, and restore or discard some of them.",
            code="DRAFT-TOO-MANY",
        )
    if kept.count() >= MOST_OF_ONE_PERSON:
        raise Refused(
            f"You have {MOST_OF_ONE_PERSON} drafts already.",
            "Open forms you began, and restore or discard what is offered there.",
            code="DRAFT-TOO-MANY",
        )


def close_draft(membership: Membership, opening: uuid.UUID, closed_as: ClosedAs) -> None:
    """Forget what was typed. A saved one that is not there yet is closed too: what arrives late begins none."""
    closed = {"sealed": "", "closed_as": closed_as, "kept_at": timezone.now()}
    own = {"tenant": membership.tenant, "membership": membership, "opening": opening}
    is_new = closed_as == ClosedAs.SAVED and FormDraft.objects.get_or_create(**own, defaults=closed)[1]
    if not is_new:
        FormDraft.objects.filter(membership=membership, opening=opening, closed_as="").update(**closed)


def draft_saved(request: TenantRequest) -> None:
    """What the request sent is saved: its draft is no longer needed."""
    try:
        opening = uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return  # nothing was typed, or there was no script to keep it
    close_draft(request.membership, opening, ClosedAs.SAVED)
