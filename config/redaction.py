"""The last fence before a line of the log or a report of an error leaves: what looks like a secret is removed.

Owns the shapes of secrets. Each is kept out where it arises; what is caught here is a defect elsewhere, made harmless.
"""

import re
from collections.abc import Iterable, MutableMapping
from typing import Any

from django.conf import settings

REMOVED = "[removed]"
# A shorter value is not looked for by itself: replacing it everywhere would shred the text around it.
SHORTEST = 6
_SETTINGS = (
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "FIELD_ENCRYPTION_KEYS",
    "INTACCT_SENDER_PASSWORD",
    "EMAIL_HOST_PASSWORD",
)
_NAMES = (
    r"pass(?:word|wd|phrase)?\d?|pwd|secret|token|session_?id|api_?key|authorization|cookie|csrf\w{0,40}|otp|signature"
)
# The names of fields whose values are removed, as in logger.info("…", password=…) and in JSON.
_SECRET_NAME = re.compile(rf"(?:^|_|-)(?:{_NAMES})$", re.IGNORECASE)
_LAX = re.IGNORECASE | re.DOTALL
_VALUE = r"(?!\[removed\])(?:'[^']*'|\"(?:[^\"\\]|\\.)*\"|[^\s,;&'\"})\]]+)"
_ONE_TIME = r"password[-/]?reset|password/reset/key|invitations?|confirm-email|one-time"
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    # <password>…</password>, as Intacct's requests have it
    (
        re.compile(r"(<(?:\w+:)?(?:password|sessionid|pwd)\b[^<>]*>)(?:<!\[CDATA\[.*?(?:\]\]>|\Z)|[^<]*)", _LAX),
        rf"\1{REMOVED}",
    ),
    # Authorization: …, Cookie: …, Set-Cookie: …, up to the end of the line
    (re.compile(r"\b((?:proxy-)?authorization|(?:set-)?cookie)(['\"]?\s*[:=]\s*)[^\r\n]+", _LAX), rf"\1\2{REMOVED}"),
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{8,}"), rf"\1 {REMOVED}"),
    # password=…, "token": "…", 'session_id': '…'
    (re.compile(rf"((?:{_NAMES})['\"]?\s*[=:]\s*){_VALUE}", _LAX), rf"\1{REMOVED}"),
    # scheme://user:password@host
    (re.compile(r"(://[^\s/:@]*:)[^\s/@]+(@)", _LAX), rf"\1{REMOVED}\2"),
    # One-time links, whatever page serves them; the words of addresses without a token are shorter
    (re.compile(rf"(/(?:{_ONE_TIME})/(?:[\w-]+/)?)(?!set-password)[\w:.=-]{{15,}}", _LAX), rf"\1{REMOVED}"),
    # What a SealedField stores
    (re.compile(r"\bgAAAAA[\w=-]{20,}"), REMOVED),
)


def redact(text: str) -> str:
    """Return `text` without what looks like a secret, and without those of the settings."""
    for secret in _known():
        text = text.replace(secret, REMOVED)
    for shape, replacement in _SHAPES:
        text = shape.sub(replacement, text)
    return text


def redact_event(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The processor of structlog: each value of a line, by its name and by its shape."""
    for name, value in event.items():
        event[name] = REMOVED if _SECRET_NAME.search(name) else _redacted(value)
    return event


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {
            key: REMOVED if isinstance(key, str) and _SECRET_NAME.search(key) else _redacted(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(item) for item in value]
    return redact(str(value))


def _known() -> Iterable[str]:
    """The secrets of the settings, longest first. None before the settings are read, when nothing is known yet."""
    if not settings.configured:
        return []
    found: set[str] = set()
    for name in _SETTINGS:
        value = getattr(settings, name, "") or ""
        found.update([value] if isinstance(value, str) else value)
    for database in settings.DATABASES.values():
        found.add(str(database.get("PASSWORD") or ""))
    return sorted((secret for secret in found if len(secret) >= SHORTEST), key=len, reverse=True)
