"""What the lists of projects are made of: a page, filters with counts, columns that sort; all from the query.

Owns addresses within one list; knows no model and asks the database nothing but the page and its count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from integrations.views.filters import FilterGroup, filter_group, query_url

PAGE_SIZE = 50


@dataclass(frozen=True)
class Column:
    """A column's head. `url` sorts by it, "" where it does not sort; `direction` is what aria-sort says, or "".

    `below` is the head of what stands in the second line of each cell.
    """

    label: str
    url: str = ""
    direction: str = ""
    css: str = ""
    below: "Column | None" = None

    @property
    def sorted(self) -> str:
        """The value of aria-sort for the whole column, "" while the list is sorted by another one."""
        return self.direction or (self.below.direction if self.below else "")


def page_of(request: HttpRequest, found: QuerySet[Any], size: int = PAGE_SIZE) -> Page[Any]:
    """The page that the query string asks for; the nearest there is when it asks for one that is not."""
    return Paginator(found, size).get_page(request.GET.get("page"))


def counted_filter(
    request: HttpRequest, label: str, name: str, choices: Iterable[tuple[str, str]], counts: Mapping[str, int]
) -> FilterGroup:
    """A filter by query parameter `name`, with “All” first. `choices` are value and label; `counts` by value."""
    options: list[tuple[str, str, int | None]] = [("", "All", sum(counts.values()))]
    options += [(value, text, counts.get(value, 0)) for value, text in choices]
    return filter_group(request, label, name, options)


def column(
    request: HttpRequest,
    label: str,
    sort: str = "",
    *,
    css: str = "",
    below: Column | None = None,
    default: str = "number",
) -> Column:
    """A column's head; where `sort` is given, its link sorts by it and turns the order round when it already does."""
    if not sort:
        return Column(label, css=css, below=below)
    present = request.GET.get("sort", "") or default
    if present == sort:
        return Column(label, query_url(request, sort=f"-{sort}", page=None), "ascending", css, below)
    url = query_url(request, sort=None if sort == default else sort, page=None)
    return Column(label, url, "descending" if present == f"-{sort}" else "", css, below)


def is_filtered(request: HttpRequest, names: Iterable[str]) -> bool:
    return any(request.GET.get(name, "").strip() for name in names)
