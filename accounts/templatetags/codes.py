"""Template filters of the register of codes. Owns no words."""

from django import template

from accounts.codes import declared

register = template.Library()


@register.filter
def general_advice(key: str) -> str:
    """What to do about a code where the case itself says nothing of it."""
    code = declared(str(key or ""))
    return code.advice if code else ""
