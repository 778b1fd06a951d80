"""What a passkey must prove besides what django-allauth and fido2 check, and the words when it does not.

Owns our conditions (origin, whose it is, counter, what the device checked) and reading what a browser sent: whatever it
is, it is refused in words. Signatures, challenges and the site's name are checked by fido2.
"""

import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import clear_state
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from fido2.cose import UnsupportedKey
from fido2.webauthn import AuthenticationResponse, CollectedClientData, RegistrationResponse

from accounts.models import User
from accounts.sign_in.sealed_factors import SecondFactorUnreadable

logger = logging.getLogger(__name__)

MOST_PASSKEYS: Final = 20  # of one person
LONGEST_ANSWER: Final = 20_000  # characters; real ones have about 2,000
LONGEST_NAME: Final = 60
REFUSED = "This passkey was not accepted. Try again; if that does not help, log in another way and add it again."
UNREADABLE = "Your second factor can no longer be read here. Ask support to remove it; then set up a new one."
COPIED = "This passkey was used elsewhere since, so it may have been copied. Remove it, and tell your support."
NOT_ALONE = "This passkey does not log in by itself. Enter your password first."
TOO_MANY = f"You have {MOST_PASSKEYS} passkeys. Remove one first."
# Everything that reading a made-up answer can end with, in fido2 and in the formats it reads.
_UNREADABLE_ANSWER = (
    TypeError, ValueError, LookupError, AttributeError, NotImplementedError, OverflowError, RecursionError,
    AssertionError, struct.error,
)  # fmt: skip


class CredentialField(forms.JSONField):
    """What the browser answered: JSON, not endlessly long or deep."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > LONGEST_ANSWER:
            raise ValidationError(REFUSED)
        with refused_in_words():
            return super().to_python(value)


@contextmanager
def refused_in_words() -> Iterator[None]:
    """Whatever keeps an answer from being accepted within the block is said in a sentence a person understands."""
    try:
        yield
    except SecondFactorUnreadable as error:
        raise ValidationError(UNREADABLE) from error
    except ValidationError as error:
        if getattr(error, "code", "") != "incorrect_code":
            raise
        raise ValidationError(REFUSED) from error
    except _UNREADABLE_ANSWER as error:
        logger.warning("a passkey was refused: %s", type(error).__name__)
        raise ValidationError(REFUSED) from error


@contextmanager
def one_use() -> Iterator[None]:
    """The question that was asked is used up by one answer, right or wrong."""
    try:
        yield
    finally:
        clear_state()


def own_origin() -> str:
    """The one origin that may ask for passkeys. fido2 would let every host below ours ask as well."""
    parts = urlsplit(settings.SITE_URL)
    return f"{parts.scheme}://{parts.netloc}".lower()


def require_own_origin(client_data: CollectedClientData) -> None:
    if client_data.origin.lower() != own_origin() or client_data.cross_origin:
        raise ValueError("Another origin.")


def require_new(credential: dict[str, Any], person: User) -> None:
    """What is known before the answer to adding one is checked. Raises what `refused_in_words` says."""
    answer = RegistrationResponse.from_dict(credential).response
    require_own_origin(answer.client_data)
    found = answer.attestation_object.auth_data.credential_data
    if found is None or isinstance(found.public_key, UnsupportedKey):
        raise ValueError("A kind of key that cannot be checked later.")
    if Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN).count() >= MOST_PASSKEYS:
        raise ValidationError(TOO_MANY)


def require_owner(credential: dict[str, Any], person: User | None, *, is_alone: bool) -> None:
    """What is known before the signature is checked; `person` is who says so, None where the passkey says who it is."""
    answer = AuthenticationResponse.from_dict(credential).response
    require_own_origin(answer.client_data)
    if person is not None and answer.user_handle not in (None, b"", user_pk_to_url_str(person).encode()):
        raise ValueError("Somebody else's.")
    if is_alone and not answer.authenticator_data.is_user_verified():
        # By what was signed. The question may be one of the second step, which asks for less.
        raise ValueError("The device did not check who holds it.")


def require_not_copied(authenticator: Authenticator, credential: dict[str, Any]) -> None:
    """Devices that count their signatures count up; of two copies one falls behind. Raises ValidationError."""
    counter = AuthenticationResponse.from_dict(credential).response.authenticator_data.counter
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        kept = row.data.get("sign_count", row.wrap().authenticator_data.counter)
        if (counter or kept) and counter <= kept:
            logger.warning("a passkey counted backwards", extra={"attempted_user_id": row.user_id})
            raise ValidationError(COPIED)
        row.data["sign_count"] = counter
        row.save(update_fields=["data"])
