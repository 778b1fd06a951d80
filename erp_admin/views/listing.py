"""What lists of projects, documents and files are made of: a page, filters with counts, columns that sort.

All of it comes from the query string. Owns addresses within one list; knows no model and asks the database nothing but
the page and its count.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from integrations.views.columns import Column, column
from integrations.views.filters import FilterGroup, filter_group

__all__ = ["PAGE_SIZE", "Column", "column", "counted_filter", "is_filtered", "page_of"]

PAGE_SIZE = 50


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


def is_filtered(request: HttpRequest, names: Iterable[str]) -> bool:
    return any(request.GET.get(name, "").strip() for name in names)
