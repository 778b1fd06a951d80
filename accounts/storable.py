"""Text from outside as the database can hold it. PostgreSQL refuses U+0000 in any text, looked up or stored.

Owns the removal of that one character, and that no query string carries it to a page. Must not judge the text.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict

GetResponse = Callable[[HttpRequest], HttpResponse]
_NUL = "\x00"


def storable(text: str) -> str:
    """The text without U+0000, which no person types and which means nothing."""
    return text.replace(_NUL, "")


class StorableQueryMiddleware:
    """Every search, filter and sort of a query string is read without U+0000, so no page has to think of it.

    What is posted is left as it is: Django's form fields refuse the character themselves.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            query = QueryDict(mutable=True, encoding=request.GET.encoding)
            for name, values in request.GET.lists():
                query.setlist(storable(name), [storable(value) for value in values])
            request.GET = QueryDict(query.urlencode(), encoding=request.GET.encoding)
        return self.get_response(request)
