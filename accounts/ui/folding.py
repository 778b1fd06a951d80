"""Texts as a search compares them: what people type otherwise and mean the same by makes no difference.

Owns how a searched text and the words typed are folded, the same way on both sides and on every database. Needs nothing
but the standard library; when two numbers or names are one is not decided here.
"""

import unicodedata
from typing import Final

_MINUS: Final = "\u2212"
MOST_WORDS: Final = 16  # of a search: each makes a question longer, and a database refuses one of a thousand


def folded(text: str) -> str:
    """The text without case, width, accents of Latin letters, kinds of dash, extra spaces, and signs nobody sees."""
    if text.isascii() and text.isprintable():  # nearly all are, and a hundred thousand are folded in a sync
        return " ".join(text.lower().split())
    plain = without_accents(unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(_counting(sign) for sign in plain).split())


def folded_words(text: str) -> list[str]:
    """The words of a search of folded texts, each once: the first MOST_WORDS of them."""
    return search_words(folded(text))


def search_words(text: str) -> list[str]:
    """The words of a search as they were typed, each once: the first MOST_WORDS of them."""
    return list(dict.fromkeys(text.split()))[:MOST_WORDS]


def _counting(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Pd" or sign == _MINUS:
        return "-"
    if category == "Cc":  # a tab or the end of a line divides words
        return " "
    return "" if category == "Cf" else sign


def without_accents(text: str) -> str:
    """Latin letters without their accents. In other scripts a mark makes another letter: й is not и, が is not か."""
    kept: list[str] = []
    is_latin = False
    for sign in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(sign):
            is_latin = unicodedata.name(sign, "").startswith("LATIN ")
        elif is_latin:
            continue
        kept.append(sign)
    return unicodedata.normalize("NFC", "".join(kept))
