"""A template tag that draws API usage as inline SVG: a bar against the budget.

Owns the drawing, by attributes and classes alone: the content policy forbids styles. Asks nothing.
"""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrations.usage.selectors import WARN_PERCENT, Gauge

register = template.Library()

WIDTH, HEIGHT = 600, 12


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
