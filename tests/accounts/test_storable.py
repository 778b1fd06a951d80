"""No query string carries U+0000 to a page, whatever name it stands under; nothing else of it is touched."""

import pytest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import RequestFactory

from accounts.storable import StorableQueryMiddleware, storable


def seen(query: str) -> QueryDict:
    """The query string as a page sees it."""
    requests: list[HttpRequest] = []

    def page(request: HttpRequest) -> HttpResponse:
        requests.append(request)
        return HttpResponse()

    StorableQueryMiddleware(page)(RequestFactory().get(f"/?{query}"))
    return requests[0].GET


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("q=a%00b&q=%00&sort=", {"q": ["ab", ""], "sort": [""]}),
        ("%00q=1", {"q": ["1"]}),
        ("q=%%0000", {"q": ["%00"]}),
        ("q=%2500", {"q": ["%00"]}),
        ("q=%01%FF&s=%E2%82%AC", {"q": ["\x01�"], "s": ["€"]}),
        ("", {}),
    ],
)
def test_a_page_sees_the_query_without_it(query: str, values: dict[str, list[str]]) -> None:
    assert dict(seen(query).lists()) == values


def test_the_query_stays_unchangeable() -> None:
    with pytest.raises(AttributeError):
        seen("q=%00")["q"] = "x"


@pytest.mark.parametrize(("text", "kept"), [("a\x00b", "ab"), ("\x00", ""), ("", ""), ("a\x01\n", "a\x01\n")])
def test_storable_text_is_the_text_without_it(text: str, kept: str) -> None:
    assert storable(text) == kept
