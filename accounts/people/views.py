"""Settings → People: who belongs to the company, in which role, who is invited; and the acts on them.

Views authorize, read the form, make one call, say what came of it, and redirect. Rules live in the verbs beside them.
"""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import TenantRequest, role_reason, role_required
from accounts.models import Invitation, Membership, Role
from accounts.people import invitations, memberships
from accounts.people.abilities import abilities
from accounts.people.forms import InviteForm, RoleForm
from accounts.people.selectors import knows_second_factors, members, unanswered_invitations
from accounts.refusal import Refused
from accounts.sign_in.proof import proof_required
from accounts.ui.filters import filter_group

MANAGE = "Invite people, change their roles and remove them"
PEOPLE_PER_PAGE = 50
INVITATIONS_SHOWN = 200  # as many as can be open, see invitations.MOST_OPEN
LONGEST_SEARCH = 100
LINK_KEY = "link_of_invitation"


@require_GET
@role_required(Role.VIEWER)
def people(request: TenantRequest) -> HttpResponse:
    """Everybody sees who is here; what concerns the security of accounts, and the invitations, only admins see."""
    is_admin = request.membership.may(Role.ADMIN)
    search = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    found = members(request.tenant, search)
    counts = dict(found.order_by().values_list("role").annotate(Count("pk")))
    options = [
        ("", "All", sum(counts.values())),
        *((role.value, role.label, counts.get(role.value, 0)) for role in Role),
    ]
    chosen = request.GET.get("role", "")
    if chosen in Role.values:
        found = found.filter(role=chosen)
    page = Paginator(found, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "filters": [filter_group(request, "Role", "role", options)],
        "is_filtered": bool(search or chosen in Role.values),
        "is_admin": is_admin,
        "why_not_admin": role_reason(request, Role.ADMIN),
        "why_not_leave": memberships.why_not_without(request.membership),
        "only_admin_pk": _only_admin_pk(request),
        "knows_second_factors": knows_second_factors(),
        "invitations": list(unanswered_invitations()[:INVITATIONS_SHOWN]) if is_admin else [],
        "roles": list(Role),
        "abilities": abilities(),
    }
    return render(request, "accounts/people.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, may=MANAGE)
@proof_required
def invite(request: TenantRequest) -> HttpResponse:
    """Invite somebody; the next page shows the link, once."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            sent = invitations.invite(
                request.tenant, form.cleaned_data["email"], Role(form.cleaned_data["role"]), by=request.user
            )
        except Refused as refused:
            form.add_error("email" if refused.code in ("INVITE-OPEN", "INVITE-MEMBER") else None, str(refused))
        else:
            return _sent(request, sent)
    context = {"form": form, "abilities": abilities(), "roles": list(Role)}
    return render(request, "accounts/invite.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, may=MANAGE)
@proof_required
def resend_invitation(request: TenantRequest, invitation_pk: int) -> HttpResponse:
    """Mail a new link, and show it once. Opened as a page, it sends nothing."""
    invitation = _invitation_or_404(invitation_pk)
    if request.method == "GET":
        return _to_people(request)
    try:
        sent = invitations.resend_invitation(invitation, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return _to_people(request)
    return _sent(request, sent)


@require_POST
@role_required(Role.ADMIN, may=MANAGE)
def withdraw_invitation(request: TenantRequest, invitation_pk: int) -> HttpResponse:
    """Make the link of an invitation stop working."""
    invitation = _invitation_or_404(invitation_pk)
    try:
        invitations.withdraw_invitation(invitation, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"The invitation of {invitation.email} is withdrawn. Its link no longer works.")
    return _to_people(request)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, may=MANAGE)
@proof_required
def change_role(request: TenantRequest, membership_pk: int) -> HttpResponse:
    """Give somebody another role."""
    membership = _membership_or_404(request, membership_pk)
    is_own = membership.pk == request.membership.pk
    form = RoleForm(membership, request.POST if request.method == "POST" else None, is_own=is_own)
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        try:
            memberships.set_role(request.tenant, membership.user, role, by=request.user)
        except Refused as refused:
            form.add_error("role", str(refused))
        else:
            who = "You are" if is_own else f"{membership.user} is"
            messages.success(request, f"{who} {role.label} in {request.tenant} now.")
            return _to_people(request)
    context = {
        "form": form,
        "person": membership,
        "is_own": is_own,
        "why_not": memberships.why_not_without(membership),
        "abilities": abilities(),
        "roles": list(Role),
    }
    return render(request, "accounts/change_role.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, may=MANAGE)
@proof_required
def remove_person(request: TenantRequest, membership_pk: int) -> HttpResponse:
    """Ask with the consequences in words, then end somebody's membership."""
    membership = _membership_or_404(request, membership_pk)
    if membership.pk == request.membership.pk:
        return redirect("leave_company", tenant_slug=request.tenant.slug)
    if request.method == "POST":
        try:
            memberships.remove_person(membership, by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"{membership.user} is no longer one of the people of {request.tenant}.")
        return _to_people(request)
    invited = [found for found in unanswered_invitations() if found.invited_by_id == membership.user_id]
    context = {"person": membership, "why_not": memberships.why_not_without(membership), "invited": invited}
    return render(request, "accounts/remove_person.html", context)


@require_http_methods(["GET", "POST"])
@role_required(Role.VIEWER)
def leave_company(request: TenantRequest) -> HttpResponse:
    """Ask with the consequences in words, then end one's own membership."""
    if request.method == "POST":
        try:
            memberships.remove_person(request.membership, by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
            return _to_people(request)
        messages.success(request, f"You have left {request.tenant}.")
        return redirect("tenants")
    return render(request, "accounts/leave_company.html", {"why_not": memberships.why_not_without(request.membership)})


def _sent(request: TenantRequest, sent: invitations.Sent) -> HttpResponse:
    """The link waits in the session, which is sealed, for the one page that shows it."""
    request.session[LINK_KEY] = {"pk": sent.invitation.pk, "link": sent.link, "was_mailed": sent.was_mailed}
    return redirect("invited", tenant_slug=request.tenant.slug)


@never_cache
@require_GET
@role_required(Role.ADMIN, may=MANAGE)
def invited(request: TenantRequest) -> HttpResponse:
    """Right after an invitation was sent: the only time its link can be shown."""
    told = request.session.pop(LINK_KEY, None)
    invitation = Invitation.objects.filter(pk=told["pk"]).first() if told else None
    if told is None or invitation is None:
        messages.info(request, "The link of an invitation is shown once. Send the invitation again for a new one.")
        return _to_people(request)
    context: dict[str, Any] = {"invitation": invitation, "link": told["link"], "was_mailed": told["was_mailed"]}
    return render(request, "accounts/invited.html", context)


def _to_people(request: TenantRequest) -> HttpResponse:
    return redirect("people", tenant_slug=request.tenant.slug)


def _membership_or_404(request: TenantRequest, pk: int) -> Membership:
    return get_object_or_404(Membership.objects.select_related("user", "tenant"), tenant=request.tenant, pk=pk)


def _invitation_or_404(pk: int) -> Invitation:
    found: Invitation = get_object_or_404(Invitation.objects.select_related("tenant"), pk=pk)
    return found


def _only_admin_pk(request: TenantRequest) -> int | None:
    """The membership that the company cannot do without, which is why it cannot be lowered or removed."""
    admins = Membership.objects.filter(tenant=request.tenant, role=Role.ADMIN, user__is_active=True)
    found = list(admins.values_list("pk", flat=True)[:2])
    return found[0] if len(found) == 1 else None
