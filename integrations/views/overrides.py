"""Pages of the settings that single entities and projects have of their own: list, choose, edit, remove.

Owns what is shown; what may be saved is decided by integrations.settings.service.
"""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from integrations.forms.settings import Difference, OverrideForm, PlaceForm
from integrations.forms.settings_view import SettingsView
from integrations.gateway.access import latest_connection, live_connection
from integrations.models import Connection, SettingsVersion
from integrations.settings.selectors import LEVELS, place_of, places_with_own, settings_in_force
from integrations.settings.service import InvalidSettings, Outdated, remove_overrides
from integrations.views.setting_rows import setting_row, shared_notes

PLACES_PER_PAGE = 50


@require_GET
@role_required(Role.VIEWER)
def overrides(request: TenantRequest) -> HttpResponse:
    """Every entity and project that has values of its own, and which."""
    live = live_connection()
    view = SettingsView(live) if live is not None else None
    found = places_with_own(view.version if view else None)
    page = Paginator(found, PLACES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "connection": live,
        "page_obj": page,
        "rows": _rows(view, page.object_list) if view else [],
        "is_admin": request.membership.may(Role.ADMIN),
        "has_history": latest_connection() is not None,
    }
    return render(request, "integrations/overrides.html", context)


def _rows(view: SettingsView, found: Any) -> list[dict[str, Any]]:
    for level, list_key in LEVELS.items():
        view.mirror.fetch(list_key, [place.name for place, _ in found if place.level == level])
    for setting in {setting.key: setting for place, _ in found for setting in place.settings()}.values():
        if setting.list_key:
            view.mirror.fetch(setting.list_key, [own[setting.key] for _, own in found if setting.key in own])
    return [
        {
            "place": place,
            "item": view.item(place.list_key, place.name),
            "values": [
                {"label": setting.title, "value": view.shown(setting, own[setting.key])}
                for setting in place.settings()
                if own.get(setting.key)
            ],
        }
        for place, own in found
    ]


@require_GET
@role_required(Role.ADMIN, may="Save the settings of the integration")
def new_override(request: TenantRequest) -> HttpResponse:
    """Choose the entity or project, then go on to its settings."""
    live = live_connection()
    if live is None:
        return _nothing_connected(request)
    view, asked = SettingsView(live), request.GET.get("level", "")
    forms = {level: PlaceForm(view, level, request.GET if level == asked else None) for level in LEVELS}
    form = forms.get(asked)
    if form is not None and form.is_valid():
        return redirect("override", tenant_slug=request.tenant.slug, level=asked, place_id=form.cleaned_data["name"])
    context = {"places": forms, "form": form}
    return render(request, "integrations/override_new.html", context, status=422 if form is not None else 200)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, may="Save the settings of the integration")
def override(request: TenantRequest, level: str, place_id: str) -> HttpResponse:
    """The settings one entity or project has of its own."""
    place, live = place_of(f"{level}:{place_id}"), live_connection()
    if place is None or (live is None and request.method == "GET"):
        raise Http404("There is no such entity or project.")
    if live is None:
        return _nothing_connected(request)
    form = OverrideForm(live, place, request.POST if request.method == "POST" else None)
    is_known = form.view.item(place.list_key, place.name) is not None
    if not is_known and place.key not in (form.view.version.overrides if form.view.version else {}):
        raise Http404("No such record was read from Intacct, and it has no settings here.")
    if request.method == "GET":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    if form.is_of_another_connection:
        messages.warning(request, f"{live} was connected while you had the page open. Nothing was saved.")
        return redirect("overrides", tenant_slug=request.tenant.slug)
    return _save(request, form)


def _save(request: TenantRequest, form: OverrideForm) -> HttpResponse:
    try:
        version, is_new = form.save(by=request.user)
    except Outdated as outdated:
        differences = form.differences()
        return _page(request, form.rebased(), newer=outdated.newer, differences=differences, status=409)
    except InvalidSettings as invalid:
        for key, problem in invalid.problems.items():
            form.add_error(key if key in form.fields else None, problem)
        return _page(request, form, status=422)
    if is_new:
        messages.success(request, f"Saved as version {version.number}.")
    else:
        messages.info(request, f"Nothing was changed; version {version.number} stays in force.")
    return redirect("overrides", tenant_slug=request.tenant.slug)


@require_POST
@role_required(Role.ADMIN, may="Save the settings of the integration")
def remove_override(request: TenantRequest) -> HttpResponse:
    """Take all values of one entity or project away; those of the level above hold again."""
    place, live = place_of(request.POST.get("place", "")), live_connection()
    if live is None:
        return _nothing_connected(request)
    if place is None:
        messages.warning(request, "Nothing was removed: it was not said of which entity or project.")
        return redirect("overrides", tenant_slug=request.tenant.slug)
    version = remove_overrides(live, place.key, by=request.user)
    if version is None:
        messages.info(request, f"The {place.level} {place.name} has no settings of its own any more.")
    else:
        messages.success(request, f"The {place.level} {place.name} follows the settings above it again.")
    return redirect("overrides", tenant_slug=request.tenant.slug)


def _page(
    request: TenantRequest,
    form: OverrideForm,
    *,
    newer: list[SettingsVersion] | None = None,
    differences: list[Difference] | None = None,
    status: int = 200,
) -> HttpResponse:
    place, view = form.place, form.view
    rows = [setting_row(view, setting, form[setting.key]) for setting in place.settings()]
    context = {
        "form": form,
        "newer": newer or [],
        "differences": differences or [],
        "place": place,
        "item": view.item(place.list_key, place.name),
        "rows": rows,
        "notes": shared_notes(rows),
        "inherited": form.inherited(),
        "has_own": place.key in _own_places(form.connection),
    }
    return render(request, "integrations/override.html", context, status=status)


def _own_places(connection: Connection) -> dict[str, Any]:
    version = settings_in_force(connection)
    return dict(version.overrides) if version else {}


def _nothing_connected(request: TenantRequest) -> HttpResponse:
    messages.warning(request, "Sage Intacct is not connected, so there is nothing to choose from.")
    return redirect("overrides", tenant_slug=request.tenant.slug)
