"""The pages of a list as links that keep the rest of the query string; filters come from accounts.ui.filters.

Owns the shape that templates/integrations/run_pager.html takes, and what a page of a long list is found by. Asks
nothing but a page and its count.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Field, Q, QuerySet
from django.http import HttpRequest

from accounts.ui.filters import query_url

PAGE_SIZE = 50
_ADDRESS = re.compile(r"([0-9]{1,9})(?:-(after|before)-([0-9]{1,18}))?")


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


class KeyedPage(Page[Any]):
    """A page of a long list; its neighbors are found from its last and its first row, not by counting up to them."""

    @property
    def previous_address(self) -> str:
        return f"{self.number - 1}-before-{self.object_list[0].pk}" if self.number > 2 and self.object_list else ""

    @property
    def next_address(self) -> str:
        return f"{self.number + 1}-after-{self.object_list[-1].pk}" if self.object_list else ""


def keyed_page_of(request: HttpRequest, found: QuerySet[Any], count: int, size: int = PAGE_SIZE) -> Page[Any]:
    """The page that the query string asks for, of a list of `count` rows whose order ends with the key.

    `page` is a number, from which "-after-KEY" or "-before-KEY" leads on: so a late page costs no more than the first,
    and a row that is added or removed meanwhile moves nothing out of sight. The number alone is counted from the start,
    over keys only.
    """
    asked = _ADDRESS.fullmatch(request.GET.get("page", "1"))
    paginator = Paginator(found, size)
    paginator.count = count
    number = min(max(int(asked[1]) if asked else 1, 1), paginator.num_pages)
    keys = list[Any]()
    if asked and asked[2] and number > 1:
        keys = _beyond(found, int(asked[3]), asked[2] == "before", size)
    if not keys:
        keys = _counted(found, count, number, size)
    rows = {row.pk: row for row in found.order_by().filter(pk__in=keys)}
    return KeyedPage([rows[key] for key in keys if key in rows], number, paginator)


def _counted(found: QuerySet[Any], count: int, number: int, size: int) -> list[Any]:
    """The keys of a page by its number, counted from the end that is nearer."""
    begin, end = (number - 1) * size, min(number * size, count)
    if begin <= count // 2:
        return list(found.values_list("pk", flat=True)[begin : number * size])
    return list(found.reverse().values_list("pk", flat=True)[count - end : count - begin])[::-1]


def _beyond(found: QuerySet[Any], key: int, backwards: bool, size: int) -> list[Any]:
    """The keys of the page beside a row; none where the row is gone or the order has columns that may be empty."""
    names = [str(name) for name in found.query.order_by]
    columns = {column.name: column for column in found.model._meta.concrete_fields if isinstance(column, Field)}
    column = columns.get(names[0].removeprefix("-"))
    if len(names) != 2 or column is None or column.null:
        return []
    border = found.model._default_manager.filter(pk=key).values_list(column.name, flat=True).first()
    if border is None:
        return []
    way = "lt" if names[0].startswith("-") is not backwards else "gt"
    # The first condition alone is what an index is searched by; databases do not see it in the second.
    rest = Q(**{f"{column.name}__{way}": border}) | Q(**{f"pk__{way}": key})
    beside = found.filter(rest, **{f"{column.name}__{way}e": border})
    keys = list((beside.reverse() if backwards else beside).values_list("pk", flat=True)[:size])
    return keys[::-1] if backwards else keys
