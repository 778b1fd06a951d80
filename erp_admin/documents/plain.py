"""What people write differently and mean the same by: headers, keys and choices made plain.

Needs nothing but the standard library, so that whatever reads files can use it. Knows no column.
"""

import re
import unicodedata


def plain(name: str) -> str:
    """A header or a choice without what people write differently: case, accents, punctuation, spaces."""
    decomposed = unicodedata.normalize("NFKD", name.casefold().replace("%", " percent ").replace("#", " number "))
    words = re.sub(r"[^a-z0-9]+", " ", "".join(sign for sign in decomposed if not unicodedata.combining(sign)))
    return " ".join(words.split())
