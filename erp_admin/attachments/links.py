"""Links to attached files: signed, good for a moment, and for one person, one company and one file.

Owns what a link holds and for how long it counts. Who may have one is decided where it is made.
"""

from dataclasses import dataclass
from typing import Final

from django.core import signing

SECONDS: Final = 60
_SALT: Final = "erp_admin.attachment"


class LinkExpired(Exception):
    """A link that was good once."""


@dataclass(frozen=True)
class Link:
    """Primary keys of what it names."""

    tenant: int
    attachment: int
    person: int


def signed(link: Link) -> str:
    return signing.dumps([link.tenant, link.attachment, link.person], salt=_SALT)


def read(token: str) -> Link | None:
    """What a link names; None for one that is not ours. Raises LinkExpired."""
    try:
        tenant, attachment, person = signing.loads(token, salt=_SALT, max_age=SECONDS)
    except signing.SignatureExpired:
        raise LinkExpired from None
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Link(tenant, attachment, person)
