"""Whether the log-in of a page still holds, asked by static/js/session.js before it sends a form.

Owns the answer: who is logged in, whether they have to log in or to confirm first, and where. Opens nothing: what is
sent afterwards passes every check again. To ask is no activity.
"""

from typing import Final
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.access import background
from accounts.models import User
from accounts.sign_in import limits
from accounts.sign_in.proof import is_proved

OPEN: Final = "open"
ENDED: Final = "ended"  # log in
LOCKED: Final = "locked"  # confirm who you are


@never_cache
@require_GET
@background
@login_not_required
def session_state(request: HttpRequest) -> HttpResponse:
    """How it stands for a page of `company`, and for sending a form to the path `for`. Strangers have to log in."""
    user, back = request.user, request.get_full_path()
    if not isinstance(user, User):
        return JsonResponse(_told(ENDED, back))
    company = request.GET.get("company", "")
    use, allowed = limits.use_of(request), limits.limits_in(user, company)
    if allowed.is_too_old(use):
        return JsonResponse(_told(ENDED, back, company=company))
    if allowed.is_away_too_long(use):
        return JsonResponse(_told(LOCKED, back, user, "away"))
    if _asks_again(request.GET.get("for", "")) and not is_proved(request, is_sending=True):
        return JsonResponse(_told(LOCKED, back, user, "change"))
    return JsonResponse({**_told(OPEN, back, user), "csrf": get_token(request)})


def _told(state: str, back: str, user: User | None = None, why: str = "", company: str = "") -> dict[str, str]:
    where = reverse("account_login")
    if user is not None:
        methods = get_adapter().get_reauthentication_methods(user)
        where = methods[0]["url"] if methods else reverse("account_reset_password")
    query = urlencode({"next": back} | {name: text for name, text in (("why", why), ("company", company)) if text})
    person = {"person": str(user.pk), "name": str(user)} if user is not None else {}
    return {"state": state, "where": "" if state == OPEN else f"{where}?{query}", **person}


def _asks_again(path: str) -> bool:
    try:
        return bool(getattr(resolve(path).func, "asks_again", False))
    except Resolver404:
        return False
