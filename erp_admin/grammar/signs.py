"""Single signs: which cannot be seen, which are dashes, spaces or digits of any script, and what they are called.

Owns the alphabet of the grammar. Must not know what a text made of these signs means.
"""

import unicodedata
from typing import Final

from erp_admin.grammar.problems import Unreadable

# Signs that Unicode calls format characters although they are drawn, as the Arabic sign of a number.
_DRAWN: Final = frozenset((*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD))
# Signs that are not drawn although Unicode calls them letters, marks or symbols: joiners, fillers, variation selectors.
_NOT_DRAWN: Final = frozenset(
    (
        *(0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180F, 0x2800, 0x3164, 0xFFA0),
        *(*range(0x180B, 0x180F), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
    )
)
_BREAKS: Final = frozenset("\t\n\r\x0b\x0c\x85\u2028\u2029")
_JOINERS: Final = frozenset("\u200c\u200d")
_MORE_DASHES: Final = frozenset("\u02d7\u2043\u207b\u208b\u2212\u2796")
_WAVES: Final = frozenset("\u301c\u3030\u30a0")  # Unicode counts them as dashes; people write them for "about"
_APOSTROPHES: Final = frozenset("'\u2018\u2019\u02bc\u02b9\u00b4`\u201b")
SOFT_HYPHEN: Final = "\u00ad"


def is_invisible(sign: str) -> bool:
    code, category = ord(sign), unicodedata.category(sign)
    return code in _NOT_DRAWN or (category == "Cf" and code not in _DRAWN) or (category == "Cc" and sign not in _BREAKS)


def is_dash(sign: str) -> bool:
    return sign in _MORE_DASHES or (unicodedata.category(sign) == "Pd" and sign not in _WAVES)


def is_space(sign: str) -> bool:
    return sign in _BREAKS or unicodedata.category(sign) == "Zs"


def name_of(sign: str) -> str:
    """A sign as a sentence shows it: itself in quotes, or by name where it cannot be seen."""
    if is_invisible(sign) or is_space(sign) or not sign.isprintable():
        return unicodedata.name(sign, f"sign U+{ord(sign):04X}").lower()
    return f"“{sign}”"


def visible(text: str, *, keeps_joiners: bool = False) -> tuple[str, tuple[str, ...]]:
    """The text without signs that cannot be seen, and the names of those that are gone.

    With `keeps_joiners` those stay that shape the letters or pictures beside them, as in Persian and in emoji.
    """
    if text.isascii() and text.isprintable():  # as most texts are, of which a file holds a hundred thousand
        return text, ()
    kept: list[str] = []
    removed: dict[str, None] = {}
    for place, sign in enumerate(text):
        if is_invisible(sign) and not (keeps_joiners and _shapes(text, place)):
            removed[name_of(sign)] = None
        else:
            kept.append(sign)
    return "".join(kept), tuple(removed)


def _shapes(text: str, place: int) -> bool:
    sign, before = text[place], text[place - 1 : place]
    if not before or before.isascii():
        return False
    if sign in _JOINERS:
        after = text[place + 1 : place + 2]
        return bool(after) and not after.isascii()
    return 0xFE00 <= ord(sign) <= 0xFE0F or 0xE0100 <= ord(sign) <= 0xE01EF


def plain_signs(text: str) -> str:
    """The text as a keyboard of the United States writes it, as far as numbers and dates need it.

    Digits of any script, full-width and small signs, dashes, spaces and apostrophes become the plain ones. Raises
    Unreadable where digits of two scripts stand together: ৪ is a four, and looks like an eight.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.replace("`", "'").split())
    text, _ = visible(text)
    families = {family for sign in text if (family := _digit_family(sign))}
    if len(families) > 1:
        raise Unreadable("Digits of two scripts stand together here.", "Write all digits in the same script.")
    return " ".join("".join(_plain(sign) for sign in text).split())


def _digit_family(sign: str) -> int:
    """The code of the zero of its script; those that look like plain digits are of the same family."""
    value = unicodedata.decimal(sign, -1)
    if value < 0:
        return 0
    return 0x30 if unicodedata.normalize("NFKC", sign) in "0123456789" else ord(sign) - value


def _plain(sign: str) -> str:
    if sign.isascii():
        return "'" if sign == "`" else " " if sign in _BREAKS else sign
    if (value := unicodedata.decimal(sign, -1)) >= 0:
        return str(value)
    if is_dash(sign):
        return "-"
    if is_space(sign):
        return " "
    if sign in _APOSTROPHES:
        return "'"
    if sign == "\u066a":  # the Arabic percent sign
        return "%"
    if 0xFE50 <= ord(sign) <= 0xFE6F or 0xFF01 <= ord(sign) <= 0xFF5E or 0xFFE0 <= ord(sign) <= 0xFFE6:
        return unicodedata.normalize("NFKC", sign).strip() or sign
    return sign
