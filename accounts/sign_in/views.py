"""Pages of one's own account, and the few places where log-in goes another way than django-allauth's.

Owns the order of steps for a person; checks and limits are django-allauth's, the rule of the second factor is
accounts.sign_in.second_factor.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import EmailView, PasswordResetFromKeyView
from allauth.usersessions.adapter import get_adapter as get_sessions_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Tenant, User
from accounts.sign_in.addresses import pending_addresses, prove_address
from accounts.sign_in.forms import NameForm
from accounts.sign_in.known_browser import remember
from accounts.sign_in.second_factor import has_second_factor, requiring_tenants

BACK_KEY = "after_second_factor"


class PersonRequest(HttpRequest):
    """A request of somebody who is logged in."""

    user: User


class ChoosePasswordView(PasswordResetFromKeyView):
    """Opened through a mailed or handed-over link. Using it also proves the address; then to the log-in page."""

    success_url = reverse_lazy("account_login")

    def form_valid(self, form: Any) -> HttpResponse:
        prove_address(self.reset_user)
        response: HttpResponse = super().form_valid(form)
        remember(self.request, response, self.reset_user)  # whatever strangers do, this browser can log in now
        return response


class AddressView(EmailView):
    """Change one's address. Only the link that was sent there makes a new address count."""

    def _action_primary(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """django-allauth would switch to an address nobody has proved, where the present one is not proved either."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        present = EmailAddress.objects.filter(user=self.request.user, email=self.request.user.email).first()
        return {**context, "present": present, "pending": pending_addresses(self.request.user).first()}


@login_not_required
@require_GET
def former_link(request: HttpRequest, uidb64: str, token: str) -> HttpResponse:
    """A link in the form that was sent before; its token can no longer be checked."""
    return render(request, "account/password_reset_from_key.html", {"token_fail": True})


@login_not_required
@require_GET
def password_saved(request: HttpRequest) -> HttpResponse:
    return redirect("account_login")


@require_http_methods(["GET", "POST"])
def account(request: PersonRequest) -> HttpResponse:
    """Name, address and how the account is protected."""
    form = NameForm(request.POST if request.method == "POST" else None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your name was saved.")
        return redirect("account")
    context = {
        "form": form,
        "address": EmailAddress.objects.filter(user=request.user, email=request.user.email).first(),
        "new_address": pending_addresses(request.user).first(),
        "has_second_factor": has_second_factor(request.user),
    }
    return render(request, "accounts/account.html", context, status=422 if form.errors else 200)


@require_POST
def end_session(request: PersonRequest, pk: int) -> HttpResponse:
    """Log one's own account out somewhere else."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    if session.is_current():
        return redirect("account_logout")
    get_sessions_adapter().end_sessions([session])
    messages.success(request, "That session was ended. Anyone who uses it has to log in again.")
    return redirect("usersessions_list")


@require_GET
def second_factor_required(request: PersonRequest) -> HttpResponse:
    """Why the page that was asked for waits until there is a second factor; afterwards, the way back to it."""
    asked_for = get_next_redirect_url(request) or request.session.get(BACK_KEY, "/")
    if has_second_factor(request.user):
        request.session.pop(BACK_KEY, None)
        return redirect(asked_for)
    request.session[BACK_KEY] = asked_for
    context = {"tenants": requiring_tenants(request.user), "other_tenants": _open_tenants(request.user)}
    return render(request, "accounts/second_factor_required.html", context)


def _open_tenants(user: User) -> bool:
    """Whether the person has companies that can be worked in without a second factor."""
    return Tenant.objects.filter(memberships__user=user, second_factor_required=False).exists()
