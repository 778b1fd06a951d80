"""The versions of the settings: who saved what, and bringing an earlier one back.

Owns what is shown. What is restored, and whether it can be used, is integrations.settings.restoring's work.
"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from integrations.forms.settings import RestoreForm
from integrations.gateway.access import latest_connection, live_connection
from integrations.models import Connection, ConnectionState, SettingsVersion
from integrations.settings.declared import setting_for
from integrations.settings.restoring import Restoration, restoration, restore
from integrations.settings.selectors import settings_in_force
from integrations.settings.service import InvalidSettings, Outdated

VERSIONS_PER_PAGE = 25


@require_GET
@role_required(Role.VIEWER)
def history(request: TenantRequest) -> HttpResponse:
    """Every version that was saved: who, when, by which way, and what changed."""
    owner = latest_connection()
    is_live = owner is not None and owner.state != ConnectionState.DISCONNECTED
    versions = SettingsVersion.objects.filter(connection=owner).select_related("saved_by").order_by("-number")
    page = Paginator(versions, VERSIONS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "owner": owner,
        "in_force": settings_in_force(owner),
        "may_restore": is_live and request.membership.may(Role.ADMIN),
    }
    return render(request, "integrations/history.html", context)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, may="Save the settings of the integration")
def restore_settings(request: TenantRequest, number: int) -> HttpResponse:
    """What bringing a version back would change, then doing it with a reason."""
    live = live_connection()
    found = restoration(live, number) if live is not None else None
    if live is None or found is None:
        if request.method == "GET":
            raise Http404("There is no such version to restore.")
        messages.warning(
            request, f"Version {number} is the newest one, or is not there any more. Nothing was restored."
        )
        return redirect("settings_history", tenant_slug=request.tenant.slug)
    form = RestoreForm(request.POST if request.method == "POST" else None, initial={"seen": found.present.number})
    if request.method == "POST" and form.is_valid():
        return _restore(request, live, found, form)
    return _page(request, found, form, status=422 if form.is_bound else 200)


def _restore(request: TenantRequest, live: Connection, found: Restoration, form: RestoreForm) -> HttpResponse:
    number = found.version.number
    try:
        done = restore(
            live, number, reason=form.cleaned_data["reason"], based_on=form.cleaned_data["seen"], by=request.user
        )
    except Outdated:
        messages.warning(
            request, "Somebody saved the settings while you looked. Nothing was restored; this is what it would do now."
        )
        return redirect("restore_settings", tenant_slug=request.tenant.slug, number=number)
    except InvalidSettings as invalid:
        for key, problem in invalid.problems.items():
            setting = setting_for(key)
            form.add_error(None, f"{setting.title}: {problem}" if setting is not None else problem)
        return _page(request, found, form, status=422)
    if done is None or not done[1]:
        messages.info(request, f"Nothing differs from version {number}, so nothing was saved.")
    else:
        messages.success(request, f"Version {number} was restored, as version {done[0].number}.")
    return redirect("settings_history", tenant_slug=request.tenant.slug)


def _page(request: TenantRequest, found: Restoration, form: RestoreForm, *, status: int) -> HttpResponse:
    return render(request, "integrations/settings_restore.html", {"found": found, "form": form}, status=status)
