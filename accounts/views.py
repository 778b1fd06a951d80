"""See and change a company's own settings."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import TenantRequest, role_required
from accounts.forms import CompanyForm, SecurityForm
from accounts.models import Role, SupportAccess, Tenant
from accounts.sign_in.limits import limits_of
from accounts.sign_in.proof import proof_required
from accounts.sign_in.second_factor import people_without_one
from accounts.templatetags.ui import when


@require_http_methods(["GET", "POST"])
@role_required(Role.VIEWER)
def company(request: TenantRequest) -> HttpResponse:
    """The company's settings: a form for admins, the same facts to read for everybody else."""
    if request.method == "POST":
        return _save_company(request, request.tenant.slug)
    return _company_page(request, CompanyForm(instance=Tenant.objects.get(pk=request.tenant.pk)))


@role_required(Role.ADMIN, may="Change the company")
def _save_company(request: TenantRequest) -> HttpResponse:
    form = CompanyForm(request.POST, instance=Tenant.objects.get(pk=request.tenant.pk))
    if not form.save_unless_older():
        return _company_page(request, form)
    messages.success(request, "The company’s settings were saved.")
    return redirect("company", tenant_slug=request.tenant.slug)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, may="Change how people log in to the company")
@proof_required
def company_security(request: TenantRequest) -> HttpResponse:
    """Second factor and how long a log-in lasts, for everybody who works for the company."""
    typed = request.POST if request.method == "POST" else None
    form = SecurityForm(typed, instance=Tenant.objects.get(pk=request.tenant.pk))
    if request.method == "POST" and form.save_unless_older():
        messages.success(request, "How people log in was saved. It holds from their next page.")
        return redirect("company", tenant_slug=request.tenant.slug)
    return render(request, "accounts/company_security.html", {"form": form}, status=form.status)


def _company_page(request: TenantRequest, form: CompanyForm) -> HttpResponse:
    tenant = request.tenant
    without, people = people_without_one(tenant)
    context = {
        "form": form,
        "is_admin": request.membership.may(Role.ADMIN),
        "without": without,
        "people": people,
        "facts": [
            {"label": "Name", "value": tenant.name},
            {"label": "Time zone", "value": tenant.time_zone},
            {"label": "Base currency", "value": tenant.base_currency},
            {"label": "Dates", "value": tenant.get_date_format_display()},
            {"label": "Times", "value": tenant.get_time_format_display()},
            {"label": "Numbers", "value": tenant.get_number_format_display()},
            {
                "label": "Support may look at our data",
                "value": tenant.get_support_access_display(),
                "note": _support(tenant),
            },
        ],
        "security": _security_facts(tenant),
    }
    return render(request, "accounts/company.html", context, status=form.status)


def _security_facts(tenant: Tenant) -> list[dict[str, str]]:
    """How people log in, in words; what the company left to the site says so."""
    limits, as_site = limits_of(tenant), "as everywhere on this site"
    longest = "an hour" if limits.longest_hours == 1 else f"{limits.longest_hours} hours"
    return [
        {"label": "Second factor", "value": "Required" if tenant.second_factor_required else "Up to each person"},
        {
            "label": "Without activity",
            "value": f"Locked after {limits.idle_minutes:,} minutes",
            "note": "" if tenant.idle_minutes else as_site,
        },
        {
            "label": "In any case",
            "value": f"Logged out after {longest}",
            "note": "" if tenant.longest_hours else as_site,
        },
    ]


def _support(tenant: Tenant) -> str:
    """Until when support may look, where the company decides it each time; "" otherwise."""
    if tenant.support_access == SupportAccess.ALWAYS:
        return ""
    until = tenant.support_until
    return f"allowed until {when(until)}" if until is not None and until > timezone.now() else "not allowed now"
