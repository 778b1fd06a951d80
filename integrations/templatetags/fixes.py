"""The way to where a cause is fixed, for pages about the connection and its runs. Owns no place and no words."""

from django import template
from django.template import Context

from accounts.codes import NO_LINK, Link, link_to, where_to_fix
from integrations.codes import CONNECTION
from integrations.models import Connection

register = template.Library()


@register.simple_tag(takes_context=True)
def way_to_fix(context: Context, key: str, connection: Connection | None = None) -> Link:
    """The page where the cause of a code is fixed; that of the connection where none helps and it stops everything.

    Give the connection where it may work again by now: its page then helps no more.
    """
    slug = context["request"].tenant.slug
    link, at_connection = where_to_fix(key, slug), link_to(CONNECTION, slug)
    if connection is not None and connection.is_usable:
        return NO_LINK if link.url == at_connection.url else link
    return link if link.url else at_connection
