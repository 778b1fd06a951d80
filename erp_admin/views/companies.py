"""The companies of a person: each with the state of its connection and what needs somebody. Outside any company."""

from django.http import HttpResponse
from django.http.request import HttpRequest
from django.shortcuts import redirect, render

from accounts.models import Membership, User
from erp_admin.overview.companies import companies_of


def tenants(request: HttpRequest) -> HttpResponse:
    """The companies of the person; with a single one, straight into it."""
    slugs = list(Membership.objects.filter(user=request.user.pk).values_list("tenant__slug", flat=True)[:2])
    if len(slugs) == 1:
        return redirect("home", tenant_slug=slugs[0])
    person = request.user
    companies = companies_of(person, path=request.path) if isinstance(person, User) else []
    return render(request, "accounts/tenants.html", {"companies": companies})
