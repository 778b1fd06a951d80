"""Where a request came from: the one place that says so, for limits, sign-in, the audit trail and the log.

Owns which headers of a proxy are believed, and only with TRUST_PROXY_HEADERS. Must not decide what is limited or kept;
that a proxy does not tell what it should is noticed in accounts.proxy_findings.
"""

import ipaddress
import re
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.http import HttpRequest

UNKNOWN: Final = "0.0.0.0"  # noqa: S104 - stands for a peer without an address, such as a socket file
_FORWARDED_FOR: Final = "HTTP_X_FORWARDED_FOR"
_FORWARDED_PROTO: Final = "HTTP_X_FORWARDED_PROTO"
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](?::\d{1,5})?|(?P<four>[\d.]+):\d{1,5}")
# Limits count the people of one connection together: who has one address of IPv6 has 2**64 of them.
_COUNTED_PREFIX: Final = 64


class Finding(StrEnum):
    """What a trusted proxy does not do as it should; the words are in accounts.proxy_findings."""

    NO_ADDRESS = "no-address"
    SEVERAL_ADDRESSES = "several-addresses"
    UNREADABLE_ADDRESS = "unreadable-address"
    NO_SCHEME = "no-scheme"


def address_of(request: HttpRequest) -> str:
    """The client's address. Behind a trusted proxy what that one saw; else the other end of the connection."""
    named = _named_by_proxy(request) if settings.TRUST_PROXY_HEADERS else ""
    return named or _well_formed(request.META.get("REMOTE_ADDR", "")) or UNKNOWN


def counted_address(request: HttpRequest) -> str:
    """The address as limits count it: of IPv6 the network, as whoever has one address of it has them all."""
    address = ipaddress.ip_address(address_of(request))
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, _COUNTED_PREFIX), strict=False).network_address)


def finding_of(request: HttpRequest) -> Finding | None:
    """What the proxy did wrong with this request; None where nothing is wrong, or where none is trusted."""
    if not settings.TRUST_PROXY_HEADERS:
        return None
    given = request.META.get(_FORWARDED_FOR, "")
    if not given:
        return Finding.NO_ADDRESS
    if not _named_by_proxy(request):
        return Finding.UNREADABLE_ADDRESS
    if "," in given:
        return Finding.SEVERAL_ADDRESSES
    return None if request.META.get(_FORWARDED_PROTO) in ("http", "https") else Finding.NO_SCHEME


def _named_by_proxy(request: HttpRequest) -> str:
    """The last entry is what the proxy saw; those before it are what the client claims. "" where that is none."""
    return _well_formed(request.META.get(_FORWARDED_FOR, "").rpartition(",")[2])


def _well_formed(text: str) -> str:
    """The address in its usual form, without port and zone, one of IPv4 in IPv6 as IPv4; "" where it is none."""
    bare = text.strip()
    if with_port := _WITH_PORT.fullmatch(bare):
        bare = with_port["six"] or with_port["four"]
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if address.version == 6 else None
    return str(mapped or address)
