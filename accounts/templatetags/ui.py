"""Template tags that every page shares: icons, states, times, amounts, numbers, assets.

Owns: how one small fact is written on a page, the same way everywhere.
Must not: query the database, know any model, or decide anything about the fact it shows.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.request_log import request_id
from accounts.ui.charts import Chart, Drawing, drawn
from accounts.ui.formats import NOTHING, present_formats, shown_amount, shown_day, shown_moment, shown_number
from accounts.ui.shown import ShownState
from accounts.ui.web_address import web_address
from accounts.user_agents import browser_name

register = template.Library()
register.filter(web_address)

SPRITE = "vendor/bootstrap-icons/bootstrap-icons.svg"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the vendored sprite. Hidden from screen readers unless `label` gives it a name."""
    href = f"{static(SPRITE)}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', href)


@register.simple_tag
def state_badge(state: ShownState | None, show_reason: bool = True) -> SafeString:
    """Icon plus word in the state's tone, with its reason beside it; an em dash for None."""
    if state is None:
        return _nothing()
    badge = format_html(
        '<span class="state state-{}">{}<span class="state-label">{}</span></span>',
        state.tone,
        icon(state.icon),
        state.label,
    )
    if not (show_reason and state.reason):
        return badge
    return format_html('{} <span class="state-reason">{}</span>', badge, state.reason)


@register.simple_tag
def when(moment: datetime | date | None, empty: str = NOTHING) -> SafeString:
    """How long ago or ahead, with the exact time in the current time zone on hover; `empty` for None.

    A date without a time is an accounting date: it is shown as it is and never converted.
    """
    if moment is None:
        return _nothing() if empty == NOTHING else format_html('<span class="text-body-secondary">{}</span>', empty)
    if not isinstance(moment, datetime):
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), shown_day(moment))
    local = _local(moment)
    exact = f"{shown_moment(local, seconds=True)} ({timezone.get_current_timezone_name()})"
    return format_html(
        '<time datetime="{}" title="{}" data-exact>{}</time>',
        local.isoformat(timespec="seconds"),
        exact,
        _relative(local, timezone.localtime(timezone.now())),
    )


@register.simple_tag
def exact(moment: datetime | None, seconds: bool = False) -> SafeString:
    """Date, time and zone, for what has to be found again: the audit trail, messages, when a link ends."""
    if moment is None:
        return _nothing()
    local = _local(moment)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), shown_moment(local, seconds=seconds)
    )


@register.simple_tag
def amount(value: Decimal | int | str | None, currency: str = "") -> SafeString:
    """An amount in the company's format, with its currency where one is given; an em dash for None."""
    number = _decimal(value)
    if number is None:
        return format_html('<span class="amount">{}</span>', NOTHING)
    return format_html('<span class="amount{}">{}</span>', "" if number else " is-zero", shown_amount(number, currency))


@register.simple_tag
def duration(length: float | timedelta | None) -> str:
    """A length of time, given in seconds or as a timedelta, in the two units that matter; an em dash for None."""
    if length is None:
        return NOTHING
    seconds = length.total_seconds() if isinstance(length, timedelta) else float(length)
    if round(seconds, 3) < 1:
        return f"{max(seconds, 0) * 1000:.0f} ms"
    if round(seconds, 1) < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


@register.filter
def number(value: Decimal | float | str | None) -> str:
    """A count with its thousands separated; an em dash for None, the text itself where it is not a number."""
    if value is None or value == "":
        return NOTHING
    parsed = _decimal(value)
    return str(value) if parsed is None else shown_number(parsed)


@register.filter
def browser(user_agent: str) -> str:
    """A browser as a person knows it."""
    return browser_name(user_agent)


@register.simple_tag
def page_window(page: Page[Any]) -> Iterable[int | str]:
    """Page numbers around the current one; an ellipsis stands for those left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)


@register.simple_tag
def kept_query(query: QueryDict, *left_out: str) -> list[tuple[str, str]]:
    """Names and values of the query string, without those a form asks for itself.

    A template cannot read them: it takes `request.GET.lists` for a parameter called "lists" where there is one.
    """
    return [(name, value) for name, values in query.lists() if name not in left_out for value in values]


@register.filter
def parameter(query: QueryDict, name: str) -> str:
    """The value of a query parameter, "" where there is none."""
    return str(query.get(name, ""))


@register.filter
def pairs(mapping: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    """Keys and values. A template that wrote `.items` would get the value of a key of that name where there is one."""
    return list(mapping.items())


@register.simple_tag
def format_attributes() -> SafeString:
    """How the company writes numbers and dates, for scripts: attributes of the page's root element."""
    formats = present_formats()
    return format_html(
        'data-decimal="{}" data-group="{}" data-date-order="{}"',
        formats.decimal_mark,
        formats.group_mark,
        formats.date.value,
    )


@register.inclusion_tag("partials/chart.html")
def chart(chart: Chart) -> dict[str, Any]:
    """A picture of figures as inline SVG, for wide and for narrow screens, with the figures as a table beside it."""
    drawings: tuple[Drawing, ...] = drawn(chart)
    return {"chart": chart, "drawings": drawings}


@register.simple_tag
def unique_id(prefix: str) -> str:
    """An id for one element, to be named by aria-describedby; different each time, also between partial updates."""
    return f"{prefix}-{secrets.token_hex(4)}"


@register.simple_tag
def request_number() -> str:
    """The number of this request, to mention when asking for help; it leads to its lines in the log."""
    return request_id()


@register.simple_tag
def asset(path: str) -> str:
    """The address of a static file, or "" where the manifest lacks it: an error page must not fail a second time."""
    try:
        return static(path)
    except ValueError:
        return ""


def _nothing() -> SafeString:
    return format_html('<span class="text-body-secondary">{}</span>', NOTHING)


def _decimal(value: Decimal | float | str | None) -> Decimal | None:
    if value is None:
        return None
    try:
        parsed = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return parsed if parsed.is_finite() else None


def _local(moment: datetime) -> datetime:
    return timezone.localtime(timezone.make_aware(moment) if timezone.is_naive(moment) else moment)


def _relative(moment: datetime, now: datetime) -> str:
    """Both in the current time zone. Past a day it is the date, which does not need counting back."""
    seconds = (now - moment).total_seconds()
    distance = abs(seconds)
    if distance < 45:
        return "just now" if seconds >= 0 else "in a moment"
    if distance < 3570:
        text = f"{max(round(distance / 60), 1)} min"
    elif distance < 86400:
        text = f"{max(round(distance / 3600), 1)} h"
    else:
        return shown_day(moment)
    return f"{text} ago" if seconds >= 0 else f"in {text}"
