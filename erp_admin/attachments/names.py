"""The name under which a file is attached: what of a sent name is left out, and which names are refused.

Owns what a name may be. Knows no content and no document.
"""

import re
import unicodedata
from typing import Final

from accounts.refusal import Refused

LONGEST: Final = 120
_ODD_SIGNS: Final = re.compile(r'[<>:"|?*]')
# Names of devices of Windows, which open no file there, with any ending.
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
_CALL_IT: Final = "Give the file another name and attach it again."


def clean_name(sent: str) -> str:
    """The last part of a path, without signs that are not seen or turn text round. Raises Refused.

    Signs that Windows takes in no name become dashes.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", sent))[-1]
    seen = "".join(" " if _is_space(sign) else sign for sign in last if sign.isprintable() or _is_space(sign))
    name = " ".join(_ODD_SIGNS.sub("-", seen).split()).lstrip(".").rstrip(". ").strip()
    if not name:
        raise Refused("The file has no name.", _CALL_IT, code="ATTACHMENT-NAME")
    if _RESERVED.match(name):
        raise Refused(f"“{name[:40]}” is a name that Windows keeps for itself.", _CALL_IT, code="ATTACHMENT-NAME")
    if len(name) > LONGEST:
        raise Refused(
            f"The name “{name[:40]}…” has {len(name)} characters; at most {LONGEST} are kept.",
            "Shorten it and attach the file again.",
            code="ATTACHMENT-NAME",
        )
    return name


def _is_space(sign: str) -> bool:
    return sign in "\t\r\n" or unicodedata.category(sign) == "Zs"


def suffix_of(name: str) -> str:
    """The ending without its dot, in small letters; "" for none."""
    return name.rpartition(".")[2].casefold().strip() if "." in name else ""
