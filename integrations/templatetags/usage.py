"""Template tags that draw API usage as inline SVG: a bar against the budget, and one bar for each day.

Owns the drawing, by attributes and classes alone: the content policy forbids styles. Asks nothing.
"""

from collections.abc import Sequence

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.templatetags.ui import number
from integrations.usage.selectors import WARN_PERCENT, Day, Gauge

register = template.Library()

WIDTH, HEIGHT = 600, 12
DAYS_HEIGHT, DAY_WIDTH, GAP = 96, 16, 4
MOST_DAYS = 31
LABEL_HEIGHT, LABELLED = 24, 5  # every fifth day, so that there is room for its number on a phone


@register.simple_tag
def budget_bar(gauge: Gauge) -> SafeString:
    """How much of the budget is used, with a mark where the warning begins."""
    filled = min(WIDTH * gauge.used // gauge.budget, WIDTH)
    mark = WIDTH * WARN_PERCENT // 100
    return format_html(
        '<svg class="usage-bar usage-{}" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="usage-ground" width="{}" height="{}" rx="3"/>'
        '<rect class="usage-fill" width="{}" height="{}" rx="3"/>'
        '<rect class="usage-mark" x="{}" width="2" height="{}"/></svg>',
        gauge.tone,
        WIDTH,
        HEIGHT,
        f"{gauge.share} of the budget used; warned at {WARN_PERCENT} %",
        WIDTH,
        HEIGHT,
        filled,
        HEIGHT,
        mark,
        HEIGHT,
    )


@register.simple_tag
def day_bars(days: Sequence[Day]) -> SafeString:
    """A bar for each day as high as what it cost; the highest fills the height. Each names itself on hover."""
    highest = max((day.billable for day in days), default=0)
    step = DAY_WIDTH + GAP
    bars = format_html_join(
        "",
        "<g><title>{}: {} API transactions</title>"
        '<rect class="usage-day{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>'
        '<text class="usage-label" x="{}" y="{}" text-anchor="middle">{}</text></g>',
        (
            (
                date_format(day.day, "M j"),
                number(day.billable),
                "" if day.billable else " usage-none",
                position * step,
                DAYS_HEIGHT - _height(day.billable, highest),
                DAY_WIDTH,
                _height(day.billable, highest),
                position * step + DAY_WIDTH // 2,
                DAYS_HEIGHT + LABEL_HEIGHT - 4,
                day.day.day if day.day.day == 1 or day.day.day % LABELLED == 0 else "",
            )
            for position, day in enumerate(days)
        ),
    )
    return format_html(
        '<svg class="usage-days" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        MOST_DAYS * step - GAP,
        DAYS_HEIGHT + LABEL_HEIGHT,
        f"API transactions by day; the most on one day: {number(highest)}. The table below has each number.",
        bars,
    )


def _height(billable: int, highest: int) -> int:
    """Something that is not nothing is seen."""
    return max(DAYS_HEIGHT * billable // highest, 3) if highest and billable else 1
