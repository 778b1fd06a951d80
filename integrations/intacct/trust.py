"""Which URLs may receive credentials.

Owns the rule for endpoints, applied to the configured one and to the one a sign-in returns. Must not open connections.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from integrations.intacct.errors import UntrustedEndpoint

_LABEL = r"[a-z0-9](?:[a-z0-9_\-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*|[0-9a-f:]+", re.ASCII)
_PATH = re.compile(r"[!-~]*", re.ASCII)
VENDOR_DOMAIN = "intacct.com"


def trusted_endpoint(url: str, allowed_hosts: Collection[str] = ()) -> str:
    """Return `url` rebuilt from its checked parts, or raise UntrustedEndpoint.

    Trusted is https on the default port with a host below intacct.com, without user info. A host named in
    `allowed_hosts`, as `name` or `name:port`, may use http and any port, or that port. The list holds no wildcards.
    """
    parts, host, port = _split(url)
    effective = port if port is not None else (443 if parts.scheme == "https" else 80)
    if not _is_allowed(host, effective, allowed_hosts):
        if not is_vendor_host(host):
            raise UntrustedEndpoint(
                f"The host {host} is not one of Sage Intacct and is not on the list of allowed hosts."
            )
        if parts.scheme != "https":
            raise UntrustedEndpoint(f"The endpoint on {host} does not use https.")
        if port not in {None, 443}:
            raise UntrustedEndpoint(f"The endpoint on {host} uses port {port} instead of 443.")
    name = f"[{host}]" if ":" in host else host
    netloc = name if port is None else f"{name}:{port}"
    return parts._replace(netloc=netloc, fragment="").geturl()


def is_vendor_host(host: str) -> bool:
    """Whether a host is one of the vendor's: a name below intacct.com, as the official SDKs demand."""
    return host.endswith(f".{VENDOR_DOMAIN}")


def _split(url: str) -> tuple[SplitResult, str, int | None]:
    if not _PATH.fullmatch(url) or "\\" in url:
        raise UntrustedEndpoint("The endpoint is not a plain URL.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UntrustedEndpoint("The endpoint is not a URL.") from None
    if parts.scheme not in {"https", "http"}:
        raise UntrustedEndpoint("The endpoint is neither an https nor an http URL.")
    if "@" in parts.netloc:
        raise UntrustedEndpoint("The endpoint must not carry a user or password.")
    host = (parts.hostname or "").lower().removesuffix(".")
    if not _HOST.fullmatch(host):
        raise UntrustedEndpoint("The endpoint names no valid host.")
    return parts, host, port


def _is_allowed(host: str, port: int, allowed_hosts: Collection[str]) -> bool:
    name = f"[{host}]" if ":" in host else host
    allowed = {entry.strip().lower().removesuffix(".") for entry in allowed_hosts}
    return bool({host, name, f"{name}:{port}"} & allowed)
