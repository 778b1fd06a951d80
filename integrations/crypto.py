"""Secrets at rest: MultiFernet over FIELD_ENCRYPTION_KEYS, each secret sealed to its tenant and field.

Owns sealing, opening and re-sealing. A secret never has a readable repr and is opened only where it is sent.
"""

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.views.decorators.debug import sensitive_variables


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


@lru_cache(maxsize=4)
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS is empty. `make run` writes a .env with a fresh key.")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS holds a value that is not a Fernet key.") from error


def keyring() -> MultiFernet:
    """The keys of the settings, newest first. Raises ImproperlyConfigured when one is not a key."""
    return _keys(tuple(settings.FIELD_ENCRYPTION_KEYS))


@sensitive_variables()
def seal(value: str, *, tenant_id: int, field: str) -> Sealed:
    """Encrypt `value` for one tenant and one field. Fernet has no associated data, so both are put inside."""
    envelope = json.dumps({"tenant": tenant_id, "field": field, "value": value}).encode()
    return Sealed(keyring().encrypt(envelope).decode())


@sensitive_variables()
def unseal(sealed: Sealed, *, tenant_id: int, field: str) -> str:
    """Decrypt; raises SecretUnreadable when no key fits or the secret was sealed for another tenant or field."""
    try:
        envelope = json.loads(keyring().decrypt(sealed.token.encode()))
    except InvalidToken as error:
        raise SecretUnreadable from error
    if envelope["tenant"] != tenant_id or envelope["field"] != field:
        raise SecretUnreadable
    return str(envelope["value"])


def reseal(sealed: Sealed) -> Sealed | None:
    """The same secret under the newest key, or None when it already is. Raises SecretUnreadable when no key fits."""
    newest = Fernet(settings.FIELD_ENCRYPTION_KEYS[0])
    try:
        newest.decrypt(sealed.token.encode())
    except InvalidToken:
        pass
    else:
        return None
    try:
        return Sealed(keyring().rotate(sealed.token.encode()).decode())
    except InvalidToken as error:
        raise SecretUnreadable from error


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
