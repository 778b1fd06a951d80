"""Log in, log out, reset a password, choose a tenant."""

from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy

from accounts.forms import LoginForm, ResetForm
from accounts.models import Membership


class LoginView(auth.LoginView):
    authentication_form = LoginForm
    redirect_authenticated_user = True


class PasswordResetView(auth.PasswordResetView):
    form_class = ResetForm
    email_template_name = "registration/password_reset_email.txt"
    success_url = reverse_lazy("password_reset_done")


def tenants(request: HttpRequest) -> HttpResponse:
    """The companies of the person; with a single one, straight into it."""
    memberships = list(Membership.objects.filter(user=request.user.pk).select_related("tenant"))
    if len(memberships) == 1:
        return redirect("home", tenant_slug=memberships[0].tenant.slug)
    return render(request, "accounts/tenants.html", {"memberships": memberships})
