"""What static/js/drafts.js asks: keep this, what is there for this form, forget that.

Owns the JSON, and that a person reaches their own drafts alone. Errors are told in words, as pages tell them.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from accounts.access import TenantRequest, background, role_required
from accounts.drafts.sealing import TooLarge, Typed
from accounts.drafts.selectors import drafts_at
from accounts.drafts.service import Closed, close_draft, keep_draft
from accounts.models import ClosedAs, Role
from accounts.refusal import Refused
from accounts.storable import cannot_be_kept
from accounts.ui.formats import shown_day, shown_time

LONGEST_PLACE = 200
MOST_PLACES = 50  # forms of one page
HIGHEST_NUMBER = 2**31 - 1


@dataclass(frozen=True)
class _Sent:
    """What a page sends of a form."""

    place: str
    opening: uuid.UUID
    number: int
    typed: list[Typed]
    replaces: uuid.UUID | None


@never_cache
@require_GET
@background
@role_required(Role.VIEWER)
def drafts(request: TenantRequest) -> HttpResponse:
    """The person's drafts of the forms of a page, each a `place`."""
    places = request.GET.getlist("place")[:MOST_PLACES]
    found = [
        {
            "place": draft.place,
            "opening": str(draft.opening),
            "number": draft.number,
            "began": _at(draft.began_at),
            "kept": _at(draft.kept_at),
            "typed": draft.typed,
        }
        for draft in drafts_at(request.membership, places)
    ]
    return JsonResponse({"drafts": found})


@never_cache
@require_POST
@role_required(Role.VIEWER)
def keep(request: TenantRequest) -> HttpResponse:
    """Keep what is typed. 201 once it is kept; 409 where the draft is closed, 413 or 422 where it cannot be kept."""
    sent = _read(request.body) if request.content_type == "application/json" else None
    if sent is None:
        return JsonResponse({"what": "What was sent is no draft of a form."}, status=400)
    try:
        kept_at = keep_draft(request.membership, sent.place, sent.opening, sent.typed, number=sent.number)
    except Closed as closed:
        return JsonResponse({"closed": closed.closed_as}, status=409)
    except TooLarge:
        what = "This form holds more than can be kept as a draft. Save it before you leave the page."
        return JsonResponse({"what": what}, status=413)
    except Refused as refused:
        return JsonResponse({"what": str(refused)}, status=422)
    if sent.replaces is not None:
        close_draft(request.membership, sent.replaces, ClosedAs.REPLACED)
    return JsonResponse({"at": shown_time(timezone.localtime(kept_at))}, status=201)


@never_cache
@require_POST
@role_required(Role.VIEWER)
def discard(request: TenantRequest) -> HttpResponse:
    """Forget a draft of one's own, `opening`; another person's is none."""
    try:
        opening = uuid.UUID(request.POST.get("opening", ""))
    except ValueError:
        return JsonResponse({"what": "It was not said which draft."}, status=400)
    close_draft(request.membership, opening, ClosedAs.DISCARDED)
    return HttpResponse(status=204)


def _at(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{shown_day(local)}, {shown_time(local)}"


@sensitive_variables()
def _read(body: bytes) -> _Sent | None:
    try:
        sent: dict[str, Any] = json.loads(body)
        typed = [(_text(name), _text(value), _text(shown)) for name, value, shown in sent["typed"]]
        place, number = _text(sent["place"]), int(sent["number"])
        replaces = uuid.UUID(sent["replaces"]) if sent.get("replaces") else None
        read = _Sent(place, uuid.UUID(sent["opening"]), number, typed, replaces)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    is_fine = 0 < len(place) <= LONGEST_PLACE and 0 < number <= HIGHEST_NUMBER and not cannot_be_kept(place)
    return read if is_fine else None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
