"""What the proxy in front does not do as it should, seen in the requests that come: said in the log, /readyz, support.

Owns the words, and that each is logged once a process and remembered for an hour after it was last seen. Must not
refuse a request or change whose it is: that is accounts.client_address.
"""

import logging
import time
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import Error as DatabaseProblem
from django.http import HttpRequest

from accounts.client_address import Finding, finding_of

logger = logging.getLogger(__name__)

_SET_IT = "See “A proxy of your own” in docs/operations.md."
SENTENCES: Final = {
    Finding.NO_ADDRESS: "The proxy names no client in X-Forwarded-For, so all people count as one address: "
    f"ten wrong passwords of anybody close log-in for everybody. {_SET_IT}",
    Finding.SEVERAL_ADDRESSES: "X-Forwarded-For names several addresses; the last one is taken. Either the proxy adds "
    "to what clients send, or there are two proxies and all people behind the first count as one address. It has to "
    f"set the header to what it saw itself. {_SET_IT}",
    Finding.UNREADABLE_ADDRESS: "What the proxy writes into X-Forwarded-For is no address, so all people count as one. "
    f"{_SET_IT}",
    Finding.NO_SCHEME: f"The proxy does not say “http” or “https” in X-Forwarded-Proto. {_SET_IT}",
}
REMEMBERED_SECONDS: Final = 3600
_TOLD_EVERY_SECONDS: Final = 600
# Of these the machines inside ask without the proxy.
_WITHOUT_PROXY: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_told: dict[Finding, float] = {}


def notice(request: HttpRequest) -> None:
    """Look at one request. Costs nothing while all is well; a finding is stored at most every ten minutes."""
    if request.path_info in _WITHOUT_PROXY:
        return
    finding = finding_of(request)
    if finding is None or time.monotonic() - _told.get(finding, float("-inf")) < _TOLD_EVERY_SECONDS:
        return
    if finding not in _told:
        logger.warning("%s", SENTENCES[finding])
    _told[finding] = time.monotonic()
    try:
        cache.set(_key(finding), 1, REMEMBERED_SECONDS)
    except DatabaseProblem:
        logger.info("What the proxy does could not be remembered; the database is away.")


def forget() -> None:
    """As if this process had just started, and nothing were remembered."""
    _told.clear()
    cache.delete_many([_key(finding) for finding in Finding])


def recent_findings() -> list[str]:
    """A sentence for each that any process saw within the last hour; none while no proxy is trusted."""
    if not settings.TRUST_PROXY_HEADERS:
        return []
    seen = cache.get_many([_key(finding) for finding in Finding])
    return [SENTENCES[finding] for finding in Finding if _key(finding) in seen]


def _key(finding: Finding) -> str:
    return f"proxy-finding:{finding}"
