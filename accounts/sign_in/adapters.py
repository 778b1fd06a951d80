"""What django-allauth asks this project: may one sign up, where to go next, which links, which words, how to seal.

Owns answers only; no page and no rule of its own.
"""

import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from accounts.client_address import address_of
from accounts.models import Membership, User
from accounts.sign_in.addresses import is_taken
from accounts.sign_in.guessing import MINUTE, forget_passwords, of_password, told_to_wait
from accounts.sign_in.links import password_url
from accounts.sign_in.proof import is_proved
from accounts.sign_in.second_factor import why_not_removed
from accounts.ui.back import own_path

logger = logging.getLogger(__name__)

TOO_MANY = "Too many attempts from your network. Wait a minute, then try again."
WRONG_CODE = "This code is not right. Codes change every 30 seconds; enter the one that is shown now."
WAYS_TO_CONFIRM = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This e-mail address and password do not belong together. Check both; the "
        "password distinguishes upper and lower case.",
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": "Too many attempts. Wait a few minutes, then try again.",
        "incorrect_password": "This is not your password. It distinguishes upper and lower case.",
        "enter_current_password": "This is not your present password.",
        "duplicate_email": "This is your address already.",
        "invalid_password_reset": "This link no longer works.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Where to go after a log-in, a confirmation, a log-out: a page of this site, by its path alone."""
        return bool(own_path(url))

    def get_client_ip(self, request: HttpRequest) -> str:
        """By which attempts are counted, and that of a session."""
        return address_of(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The company used last, else the list of the person's companies."""
        last = (
            Membership.objects.filter(user=request.user.pk, last_used_at__isnull=False)
            .order_by("-last_used_at")
            .values_list("tenant__slug", flat=True)
            .first()
        )
        return reverse("home", kwargs={"tenant_slug": last}) if last else reverse("tenants")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return reverse("account" if self.request.user.is_authenticated else "account_login")

    def get_reset_password_from_key_url(self, key: str) -> str:
        return password_url(key)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        path = reverse("account_confirm_email", args=[emailconfirmation.key])
        return f"{settings.SITE_URL}{path}"

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Only who reads that mailbox gets here, so that the address is taken may be said."""
        if is_taken(email_address.email, by_others_than=email_address.user):
            context = {"email": email_address.email}
            self.add_message(request, messages.ERROR, "account/messages/email_confirmation_failed.txt", context)
            return False
        return bool(super().confirm_email(request, email_address))

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        return bool(email_address.email != email_address.user.email)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Before the password is compared. In a browser of the person, strangers at the same address do not matter."""
        self._attempt = of_password(request, credentials["email"])
        if not self._attempt.is_known:
            with told_to_wait(request, MINUTE):
                super().pre_authenticate(request, **credentials)
        try:
            self._attempt.begin()
        except ValidationError:
            self._rollback_login_failed_rl_usage()  # nothing was compared, so it is no failure from this address
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        person: User | None = super().authenticate(request, **credentials)
        if person is not None:
            self._attempt.succeeded()
        return person

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """django-allauth's hook for a password that was chosen through a mailed link."""
        super()._delete_login_attempts_cached_email(request, **credentials)
        forget_passwords(credentials["email"])

    def get_reauthentication_methods(self, user: User) -> list[dict[str, str]]:
        """The first is asked for: a passkey before codes, where those are recovery codes alone, each for one use."""
        found: list[dict[str, str]] = super().get_reauthentication_methods(user)
        if not Authenticator.objects.filter(user=user.pk, type=Authenticator.Type.TOTP).exists():
            found.sort(key=lambda method: method["id"] == "mfa_reauthenticate")
        return [{**method, "description": WAYS_TO_CONFIRM[method["id"]]} for method in found]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not for a while after a log-in, which proved the same."""
        return bool(super().is_reauthentication_required(app=app, **kwargs)) and not is_proved(self.request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        super().send_mail(template_prefix, email, {"site_url": settings.SITE_URL, **context})

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """What the notice tells of is done already, so a mail server that is away does not undo or hide it."""
        try:
            super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)
        except OSError:
            logger.exception("A security notice could not be sent.")


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": "It is your only second factor, and one is required of you. Add a passkey "
        "first; if it is lost, ask your support.",
        "cannot_generate_recovery_codes": "Set up a second factor first; recovery codes stand in for it.",
    }

    # A text alone says nothing of whose it is: rows are sealed and opened in accounts.sign_in.sealed_factors.

    def encrypt(self, text: str) -> str:
        return text

    def decrypt(self, encrypted_text: str) -> str:
        return encrypted_text

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not why_not_removed(authenticator)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """By the address people were told, whatever a Host header says."""
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": settings.MFA_TOTP_ISSUER}

    def get_totp_label(self, user: User) -> str:
        return user.email
