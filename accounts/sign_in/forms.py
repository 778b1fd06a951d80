"""The forms of log-in, passwords, addresses and codes: django-allauth's checks under our labels and words.

Owns labels, help and what a refused form says; which attempt counts is decided by django-allauth and the adapters.
"""

from typing import Any

from allauth.account import forms as account
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, get_totp_secret
from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User
from accounts.sign_in.addresses import begin_change, pending_addresses
from accounts.sign_in.guessing import of_code, of_password
from accounts.sign_in.sealed_factors import SecondFactorUnreadable, open_for_set_up, seal_for_set_up

CHOOSING_HELP = (
    "At least 12 characters; a few unrelated words are easy to remember. Not only digits, not a common password, "
    "nothing like your name or address."
)
USED_CODE = "This code was used already. Wait for the next one; codes change every 30 seconds."
UNREADABLE = "Your second factor can no longer be read here. Ask support to remove it; then set up a new one."


def _word(form: forms.Form, name: str, label: str, help_text: str = "", **attributes: str) -> None:
    """Label and help above and below the field, instead of words inside it that vanish while one types."""
    field = form.fields[name]
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attributes)


class LoginForm(account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "login", "E-mail address", autocomplete="username")
        _word(self, "password", "Password")


class ResetForm(account.ResetPasswordForm):
    users: list[User]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "email", "E-mail address")

    def clean_email(self) -> str:
        """An address somebody is only changing to gets no link to their account: it may be mistyped."""
        email = str(super().clean_email())
        self.users = [user for user in self.users if user.email == email]
        return email


class _NewPassword(forms.Form):
    """The two fields of a new password, in any form that has them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "password1", "New password", CHOOSING_HELP)
        _word(self, "password2", "New password again")


class ChoosePasswordForm(_NewPassword, account.ResetPasswordKeyForm):
    pass


class SetPasswordForm(_NewPassword, account.SetPasswordForm):
    pass


class ChangePasswordForm(_NewPassword, account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "oldpassword", "Present password")

    def clean_oldpassword(self) -> str:
        attempt = of_password(context.request, self.user.email)
        attempt.begin()
        password = str(super().clean_oldpassword())
        attempt.succeeded()
        return password


class ChangeEmailForm(account.AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "email", "New e-mail address", "We send a link there; your address changes when you open it.")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if pending_addresses(self.user).filter(email=email).exists():
            return email  # asked for again: the link is sent again
        return str(super().clean_email())

    def save(self, request: HttpRequest) -> EmailAddress:
        address, was_sent = begin_change(request, self.user, self.cleaned_data["email"])
        if not was_sent:
            messages.warning(
                request, f"A link was sent to {address.email} a moment ago. Look there before asking again."
            )
        return address


class ConfirmPasswordForm(account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "password", "Password")


class _Code(mfa.BaseAuthenticateForm):
    """A code from the app, or a recovery code. Each counts once, also within the tolerance for slow clocks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(
            self,
            "code",
            "Code",
            "Six digits from your authenticator app, or one of your recovery codes.",
            inputmode="numeric",
            autofocus="",
        )

    def clean_code(self) -> str:
        attempt = of_code(context.request, self.user)
        attempt.begin()
        try:
            code = str(super().clean_code())
        except SecondFactorUnreadable as error:
            raise ValidationError(UNREADABLE) from error
        if self.authenticator.type == Authenticator.Type.TOTP:
            # django-allauth remembers a used code for one period; with the tolerance it is valid for three.
            seconds = mfa_settings.TOTP_PERIOD * (1 + 2 * mfa_settings.TOTP_TOLERANCE)
            if not cache.add(f"second-factor-used:{self.user.pk}:{''.join(code.split())}", 1, seconds):
                raise ValidationError(USED_CODE)
        attempt.succeeded()
        return code


class CodeForm(_Code, mfa.AuthenticateForm):
    pass


class ConfirmCodeForm(_Code, mfa.ReauthenticateForm):
    pass


class EnrolForm(ActivateTOTPForm):
    """The code that proves that the app knows the new secret, which waits in the session, sealed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(
            self,
            "code",
            "Code from the app",
            "Six digits; they change every 30 seconds.",
            inputmode="numeric",
        )
        try:
            self.secret = open_for_set_up(context.request.session[SECRET_SESSION_KEY], self.user.pk)
        except SecondFactorUnreadable:  # nothing of this person's waits there: begin with a fresh one
            self.secret = get_totp_secret(regenerate=True)
            context.request.session[SECRET_SESSION_KEY] = seal_for_set_up(self.secret, self.user.pk)

    @property
    def grouped_secret(self) -> str:
        """In groups of four, to be typed into the app by hand."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]
        labels = {"name": "Name"}
        help_texts = {"name": "Shown to the people of your companies and in the history of what you did."}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
