"""Filters with too many values for a row of links, as drop-down lists beside the search.

Owns the shape that templates/partials/tools_form.html takes. Asks nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True)
class Choice:
    """One drop-down list. `options` are (value, label); the value "" stands for no filter."""

    name: str
    label: str
    options: list[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class Tools:
    """One form: a search where `search_label` says what is searched, drop-down lists, and the rest of the query."""

    selects: list[Choice]
    search_label: str
    words: str
    hidden: list[tuple[str, str]]


def choice(name: str, label: str, options: Iterable[tuple[str, str]], chosen: str) -> Choice:
    """With `chosen` among the options in any case, so that a filter in force is always seen."""
    every = list(options)
    if chosen not in {value for value, _ in every}:
        every.append((chosen, chosen))
    return Choice(name, label, every, chosen)


def tools(request: HttpRequest, selects: list[Choice], search_label: str = "") -> Tools:
    asked = {each.name for each in selects} | {"page"} | ({"q"} if search_label else set())
    hidden = [(name, value) for name, values in request.GET.lists() if name not in asked for value in values]
    return Tools(selects, search_label, request.GET.get("q", ""), hidden)
