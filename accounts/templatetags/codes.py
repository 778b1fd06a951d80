"""Template filters of the register of codes. Owns no words."""

from django import template

from accounts import codes

register = template.Library()


@register.filter
def general_advice(key: str | None) -> str:
    """What to do about a code where the case itself says nothing of it."""
    return codes.general_advice(key or "")
