"""The session's cookie: the only place where its key goes out and comes in.

Owns the cookie's names. What is stored of a session is accounts.sign_in.sessions; how long one counts is
accounts.sign_in.limits.
"""

from typing import Final, cast

from django.conf import settings
from django.contrib.sessions import middleware
from django.http import HttpRequest, HttpResponse

from accounts.sign_in.sessions import SessionStore, is_former_key

# The name before __Host- came before it. To be removed when no session of then can be left, 14 days after the update.
FORMER_NAME: Final = "sessionid"


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's own, with a key in the cookie and a handle everywhere else."""

    def process_request(self, request: HttpRequest) -> None:
        name = settings.SESSION_COOKIE_NAME
        given = request.COOKIES.get(name)
        if given is None and name != FORMER_NAME:
            # Only a key of then: a neighboring host could plant one of now under a name without __Host-.
            former = request.COOKIES.get(FORMER_NAME, "")
            given = former if is_former_key(former) else None
        request.session = SessionStore.of_cookie(given)
        if given is not None and name not in request.COOKIES and request.session.is_there():
            request.session.modified = True  # so that the answer brings it under its new name

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        name = settings.SESSION_COOKIE_NAME
        if name in response.cookies and response.cookies[name].value:
            response.cookies[name] = cast(SessionStore, request.session).cookie_key or ""
            if name != FORMER_NAME and FORMER_NAME in request.COOKIES:
                response.delete_cookie(FORMER_NAME, samesite="Lax")
        return response
