"""What people write differently and mean the same by: headers, keys and choices made plain.

Needs no Django, so that whatever reads files can use it. Knows no column.
"""

import re
import unicodedata

from accounts.ui.folding import without_accents


def plain(name: str) -> str:
    """A header or a choice without what people write differently: case, accents, punctuation, spaces.

    Letters and digits of every script count, and so does the sign of a currency: “Retainage $” is not “Retainage %”.
    """
    if name.isascii():  # the usual case, without looking each sign up
        words = name.lower().replace("%", " percent ").replace("#", " number ").replace("$", " $ ")
        return " ".join(re.sub("[^a-z0-9$]+", " ", words).split())
    folded = unicodedata.normalize("NFKC", name).casefold().replace("%", " percent ").replace("#", " number ")
    return " ".join("".join(_counting(sign) for sign in without_accents(folded)).split())


def _counting(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Sc":
        return f" {sign} "
    if category == "Cf":  # cannot be seen, so it divides no word
        return ""
    return sign if category[0] in "LMN" else " "
