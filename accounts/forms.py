"""Forms to log in and to reset a password, laid out as every form of the site."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm

from accounts.models import User


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "This e-mail address and password do not belong together. Check both; the password "
        "distinguishes upper and lower case.",
        "inactive": "This account is switched off. Ask one of your company’s admins.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail address"
        self.fields["username"].widget.input_type = "email"
        self.fields["username"].widget.attrs["autocomplete"] = "username"


class ResetForm(PasswordResetForm):
    """Also mails people who have not set a password yet, so that an unused first link can be replaced."""

    def get_users(self, email: str) -> Any:
        return User.objects.filter(email__iexact=email.strip(), is_active=True)
