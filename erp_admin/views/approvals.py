"""Settings → Approvals: the policies with what they say in words, who may push, and who stands in for whom.

Owns the pages; what a policy means and what is stored is decided by integrations.approval.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import TenantRequest, role_reason, role_required
from accounts.models import Membership, Role
from accounts.people.selectors import members
from accounts.refusal import Refused
from erp_admin.documents.types import document_types, type_for
from erp_admin.forms.approvals import PolicyForm, PushRightsForm, SubstituteForm
from erp_admin.views.document_pages import tenant_url
from integrations.approval.people import People
from integrations.approval.policies import place_of, sentence
from integrations.approval.policy_service import (
    Outdated,
    remove_policy,
    remove_substitute,
    save_policy,
    set_push_rights,
    set_substitute,
)
from integrations.approval.push_rights import least_role
from integrations.gateway.access import live_connection
from integrations.models import ApprovalPolicy, Substitute

SETS_POLICIES = "Say how documents are approved and who may push them"
STANDS_IN = "Choose a substitute while away"


@require_GET
@role_required(Role.VIEWER)
def approvals(request: TenantRequest) -> HttpResponse:
    """What holds for each type, who may push it, and who is away."""
    return _page(request)


def _page(
    request: TenantRequest,
    *,
    rights: PushRightsForm | None = None,
    away: SubstituteForm | None = None,
    status: int = 200,
) -> HttpResponse:
    names, known = People().names, {each.key: each for each in document_types()}
    policies = [each for each in ApprovalPolicy.objects.select_related("saved_by") if each.flow in known]
    currency = request.tenant.base_currency
    rows = [
        {
            "policy": each,
            "title": known[each.flow].title,
            "place": place_of(each) or "all",
            "sentence": sentence(each, known[each.flow].plural, names, currency),
            "url": tenant_url(request, "approval_policy", policy_pk=each.pk),
        }
        for each in policies
    ]
    general = {each.flow for each in policies if not place_of(each)}
    own = request.membership
    may_stand_in = not role_reason(request, Role.ACCOUNTANT)
    context = {
        "rows": rows,
        "without": [each.title for each in known.values() if each.key not in general],
        "admin_reason": role_reason(request, Role.ADMIN),
        "rights": rights or PushRightsForm({key: least_role(key) for key in known}),
        "right_facts": [
            {"label": each.title, "value": f"{least_role(each.key).label} or more"} for each in known.values()
        ],
        "away": (away or SubstituteForm(_members(request), own)) if may_stand_in else None,
        "substitutes": [
            (each, own.may(Role.ADMIN) or each.person_id == own.user_id)
            for each in Substitute.objects.select_related("person", "substitute")
        ],
    }
    return render(request, "erp_admin/approvals.html", context, status=status)


def _members(request: TenantRequest) -> list[Membership]:
    return list(members(request.tenant))


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, may=SETS_POLICIES)
def policy(request: TenantRequest, policy_pk: int = 0) -> HttpResponse:
    """One policy, or a new one. What is typed is read out in words before it is saved, with or without scripts."""
    found = get_object_or_404(ApprovalPolicy, pk=policy_pk) if policy_pk else None
    if request.method != "POST":
        form = PolicyForm(request.tenant, live_connection(), _members(request), found)
        return _policy_page(request, found, form)
    form = PolicyForm(request.tenant, live_connection(), _members(request), found, request.POST)
    if not form.is_valid():
        return _policy_page(request, found, form, status=422)
    if "preview" in request.POST:
        return _policy_page(request, found, form, is_preview=True)
    choices = form.choices()
    plural = type_for(choices.flow).plural
    try:
        version = form.cleaned_data["version"]
        save_policy(request.tenant, found, choices, version=version, plural=plural, by=request.user)
    except Outdated as outdated:
        return _outdated(request, found, outdated)
    messages.success(request, "The policy is saved. It holds for every approval from now on.")
    return redirect("approvals", tenant_slug=request.tenant.slug)


def _outdated(request: TenantRequest, found: ApprovalPolicy | None, outdated: Outdated) -> HttpResponse:
    """What was typed stays in the form, to be saved over what came in between once the person has seen it."""
    newer, typed = outdated.policy, request.POST.copy()
    if newer is not None and found is not None:
        typed["version"] = str(newer.version)
    form = PolicyForm(request.tenant, live_connection(), _members(request), found, typed)
    form.is_valid()
    if newer is None:
        form.add_error(None, "Somebody removed the policy meanwhile. Nothing was saved.")
    elif found is None:
        form.add_error("flow", "There is a policy for the same documents already. Change that one.")
    return _policy_page(request, found, form, newer=newer if found is not None else None, status=409)


def _policy_page(
    request: TenantRequest,
    found: ApprovalPolicy | None,
    form: PolicyForm,
    *,
    newer: ApprovalPolicy | None = None,
    is_preview: bool = False,
    status: int = 200,
) -> HttpResponse:
    shown = form.choices().put_into(ApprovalPolicy()) if is_preview else newer or found
    context: dict[str, Any] = {
        "policy": found,
        "form": form,
        "newer": newer,
        "is_preview": is_preview,
        "sentence": _sentence(request, shown) if shown is not None else "",
    }
    return render(request, "erp_admin/approval_policy.html", context, status=status)


def _sentence(request: TenantRequest, shown: ApprovalPolicy) -> str:
    return sentence(shown, type_for(shown.flow).plural, People().names, request.tenant.base_currency)


@require_POST
@role_required(Role.ADMIN, may=SETS_POLICIES)
def remove(request: TenantRequest, policy_pk: int) -> HttpResponse:
    found = get_object_or_404(ApprovalPolicy, pk=policy_pk)
    remove_policy(found, plural=type_for(found.flow).plural, by=request.user)
    messages.success(request, "The policy is removed. What is approved stays so.")
    return redirect("approvals", tenant_slug=request.tenant.slug)


@require_POST
@role_required(Role.ADMIN, may=SETS_POLICIES)
def push_rights(request: TenantRequest) -> HttpResponse:
    """Which role pushes documents of each type."""
    form = PushRightsForm({each.key: least_role(each.key) for each in document_types()}, request.POST)
    if not form.is_valid():
        return _page(request, rights=form, status=422)
    plurals = {each.key: each.plural for each in document_types()}
    changed = set_push_rights(request.tenant, form.chosen(), plurals, by=request.user)
    messages.success(request, "Saved." if changed else "Nothing was changed.")
    return redirect("approvals", tenant_slug=request.tenant.slug)


@require_POST
@role_required(Role.ACCOUNTANT, may=STANDS_IN)
def substitute(request: TenantRequest) -> HttpResponse:
    """Choose who approves in one's place; admins choose for anybody."""
    people = _members(request)
    form = SubstituteForm(people, request.membership, request.POST)
    if not form.is_valid():
        return _page(request, away=form, status=422)
    typed, users = form.cleaned_data, {str(each.user_id): each.user for each in people}
    person, stands_in = users[typed["person"]], users[typed["substitute"]]
    try:
        found = set_substitute(request.tenant, person, stands_in, typed["starts_on"], typed["ends_on"], by=request.user)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, away=form, status=422)
    messages.success(request, f"{found.substitute} approves in place of {found.person} on these days.")
    return redirect("approvals", tenant_slug=request.tenant.slug)


@require_POST
@role_required(Role.ACCOUNTANT, may=STANDS_IN)
def end_substitute(request: TenantRequest, substitute_pk: int) -> HttpResponse:
    """Take a substitute back: one's own, for admins anybody's. That of others is not there for anybody else."""
    mine = Substitute.objects.select_related("person", "substitute")
    if not request.membership.may(Role.ADMIN):
        mine = mine.filter(person=request.user.pk)
    remove_substitute(get_object_or_404(mine, pk=substitute_pk), by=request.user)
    messages.success(request, "The substitute is taken back.")
    return redirect("approvals", tenant_slug=request.tenant.slug)
