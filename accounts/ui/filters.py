"""Filters of a list as links that keep the rest of the query string.

Owns the shapes that templates/partials/filter_rail.html takes. Asks nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict

VIEW, NO_VIEW = "saved", "0"  # the query parameter that names a saved view, and its value for none


@dataclass(frozen=True)
class FilterOption:
    label: str
    count: int | None
    url: str
    active: bool


@dataclass(frozen=True)
class FilterGroup:
    """One drop-down list; its first option stands for no filter. `name` is its query parameter.

    With a `lookup` address its values are too many for the page: that address searches them, with the present query
    string, and shows those with the most rows as long as nothing is typed.
    """

    label: str
    options: list[FilterOption]
    name: str = ""
    lookup: str = ""

    @property
    def chosen(self) -> FilterOption | None:
        """The option in force, None where that is the first."""
        return next((option for option in self.options[1:] if option.active), None)

    @property
    def off_url(self) -> str:
        """The address without this filter."""
        return self.options[0].url


def query_url(request: HttpRequest, *, anchor: str = "", **changes: str | int | None) -> str:
    """The present query string with `changes`, as a relative address; None removes a parameter."""
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}{anchor}"


def filter_group(
    request: HttpRequest,
    label: str,
    parameter: str,
    options: Iterable[tuple[str, str, int | None]],
    *,
    page_parameter: str = "page",
    anchor: str = "",
    lookup: str = "",
) -> FilterGroup:
    """A group of links. `options` are (value, label, count); the value "" stands for no filter and comes first."""
    chosen = request.GET.get(parameter, "")
    choices = list(options)
    if chosen not in {value for value, _, _ in choices}:
        chosen = ""
    return FilterGroup(
        label,
        [
            FilterOption(
                name,
                count,
                query_url(request, anchor=anchor, **{parameter: value or None, page_parameter: None}),
                value == chosen,
            )
            for value, name, count in choices
        ],
        parameter,
        lookup,
    )


def counted_filter(
    request: HttpRequest, label: str, name: str, choices: Iterable[tuple[str, str]], counts: Mapping[str, int]
) -> FilterGroup:
    """A filter by query parameter `name`, with “All” first. `choices` are value and label; `counts` by value."""
    options: list[tuple[str, str, int | None]] = [("", "All", sum(counts.values()))]
    options += [(value, text, counts.get(value, 0)) for value, text in choices]
    return filter_group(request, label, name, options)


def without_filters(query: QueryDict, groups: Iterable[FilterGroup], searched: str = "q") -> str:
    """The address of the same list with no filter and no search; a saved view that is open is left as well."""
    kept = query.copy()
    for name in (*(group.name for group in groups), searched, "page"):
        kept.pop(name, None)
    if VIEW in kept:
        kept[VIEW] = NO_VIEW
    return f"?{kept.urlencode()}"


def is_filtered(request: HttpRequest, names: Iterable[str]) -> bool:
    return any(request.GET.get(name, "").strip() for name in names)
