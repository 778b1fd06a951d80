"""How a primary key is read that a query string, a form or a picker carries as text.

Owns which texts are one. Must not look anything up, nor decide what becomes of a text that is none.
"""

from typing import Final

_LONGEST: Final = 18  # digits: all of these fit a BIGINT of every database


def read_pk(text: object) -> int | None:
    """The key that this text is, None for what can be no key: nothing, words, a sign, a number too long to be one."""
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST else None
