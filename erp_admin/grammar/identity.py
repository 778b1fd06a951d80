"""The one rule by which two numbers or names of documents are the same.

Owns the rule: models, forms, files and matching ask here. Reads nothing, and knows no document.
"""

import re
import unicodedata
from typing import Final

# Signs that stand for a dash and are not in its category: minus signs, and the bullet that is drawn as one.
_MORE_DASHES: Final = "\N{MINUS SIGN}\N{MODIFIER LETTER MINUS SIGN}\N{HYPHEN BULLET}\N{HEAVY MINUS SIGN}"
# Signs that show nothing though their category says otherwise: fillers, the joiner of graphemes, empty braille.
_MORE_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800")


def identity(number: str) -> str:
    """What numbers that are the same have in common: `SC–1`, `sc-1 ` and `ＳＣ-1` are the same, `SC-1` and `SC1` not.

    Case, Unicode form, the kind of a dash, the number of spaces and signs that cannot be seen tell nothing apart.
    """
    if number.isascii() and number.isprintable():
        return " ".join(number.lower().split())
    before, text = "", number
    while text != before:  # what a sign that goes kept apart may compose, and fold once more
        before, text = text, _once(text)
    return text


def _once(text: str) -> str:
    seen = "".join("-" if _is_dash(sign) else sign for sign in _folded(text) if not _is_invisible(sign))
    return re.sub(r"\s+", " ", seen).strip()


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", text).casefold())


def _is_dash(sign: str) -> bool:
    return unicodedata.category(sign) == "Pd" or sign in _MORE_DASHES


def _is_invisible(sign: str) -> bool:
    if sign.isspace():
        return False
    category = unicodedata.category(sign)
    is_selector = "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"
    return category in ("Cc", "Cf") or is_selector or sign in _MORE_INVISIBLE
