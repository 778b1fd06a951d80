"""Log-ins, failed ones, log-outs and second factors into the audit trail, whichever page they came through.

Only listens to what Django and django-allauth announce; decides nothing about who may log in.
"""

import logging
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from accounts.audit import record_event
from accounts.middleware import ENTERED_KEY
from accounts.models import AuditEntry, EventKind, User
from accounts.sign_in.second_factor import FACTORS
from accounts.tenancy import cross_tenant

logger = logging.getLogger(__name__)

# So that anyone who guesses passwords cannot fill the trail; the log has a line for each attempt.
MOST_FAILED_AN_HOUR = 10
_NAMES = ("username", "email", "login")


def connect() -> None:
    """Listen, once per process."""
    user_logged_in.connect(_logged_in, dispatch_uid="audit")
    user_logged_out.connect(_logged_out, dispatch_uid="audit")
    user_login_failed.connect(_failed, dispatch_uid="audit")
    authenticator_added.connect(_second_factor_added, dispatch_uid="audit")
    authenticator_removed.connect(_second_factor_removed, dispatch_uid="audit")
    authenticator_reset.connect(_recovery_codes_renewed, dispatch_uid="audit")


def _logged_in(sender: Any, user: User, request: HttpRequest, **kwargs: Any) -> None:
    """The one company somebody belongs to is entered by that; of several, each when it is opened."""
    companies = list(user.memberships.values_list("tenant_id", flat=True))
    entered = companies if len(companies) == 1 else []
    request.session[ENTERED_KEY] = entered
    record_event(EventKind.LOG_IN, "", about=user, by=user, only_in=entered or [None])


def _logged_out(sender: Any, user: User | None, request: HttpRequest, **kwargs: Any) -> None:
    if user is not None:
        entered = request.session.get(ENTERED_KEY)
        nowhere = [None] if entered == [] else entered
        record_event(EventKind.LOG_OUT, "", about=user, by=user, only_in=nowhere)


def _second_factor_added(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if authenticator.type in FACTORS:  # recovery codes come with one
        record_event(EventKind.SECOND_FACTOR_ADDED, _which(authenticator), about=user, by=user)


def _second_factor_removed(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if authenticator.type in FACTORS:
        record_event(EventKind.SECOND_FACTOR_REMOVED, _which(authenticator), about=user, by=user)


def _which(authenticator: Authenticator) -> str:
    """By its name, where a person can have several."""
    return f"Passkey “{authenticator}”." if authenticator.type == Authenticator.Type.WEBAUTHN else ""


def _recovery_codes_renewed(sender: Any, user: User, **kwargs: Any) -> None:
    record_event(EventKind.RECOVERY_CODES_RENEWED, "", about=user, by=user)


def _failed(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    typed = next((str(credentials[name]) for name in _NAMES if credentials.get(name)), "")
    person = User.objects.filter(email__iexact=typed.strip()[:254]).first() if typed else None
    logger.warning("a log-in failed", extra={"attempted_user_id": person.pk if person else None})
    if person is None or _failures_of(person) >= MOST_FAILED_AN_HOUR * max(person.memberships.count(), 1):
        return
    record_event(
        EventKind.LOG_IN_FAILED, "The address is known; the password or the account was refused.", about=person
    )


def _failures_of(person: User) -> int:
    since = timezone.now() - timedelta(hours=1)
    with cross_tenant("counting failed log-ins"):
        failed = AuditEntry.objects.filter(kind=EventKind.LOG_IN_FAILED, object_id=person.pk, at__gte=since)
        return failed.count()
