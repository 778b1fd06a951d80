"""One-time links with which somebody chooses a password, in a mail or handed over.

Owns their form; whether a key still counts is decided by django-allauth.
"""

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from accounts.models import User


def choose_password_url(user: User) -> str:
    """A link that works once and for PASSWORD_RESET_TIMEOUT seconds, also for somebody without a password."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    return password_url(f"{user_pk_to_url_str(user)}-{token}")


def password_url(key: str) -> str:
    """The address for `key`, "user-token"."""
    uid, token = key.split("-", 1)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
    return f"{settings.SITE_URL}{path}"
