"""Inviting people by mail, and their accepting. Only the mail and the page right after sending hold the link.

Must not log or store a token, and must not log anybody in: an account that exists is proven by logging in.
"""

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import UNANSWERED, Invitation, InvitationState, Membership, Role, Tenant, User
from accounts.models.invitation import hash_of, new_token
from accounts.people.memberships import people_locked
from accounts.refusal import Refused
from accounts.sign_in.addresses import prove_address
from accounts.tenancy import tenant_scope
from accounts.ui.formats import shown_moment

logger = logging.getLogger(__name__)

LIFETIME = timedelta(days=7)
# Enough for the office of any builder, and too few to send unwanted mail to the world.
MOST_A_DAY = 50
MOST_OPEN = 200


@dataclass(frozen=True)
class Sent:
    """An invitation just made. `link` is known here only: show it once, keep it nowhere."""

    invitation: Invitation
    link: str = field(repr=False)
    was_mailed: bool


def invite(tenant: Tenant, email: str, role: Role, *, by: User | None = None) -> Sent:
    """Invite anyone who reads mail at `email`, and mail them the link once the invitation is committed.

    Not to be called within a transaction. `by` is the admin who invites; None for commands. Raises Refused where there
    is nothing to invite to or too much was sent, ValidationError for what is no e-mail address.
    """
    email = User.objects.normalize_email(email.strip()).lower()
    token = new_token()
    with transaction.atomic(durable=True), people_locked(tenant, by=by), tenant_scope(tenant):
        known = Invitation.objects.filter(email__iexact=email, accepted_at=None, withdrawn_at=None).first()
        if known is not None and known.state != InvitationState.EXPIRED:
            raise Refused(
                f"{email} is invited already.",
                "Send the invitation again from the list of people, or withdraw it first.",
                code="INVITE-OPEN",
            )
        if known is not None:
            _withdraw(known)
        invitation = _make(tenant, email, role, token, by)
    return _mail(invitation, token)


def resend_invitation(invitation: Invitation, *, by: User | None = None) -> Sent:
    """Mail a new link for the same address and role; the link sent before stops working. Raises Refused."""
    tenant, token = invitation.tenant, new_token()
    with transaction.atomic(durable=True), people_locked(tenant, by=by), tenant_scope(tenant):
        known = _unanswered(invitation)
        _withdraw(known)
        renewed = _make(tenant, known.email, Role(known.role), token, by)
    return _mail(renewed, token)


def withdraw_invitation(invitation: Invitation, *, by: User | None = None) -> None:
    """Make the link stop working. Raises Refused when it was answered already."""
    with people_locked(invitation.tenant, by=by), tenant_scope(invitation.tenant):
        _withdraw(_unanswered(invitation))


def accept_invitation(invitation: Invitation, person: User) -> Membership:
    """Make `person`, who is logged in, one of the tenant's people. Doing it twice changes nothing the second time.

    Somebody who belongs to the tenant by now keeps the role they have. Raises Refused.
    """
    with people_locked(invitation.tenant), tenant_scope(invitation.tenant):
        return _join(invitation, person)


def accept_as_new_person(invitation: Invitation, *, name: str, password: str) -> Membership:
    """Create the account that the link proves, and accept with it. Raises Refused where there is an account already."""
    with people_locked(invitation.tenant), tenant_scope(invitation.tenant):
        _still_open(invitation)
        try:
            with transaction.atomic():
                person = User.objects.create_user(invitation.email, password, name=name)
        except IntegrityError as error:
            raise Refused(
                f"There is an account for {invitation.email} already.", "Log in with it to accept.", code="INVITE-KNOWN"
            ) from error
        return _join(invitation, person)


def _make(tenant: Tenant, email: str, role: Role, token: str, by: User | None) -> Invitation:
    if Membership.objects.filter(tenant=tenant, user__email__iexact=email).exists():
        raise Refused(
            f"{email} is one of the people of {tenant} already.",
            "To change what they may do, change their role in the list of people.",
            code="INVITE-MEMBER",
        )
    _within_limits(tenant)
    invitation = Invitation(
        tenant=tenant,
        email=email,
        role=role,
        token_hash=hash_of(token),
        invited_by=by,
        expires_at=timezone.now() + LIFETIME,
    )
    invitation.full_clean()
    invitation.save()
    return invitation


def _within_limits(tenant: Tenant) -> None:
    if Invitation.objects.filter(created_at__gt=timezone.now() - timedelta(days=1)).count() >= MOST_A_DAY:
        raise Refused(
            f"{tenant} has sent {MOST_A_DAY} invitations within a day, which is the most there can be.",
            "Go on tomorrow.",
            code="INVITE-LIMIT",
        )
    if Invitation.objects.filter(accepted_at=None, withdrawn_at=None).count() >= MOST_OPEN:
        raise Refused(
            f"{MOST_OPEN} invitations of {tenant} are unanswered, which is the most there can be.",
            "Withdraw those that are no longer needed.",
            code="INVITE-LIMIT",
        )


def _mail(invitation: Invitation, token: str) -> Sent:
    """Outside any transaction: a mail cannot be rolled back, and a slow mail server must hold no lock."""
    link = f"{settings.SITE_URL}{reverse('open_invitation', kwargs={'invitation_token': token})}"
    inviter = invitation.invited_by
    with tenant_scope(invitation.tenant):
        context = {"invitation": invitation, "link": link, "days": LIFETIME.days}
        context["until"] = shown_moment(invitation.expires_at)
        subject = render_to_string("accounts/invitation_subject.txt", context)
        body = render_to_string("accounts/invitation_email.txt", context)
    mail = EmailMessage(
        " ".join(subject.split()), body, to=[invitation.email], reply_to=[inviter.email] if inviter else None
    )
    try:
        mail.send()
    except (SMTPException, OSError) as error:
        # The text of the error may quote the mail; its kind says enough.
        logger.warning("Invitation %s could not be mailed: %s", invitation.pk, type(error).__name__)
        return Sent(invitation, link, was_mailed=False)
    invitation.sent_at = timezone.now()
    with tenant_scope(invitation.tenant):
        invitation.save(update_fields=["sent_at"])
    return Sent(invitation, link, was_mailed=True)


def _withdraw(invitation: Invitation) -> None:
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])


def _unanswered(invitation: Invitation) -> Invitation:
    """The invitation as it is now, under the lock."""
    known = Invitation.objects.select_related("tenant").get(pk=invitation.pk)
    if known.state not in UNANSWERED:
        raise Refused(
            f"The invitation of {known.email} was {known.state.label.lower()} meanwhile.",
            "The list shows how it stands now.",
            code="INVITE-ANSWERED",
        )
    return known


def _still_open(invitation: Invitation) -> Invitation:
    known = Invitation.objects.get(pk=invitation.pk)
    if not known.can_be_accepted:
        raise Refused(
            "This invitation can no longer be accepted.", "The page says how it stands now.", code="INVITE-CLOSED"
        )
    return known


def _join(invitation: Invitation, person: User) -> Membership:
    if person.email.lower() != invitation.email.lower():
        raise Refused(
            f"This invitation is for {invitation.email}.", "Log in with that address.", code="INVITE-SOMEBODY-ELSE"
        )
    member = Membership.objects.filter(tenant=invitation.tenant, user=person).first()
    if member is not None and Invitation.objects.filter(pk=invitation.pk, accepted_by=person).exists():
        return member
    known = _still_open(invitation)
    if member is None:
        member = Membership.objects.create(tenant=invitation.tenant, user=person, role=known.role)
    known.accepted_at = timezone.now()
    known.accepted_by = person
    known.save(update_fields=["accepted_at", "accepted_by"])
    prove_address(person)
    return member
