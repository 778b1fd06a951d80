"""Forms of passkeys: django-allauth's under our labels, with our conditions from accounts.sign_in.passkeys.

Owns labels and the order of the checks; no condition of its own.
"""

from typing import Any, ClassVar

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn
from django import forms

from accounts.sign_in.passkeys import (
    LONGEST_NAME,
    NOT_ALONE,
    CredentialField,
    one_use,
    refused_in_words,
    require_new,
    require_not_copied,
    require_owner,
)


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    name = forms.CharField(
        label="Name", max_length=LONGEST_NAME, required=False, help_text="So that you recognize the device later."
    )
    credential = CredentialField()
    passwordless = forms.BooleanField(
        label="Log in with it alone, without a password",
        required=False,
        initial=True,
        help_text="The device then asks for your fingerprint, face or its PIN. Leave it out for a plain security key, "
        "which is used together with your password.",
    )

    def clean(self) -> dict[str, Any]:
        with one_use(), refused_in_words():
            if self.cleaned_data.get("credential"):
                require_new(self.cleaned_data["credential"], self.user)
            cleaned: dict[str, Any] = super().clean()
            return cleaned


class RenamePasskeyForm(webauthn.EditWebAuthnForm):
    name = forms.CharField(
        label="Name", max_length=LONGEST_NAME, error_messages={"required": "Enter a name; this is required."}
    )


class UsePasskeyForm(webauthn.AuthenticateWebAuthnForm):
    """The second step of logging in."""

    credential = CredentialField(label="Passkey", error_messages={"required": "The device has not answered."})

    def clean_credential(self) -> Authenticator:
        sent = self.cleaned_data["credential"]
        with one_use(), refused_in_words():
            require_owner(sent, self.user, is_alone=self.passwordless)
            found: Authenticator = super().clean_credential()
            require_not_copied(found, sent)
        return found


class ConfirmPasskeyForm(UsePasskeyForm):
    """Somebody who is logged in proves once more that it is them."""

    reauthenticated: ClassVar[bool] = True


class PasskeyLoginForm(UsePasskeyForm):
    """Logging in with a passkey alone: it says whose it is, and the device has checked who holds it."""

    passwordless: ClassVar[bool] = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=None, **kwargs)

    def clean_credential(self) -> Authenticator:
        found = super().clean_credential()
        if found.wrap().is_passwordless is False:
            raise forms.ValidationError(NOT_ALONE)
        return found
