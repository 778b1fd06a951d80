"""Fields that `lookup` offers and that are refused all the same when they are selected.

Owns what is done about them: the read is repeated without the field the refusal names. Must not leave out a field that
a list cannot be read without.
"""

from collections.abc import Callable
from typing import TypeVar

from integrations.intacct import ProtocolError
from integrations.lists import ListKind

REFUSED_FIELD = "REQ-FIELD"
Answer = TypeVar("Answer")


def without_refused(kind: ListKind, fields: list[str], read: Callable[[], Answer]) -> tuple[Answer, list[str]]:
    """What `read` returns, and the fields that had to be left out for it, which are gone from `fields` then.

    `read` selects what is in `fields` at the time it is called. Raises the Intacct error family.
    """
    refused: list[str] = []
    while True:
        try:
            return read(), refused
        except ProtocolError as error:
            is_spare = error.subject in fields and error.subject not in kind.required_fields
            if error.code != REFUSED_FIELD or not is_spare:
                raise
            fields.remove(error.subject)
            refused.append(error.subject)
