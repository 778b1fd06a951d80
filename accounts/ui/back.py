"""Where an action leads back to. Owns that only the path of a page of this site is followed."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve


def back_to(request: HttpRequest, otherwise: str) -> str:
    """The path in `next` where it leads to a page of ours, else `otherwise`."""
    return own_path(request.POST.get("next", "")) or otherwise


def own_path(target: str) -> str:
    """The text where it is the path of a page of ours, with its query, else "".

    A word without a slash would be the name of an address to `redirect`; browsers take `//` and `/\\` for another site,
    and leave out tabs and line breaks before they look.
    """
    if not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable():
        return ""
    try:
        resolve(urlsplit(target).path)
    except (Resolver404, ValueError):
        return ""
    return target
