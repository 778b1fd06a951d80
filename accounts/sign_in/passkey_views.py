"""Pages of passkeys, where they go another way than django-allauth's: what is refused is said on the page itself.

Owns the order of steps for a person; what a passkey must prove is accounts.sign_in.passkeys.
"""

from typing import Any

from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode

from accounts.sign_in.second_factor import why_not_removed


class PasskeyLoginView(webauthn.LoginWebAuthnView):
    """Asked by the script of the log-in page for a question, and given the answer."""

    def form_valid(self, form: Any) -> HttpResponse:
        passkey = form.cleaned_data["credential"]
        login = Login(user=passkey.user, redirect_url=get_next_redirect_url(self.request))
        response: HttpResponse = perform_passwordless_login(self.request, passkey, login)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        for message in form.errors.get("credential", []):
            messages.error(self.request, message)
        asked_for = get_next_redirect_url(self.request)
        return redirect(reverse("account_login") + (f"?{urlencode({'next': asked_for})}" if asked_for else ""))


class ConfirmPasskeyView(webauthn.ReauthenticateWebAuthnView):
    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=422)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **kwargs}  # django-allauth drops the form that was refused


class AddPasskeyView(webauthn.AddWebAuthnView):
    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=422)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **kwargs}  # as above


class RenamePasskeyView(webauthn.EditWebAuthnView):
    success_url = reverse_lazy("mfa_index")


class RemovePasskeyView(webauthn.RemoveWebAuthnView):
    """Not the last second factor of somebody who must have one."""

    success_url = reverse_lazy("mfa_index")
    context_object_name = "authenticator"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "why_not": why_not_removed(self.object)}

    def form_valid(self, form: Any) -> HttpResponse:
        why_not = why_not_removed(self.object)
        if why_not:
            messages.error(self.request, why_not)
            return redirect("mfa_index")
        response: HttpResponse = super().form_valid(form)
        return response
