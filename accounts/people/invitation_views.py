"""What an invited person sees: the invitation, a way to accept it, and what to do where that is not possible.

The token stands in the mailed address only: opening it leaves the token's hash in the session, and every further
address is free of it. Must never log in an account that existed before: that takes its password and second factor.
"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.client_address import counted_address
from accounts.models import Invitation, InvitationState, User
from accounts.people import invitations
from accounts.people.forms import JoinForm
from accounts.people.selectors import account_of, invitation_of_hash, invitation_of_token, newer_invitation
from accounts.people.throttle import is_over
from accounts.refusal import Refused
from accounts.tenancy import tenant_scope

SESSION_KEY = "invitation"
# A mailed link always opens; what is counted is guessing, and tries to accept the same invitation.
MOST_UNKNOWN, UNKNOWN_SECONDS = 30, 600
MOST_TRIES, TRIES_SECONDS = 10, 600


@never_cache
@login_not_required
@csrf_exempt  # a refusal would be logged with the address, and so with the token; nothing is changed here
def open_invitation(request: HttpRequest, invitation_token: str) -> HttpResponse:
    """The mailed link: remember which invitation it opens, and go on without the token. Any method does that."""
    invitation = invitation_of_token(invitation_token)
    if invitation is None:
        if is_over(f"invitation:{counted_address(request)}", most=MOST_UNKNOWN, seconds=UNKNOWN_SECONDS):
            return _too_often(request, UNKNOWN_SECONDS)
        return render(request, "accounts/invitation_unknown.html", status=404)
    request.session[SESSION_KEY] = invitation.token_hash
    return redirect("invitation")


@never_cache
@login_not_required
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """The invitation that was opened in this browser, and the answer to it."""
    token_hash = request.session.get(SESSION_KEY, "")
    opened = invitation_of_hash(token_hash)
    if opened is None:
        return render(request, "accounts/invitation_unknown.html", {"is_unopened": True})
    if request.method == "POST" and "log_out" in request.POST:
        logout(request)
        request.session[SESSION_KEY] = token_hash
        return redirect("invitation")
    with tenant_scope(opened.tenant):
        if not opened.can_be_accepted:
            return _closed(request, opened)
        if request.method == "GET":
            return _page(request, opened)
        if is_over(f"accept:{opened.pk}", most=MOST_TRIES, seconds=TRIES_SECONDS):
            return _too_often(request, TRIES_SECONDS)
        try:
            return _accept(request, opened)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("invitation")


def _accept(request: HttpRequest, opened: Invitation) -> HttpResponse:
    """Accept as who is logged in, or as a new person. Raises Refused."""
    if isinstance(request.user, User):
        invitations.accept_invitation(opened, request.user)
    else:
        form = JoinForm(opened, request.POST)
        if account_of(opened) is not None:
            return redirect("invitation")  # which says to log in
        if not form.is_valid():
            return _page(request, opened, form=form, status=422)
        name, password = form.cleaned_data["name"], form.cleaned_data["password"]
        member = invitations.accept_as_new_person(opened, name=name, password=password)
        # Just created: anyone who holds the link chose the password a moment ago, and there is no second factor yet.
        login(request, member.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    del request.session[SESSION_KEY]
    messages.success(request, f"You belong to {opened.tenant} now, as {opened.get_role_display()}.")
    return redirect("home", tenant_slug=opened.tenant.slug)


def _page(request: HttpRequest, opened: Invitation, *, form: JoinForm | None = None, status: int = 200) -> HttpResponse:
    account = account_of(opened)
    context: dict[str, Any] = {"invitation": opened, "account": account}
    if isinstance(request.user, User):
        is_theirs = account is not None and account.pk == request.user.pk
        return render(request, f"accounts/invitation_{'accept' if is_theirs else 'somebody_else'}.html", context)
    if account is not None:
        return render(request, "accounts/invitation_log_in.html", context)
    context["form"] = form or JoinForm(opened)
    return render(request, "accounts/invitation_join.html", context, status=status)


def _closed(request: HttpRequest, opened: Invitation) -> HttpResponse:
    """Why it can no longer be accepted, and what to do; the person who accepted it goes straight in."""
    joined = opened.tenant.memberships.filter(user=request.user.pk)
    if opened.accepted_by_id == request.user.pk and joined.exists():
        return redirect("home", tenant_slug=opened.tenant.slug)
    context = {
        "invitation": opened,
        "is_accepted": opened.state == InvitationState.ACCEPTED,
        "is_expired": opened.state == InvitationState.EXPIRED,
        "newer": newer_invitation(opened),
    }
    return render(request, "accounts/invitation_closed.html", context)


def _too_often(request: HttpRequest, seconds: int) -> HttpResponse:
    response = render(request, "accounts/invitation_too_often.html", {"minutes": seconds // 60}, status=429)
    response["Retry-After"] = str(seconds)
    return response
