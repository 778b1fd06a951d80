"""Credentials at rest: a column that holds only sealed secrets, each sealed to its tenant and field.

Owns the column and the binding; encryption itself is accounts.crypto. A secret never has a readable repr and is
opened only where it is sent.
"""

from typing import Any

from django.db import models
from django.views.decorators.debug import sensitive_variables

from accounts.crypto import Unreadable, open_text, reseal_text, seal_text


class SecretUnreadable(Exception):
    """The stored secret cannot be opened: a key is gone, or the value belongs to another tenant or field."""

    sentence = "The stored password can no longer be read."
    advice = "Enter the credentials again under Settings → Integrations → Update credentials."

    def __str__(self) -> str:
        return f"{self.sentence} {self.advice}"


class Sealed:
    """A sealed secret as stored. Falsy when nothing is stored."""

    __slots__ = ("token",)

    def __init__(self, token: str = "") -> None:
        self.token = token

    def __bool__(self) -> bool:
        return bool(self.token)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.token == self.token

    def __hash__(self) -> int:
        return hash(self.token)

    def __repr__(self) -> str:
        return "<Sealed>" if self.token else "<Sealed, empty>"

    __str__ = __repr__

    def __deepcopy__(self, memo: dict[int, Any]) -> "Sealed":
        return self


@sensitive_variables()
def seal(value: str, *, tenant_id: int, field: str) -> Sealed:
    """Encrypt `value` for one tenant and one field."""
    return Sealed(seal_text(value, {"tenant": tenant_id, "field": field}))


@sensitive_variables()
def unseal(sealed: Sealed, *, tenant_id: int, field: str) -> str:
    """Decrypt; raises SecretUnreadable when no key fits or the secret was sealed for another tenant or field."""
    try:
        return open_text(sealed.token, {"tenant": tenant_id, "field": field})
    except Unreadable as error:
        raise SecretUnreadable from error


def reseal(sealed: Sealed) -> Sealed | None:
    """The same secret under the newest key, or None when it already is. Raises SecretUnreadable when no key fits."""
    try:
        token = reseal_text(sealed.token)
    except Unreadable as error:
        raise SecretUnreadable from error
    return None if token is None else Sealed(token)


class SealedField(models.TextField):  # type: ignore[type-arg]
    """A column that holds only sealed secrets; a plain string is refused, so none is ever stored by mistake."""

    def from_db_value(self, value: str | None, *args: object) -> Sealed:
        return Sealed(value or "")

    def to_python(self, value: Any) -> Sealed:
        if isinstance(value, Sealed):
            return value
        if not value:
            return Sealed()
        raise TypeError(f"{self.name} takes a sealed secret, see integrations.crypto.seal.")

    def get_prep_value(self, value: Any) -> str:
        return self.to_python(value).token

    def value_to_string(self, obj: models.Model) -> str:
        return ""  # never part of a fixture
