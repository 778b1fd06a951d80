"""Closes the draft of a form that was saved, so that no view has to think of it.

Owns what counts as saved: the view ran, and led on to another page without a word of trouble. Where it said nothing but
a warning the draft stays; the form drops it by itself once it shows the same values.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from accounts.drafts.service import FIELD, draft_saved

GetResponse = Callable[[HttpRequest], HttpResponse]
LEADS_ON = frozenset({302, 303})


class DraftsMiddleware:
    """Stands last, so that a log-in or a proof which is asked for in place of the view closes nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            getattr(request, "is_of_a_draft", False)
            and response.status_code in LEADS_ON
            and not _is_in_trouble(request)
        ):
            draft_saved(request)  # type: ignore[arg-type]
        return response

    def process_view(self, request: HttpRequest, *args: Any) -> None:
        is_sent = request.method == "POST" and hasattr(request, "membership") and FIELD in request.POST
        request.is_of_a_draft = is_sent  # type: ignore[attr-defined]

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        request.is_of_a_draft = False  # type: ignore[attr-defined]


def _is_in_trouble(request: HttpRequest) -> bool:
    said = {message.level for message in getattr(messages.get_messages(request), "_queued_messages", ())}
    return messages.SUCCESS not in said and bool(said & {messages.WARNING, messages.ERROR})
