"""The pages of a list as links that keep the rest of the query string; filters come from accounts.ui.filters.

Owns the shape that templates/integrations/run_pager.html takes. Asks nothing but a page and its count.
"""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.ui.filters import query_url

PAGE_SIZE = 50


@dataclass(frozen=True)
class Pager:
    """One page of a list beside others on the same page; `previous` and `next` are addresses or ""."""

    page: Page[Any]
    previous: str
    next: str


def pager(request: HttpRequest, found: QuerySet[Any], parameter: str, size: int) -> Pager:
    """The page that `parameter` names, the first or last one where it names none. The list's anchor is `parameter`."""
    page = Paginator(found, size).get_page(request.GET.get(parameter))

    def address(number: int) -> str:
        return query_url(request, anchor=f"#{parameter}", **{parameter: number})

    return Pager(
        page,
        address(page.previous_page_number()) if page.has_previous() else "",
        address(page.next_page_number()) if page.has_next() else "",
    )


def page_of(request: HttpRequest, found: QuerySet[Any], size: int = PAGE_SIZE) -> Page[Any]:
    """The page that the query string asks for; the nearest there is when it asks for one that is not."""
    return Paginator(found, size).get_page(request.GET.get("page"))
