"""Bodies and texts without secrets, for exchanges, errors and logs.

Owns what is removed and how a body is cut. Must not decide what is recorded or where.
"""

from __future__ import annotations

import re
from functools import lru_cache

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
# Without these in the text no character is spelled in another way than itself or by the name of its entity.
_ESCAPES = ("&#", "%", "\\")
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}


def redact_text(text: str, secrets: tuple[str, ...]) -> str:
    """Return `text` with every known secret replaced: plain, and as XML, JSON and percent encoding spell it."""
    has_escapes = any(mark in text for mark in _ESCAPES)
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) < SHORTEST_SECRET:
            continue
        if has_escapes or not _ENTITIES.keys().isdisjoint(secret):
            text = re.sub(_any_form(secret), REMOVED, text)
        else:
            text = text.replace(secret, REMOVED)  # the only spelling that is left
    return text


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


def _any_form(secret: str) -> str:
    return "".join(_spellings(character) for character in secret)


@lru_cache(maxsize=256)
def _spellings(character: str) -> str:
    number = ord(character)
    forms = [re.escape(character), f"&#0*{number};", f"&#[xX]0*(?i:{number:x});"]
    if character in _ENTITIES:
        forms.insert(0, f"&{_ENTITIES[character]};")
    if not character.isalnum() or not character.isascii():
        forms.append("".join(f"%(?i:{byte:02x})" for byte in character.encode("utf-8", errors="surrogatepass")))
        units = character.encode("utf-16-be", errors="surrogatepass").hex()
        forms.append("".join(rf"\\u(?i:{units[start : start + 4]})" for start in range(0, len(units), 4)))
        forms.append(r"\\" + re.escape(character))
    return f"(?:{'|'.join(forms)})"


def _attachment_note(match: re.Match[str]) -> str:
    return f"{match.group(1)}[{len(match.group(2))} characters of file data removed]"
