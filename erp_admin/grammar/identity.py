"""When two numbers or names are the same although they are written differently: the one rule for all places.

Owns this rule. Must not know what the number belongs to.
"""

import unicodedata

from erp_admin.grammar.signs import is_dash, visible


def identity(number: str) -> str:
    """What is compared in place of the number: two that give the same are the same.

    Width, Unicode form, case, kind of dash, number of spaces and signs that cannot be seen make no difference; accents,
    leading zeros and punctuation do.
    """
    if number.isascii() and number.isprintable():  # nearly all are, and long lists of them are compared
        return " ".join(number.lower().split())
    before, now = "", number
    while before != now:  # folding the case can compose signs anew, and the other way round
        before = now
        shown, _ = visible(unicodedata.normalize("NFKC", now))
        folded = unicodedata.normalize("NFKC", shown.casefold())
        now = " ".join("".join("-" if is_dash(sign) else sign for sign in folded).split())
    return now
