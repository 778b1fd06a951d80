"""Addresses that came from outside, as links.

Owns which of them may become one; every link out of the site asks here. Must not open or look one up.
"""

from typing import Final
from urllib.parse import urlsplit

LONGEST: Final = 500  # characters, as many as the columns have in which such addresses are kept


def web_address(text: object) -> str:
    """The text where it is a plain web address, else "": what a record holds must not become a link of another kind.

    Plain is http or https with a host, in printable ASCII without spaces and backslashes, which browsers mend each in
    their own way, and without a name and password, which make a strange host look like a known one.
    """
    address = text if isinstance(text, str) else ""
    if len(address) > LONGEST or not (address.isascii() and address.isprintable()) or {" ", "\\"} & set(address):
        return ""
    try:
        parts = urlsplit(address)
        is_plain = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        return address if is_plain and parts.port != 0 else ""
    except ValueError:  # a port or an IPv6 address that is none
        return ""
