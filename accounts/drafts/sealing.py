"""The names and values of a draft as text at rest, sealed for one person in one company.

Owns the text and its bounds; like a session it is sealed with SECRET_KEY, since it may be lost with that key. Must
not keep what is a secret by its name: a password is typed again.
"""

import json
from collections.abc import Iterable
from typing import Final

from django.views.decorators.debug import sensitive_variables

from accounts.crypto import Unreadable, open_with_secret_key, seal_with_secret_key
from accounts.models import Membership
from accounts.sign_in.kept_forms import is_never_kept

# Name, value, and how a picker shows the value.
Typed = tuple[str, str, str]
MOST_CHARACTERS: Final = 1_000_000  # 500 lines of a schedule of values take a fifth
_PURPOSE: Final = "accounts.drafts"


class TooLarge(Exception):
    """More than a draft holds."""


def without_secrets(typed: Iterable[Typed]) -> list[Typed]:
    return [each for each in typed if each[0] != "csrfmiddlewaretoken" and not is_never_kept(each[0])]


@sensitive_variables()
def seal(typed: Iterable[Typed], membership: Membership) -> str:
    """Raises TooLarge."""
    kept = without_secrets(typed)
    if sum(len(part) for each in kept for part in each) > MOST_CHARACTERS:
        raise TooLarge
    envelope = {"tenant": membership.tenant_id, "user": membership.user_id, "typed": kept}
    return seal_with_secret_key(json.dumps(envelope).encode(), _PURPOSE)


@sensitive_variables()
def unseal(sealed: str, membership: Membership) -> list[Typed] | None:
    """What was typed; None where no key opens it, or it was another person's."""
    try:
        envelope = json.loads(open_with_secret_key(sealed, _PURPOSE))
    except Unreadable:
        return None
    if (envelope["tenant"], envelope["user"]) != (membership.tenant_id, membership.user_id):
        return None
    return [(name, value, shown) for name, value, shown in envelope["typed"]]
