"""Secrets at rest: MultiFernet over FIELD_ENCRYPTION_KEYS, each secret sealed together with what it belongs to.

Owns the key rings (sessions, which end with SECRET_KEY anyway, are sealed with keys made of that), sealing, opening and
re-sealing; the only module that encrypts. Knows no model: who stores a secret says what it is bound to, and a secret
that was moved elsewhere is refused.
"""

import json
from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_variables

Binding = dict[str, str | int]


class Unreadable(Exception):
    """A stored secret cannot be opened: a key is gone, or the value belongs to something else."""


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
def seal_text(value: str, binding: Binding) -> str:
    """Encrypt `value` for `binding`. Fernet has no associated data, so the binding is put inside."""
    envelope = json.dumps({**binding, "value": value}).encode()
    return keyring().encrypt(envelope).decode()


@sensitive_variables()
def open_text(token: str, binding: Binding) -> str:
    """Decrypt; raises Unreadable when no key fits or the secret was sealed for another binding."""
    try:
        envelope = json.loads(keyring().decrypt(token.encode()))
    except InvalidToken as error:
        raise Unreadable from error
    value = envelope.pop("value")
    if envelope != binding:
        raise Unreadable
    return str(value)


def reseal_text(token: str) -> str | None:
    """The same secret under the newest key, or None when it already is. Raises Unreadable when no key fits."""
    newest = Fernet(settings.FIELD_ENCRYPTION_KEYS[0])
    try:
        newest.decrypt(token.encode())
    except InvalidToken:
        pass
    else:
        return None
    try:
        return keyring().rotate(token.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


@lru_cache(maxsize=8)
def _keys_of_the_site(secret_keys: tuple[str, ...], purpose: str) -> MultiFernet:
    """Keys made of the site's own, for one purpose, so that what seals sessions opens nothing else."""
    made = (salted_hmac(purpose, "", secret=key, algorithm="sha256").digest() for key in secret_keys)
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in made])


def _of_the_site(purpose: str) -> MultiFernet:
    return _keys_of_the_site((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS), purpose)


@sensitive_variables()
def seal_with_secret_key(value: bytes, purpose: str) -> str:
    """Encrypt what may be lost with SECRET_KEY, such as sessions, so that FIELD_ENCRYPTION_KEYS are not needed."""
    return _of_the_site(purpose).encrypt(value).decode()


@sensitive_variables()
def open_with_secret_key(token: str, purpose: str) -> bytes:
    """Decrypt with SECRET_KEY or one of SECRET_KEY_FALLBACKS. Raises Unreadable."""
    try:
        return _of_the_site(purpose).decrypt(token.encode())
    except InvalidToken as error:
        raise Unreadable from error
