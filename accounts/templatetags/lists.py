"""Tags of list pages: which filters are in force, and the addresses without them.

Owns nothing but the way to accounts.ui.filters; queries nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import template

from accounts.ui.filters import FilterGroup, query_url, without_filters

register = template.Library()


@register.simple_tag(takes_context=True)
def active_filters(context: dict[str, Any], filters: Sequence[FilterGroup] | str) -> list[tuple[str, str, str]]:
    """What narrows the list: label, value, and the address without it."""
    request = context["request"]
    words = request.GET.get("q", "").strip()
    active = [("Search", words, query_url(request, q=None, page=None))] if words else []
    return active + [(group.label, group.chosen.label, group.off_url) for group in filters or () if group.chosen]


@register.simple_tag(takes_context=True)
def without_any(context: dict[str, Any], filters: Sequence[FilterGroup] | str) -> str:
    """The address of the list with no filter and no search."""
    return without_filters(context["request"].GET, filters or ())


@register.filter
def unlocalized(value: Decimal) -> str:
    """A number as scripts read it."""
    return f"{value:f}"
