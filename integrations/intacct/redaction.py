"""Bodies and texts without secrets, for exchanges, errors and logs.

Owns what is removed and how a body is cut. Must not decide what is recorded or where.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

REMOVED = "[removed]"
# A shorter secret is only removed from its own element: replacing it everywhere would shred the text around it.
SHORTEST_SECRET = 4
# Room to see the whole of a secret that begins just before the cut.
_OVERLAP = 4096

_CONTENT = r"((?:[^<]++|<!\[CDATA\[.*?(?:\]\]>|\Z))*+)"
_SECRET_ELEMENT = re.compile(
    rf"(<(?:\w+:)?(?:password|sessionid|pwd)\b[^<>]*(?<!/)>){_CONTENT}", re.IGNORECASE | re.ASCII | re.DOTALL
)
_ATTACHMENT = re.compile(rf"(<attachmentdata\b[^<>]*(?<!/)>){_CONTENT}", re.IGNORECASE | re.DOTALL)
# One character in its longest spelling: four bytes in percent encoding.
_LONGEST_SPELLING = 12
# One character, spelled in XML, in percent encoding or in JSON; never a letter or digit by the latter two.
_XML = r"&(?:\#0*+[0-9]{1,7}|\#[xX]0*+[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);"
_BYTE = "%[89abAB][0-9a-fA-F]"
_PERCENT = rf"%[0-7][0-9a-fA-F]|%[c-dC-D][0-9a-fA-F]{_BYTE}|%[eE][0-9a-fA-F](?:{_BYTE}){{2}}|%[fF][0-7](?:{_BYTE}){{3}}"
_JSON = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\[^A-Za-z0-9]"
_SPELLED = tuple(re.compile(form) for form in (_XML, _PERCENT, _JSON, f"{_XML}|{_PERCENT}|{_JSON}"))
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def redact_text(text: str, secrets: tuple[str, ...]) -> str:
    """Return `text` with every known secret replaced: plain, and as XML, JSON and percent encoding spell it.

    Secrets and text may both come from outside, so neither is made into a pattern: the text is read in each spelling
    and the secrets are looked for as they are, which takes time in proportion to the text.
    """
    known = sorted((secret for secret in secrets if len(secret) >= SHORTEST_SECRET), key=len, reverse=True)
    for secret in known:
        text = text.replace(secret, REMOVED)
    if known and any(mark in text for mark in ("&", "%", "\\")):
        for spelled in _SPELLED:
            text = _redact_spelled(text, known, spelled)
    return text


def _redact_spelled(text: str, secrets: Sequence[str], spelled: re.Pattern[str]) -> str:
    """Replace the secrets that show when the characters of one way of spelling are read."""
    read, starts, ends = _read(text, spelled)
    if not starts:
        return text
    found: list[tuple[int, int]] = []
    for secret in dict.fromkeys(form for known in secrets for form in (known, _read(known, spelled)[0])):
        place = read.find(secret) if len(secret) >= SHORTEST_SECRET else -1
        while place >= 0:
            found.append((_before(place, starts, ends), _before(place + len(secret), starts, ends)))
            place = read.find(secret, place + len(secret))
    kept, last = [], 0
    for start, end in sorted(found):
        if start >= last:
            kept += [text[last:start], REMOVED]
        last = max(last, end)
    return "".join([*kept, text[last:]])


def _read(text: str, spelled: re.Pattern[str]) -> tuple[str, list[int], list[int]]:
    """The text with such characters read, and for each of them its place there and where its spelling ends here."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = length = 0
    for match in spelled.finditer(text):
        character = _character(match.group())
        if len(character) > 1:
            continue
        parts += [text[last : match.start()], character]
        length += match.start() - last
        starts.append(length)
        length += 1
        last = match.end()
        ends.append(last)
    return "".join([*parts, text[last:]]), starts, ends


def _before(place: int, starts: list[int], ends: list[int]) -> int:
    """Where in the text stands what comes at a place of what was read."""
    index = bisect_left(starts, place) - 1  # the last character read before it
    return place if index < 0 else ends[index] + max(place - starts[index] - 1, 0)


def _character(spelling: str) -> str:
    """The character that a spelling stands for; what stands for none is itself."""
    try:
        if spelling.startswith("&#"):
            number = spelling[2:-1]
            return chr(int(number[1:], 16) if number[0] in "xX" else int(number))
        if spelling.startswith("&"):
            return _ENTITIES[spelling[1:-1]]
        if spelling.startswith("%"):
            read = bytes.fromhex(spelling.replace("%", "")).decode("utf-8", errors="surrogatepass")
            return spelling if read.isascii() and read.isalnum() else read
        if spelling.startswith("\\u"):
            units = bytes.fromhex(spelling.replace("\\u", ""))
            return units.decode("utf-16-be", errors="surrogatepass")
        return spelling[1:]
    except (ValueError, OverflowError):
        return spelling


def redact_body(body: bytes, total: int, secrets: tuple[str, ...], keep_bytes: int) -> str:
    """Return the readable, redacted and possibly cut form of a body.

    `body` is the beginning of the body, up to `capture_limit(keep_bytes)` bytes; `total` is its full size. File
    contents are replaced by their length. A cut body ends with a marker naming how many bytes of it were not kept.
    """
    # Without its zero bytes an answer in UTF-16 reads like plain text, and no database column takes them.
    text = body.decode("utf-8", errors="replace").replace("\0", "")
    text = _SECRET_ELEMENT.sub(lambda match: match.group(1) + (REMOVED if match.group(2) else ""), text)
    text = _ATTACHMENT.sub(_attachment_note, text)
    text = redact_text(text, secrets)
    if len(body) < total:
        # The end of what was captured may be the beginning of a secret, in its longest spelling.
        text = text[: -_LONGEST_SPELLING * max((len(secret) for secret in secrets), default=0) or None]
    if total <= keep_bytes:
        return text
    # Removal changes lengths, so the cut is made in the redacted text and what is dropped is counted in the original.
    kept = text.encode()[:keep_bytes].decode("utf-8", errors="ignore")
    return f"{kept}\n[cut: {total - keep_bytes} of {total} bytes not kept]"


def capture_limit(keep_bytes: int) -> int:
    """How many bytes of a body must be at hand to redact its first `keep_bytes` bytes safely."""
    return keep_bytes + _OVERLAP


def _attachment_note(match: re.Match[str]) -> str:
    return f"{match.group(1)}[{len(match.group(2))} characters of file data removed]"
