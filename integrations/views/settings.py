"""Pages of the settings: the form, the history of its versions, and the search behind its pickers.

Owns what is shown; what may be saved is decided by integrations.settings.service.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import BoundField
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import TenantRequest, role_reason, role_required
from accounts.models import Role
from integrations.doctor.readiness import readiness
from integrations.forms.options import LONGEST_ID
from integrations.forms.settings import SettingsForm
from integrations.forms.settings_view import SettingsView
from integrations.gateway.access import latest_connection, live_connection, why_not_sync
from integrations.lists import KINDS_BY_KEY
from integrations.mirror.flow import LISTS
from integrations.models import Connection, ListItem, SettingsVersion
from integrations.records.lookup import why_unknown
from integrations.records.picking import pick as picked
from integrations.runs.selectors import active_run
from integrations.settings.declared import (
    DEFAULTS,
    Setting,
    all_settings,
    is_built,
    setting_for,
    settings_by_switch,
    switches,
)
from integrations.settings.selectors import (
    LEVELS,
    lists_picked_by,
    picked_lists,
    places_with_own,
    settings_in_force,
    switch_states,
)
from integrations.settings.service import InvalidSettings, Outdated
from integrations.views.setup import enabled_state

PICKED_AT_ONCE = 50
VERSIONS_PER_PAGE = 25
LONGEST_SEARCH = 100


@require_http_methods(["GET", "POST"])
@role_required(Role.VIEWER)
def settings(request: TenantRequest) -> HttpResponse:
    """The settings: a form for admins, the same facts to read for everybody else."""
    if request.method == "POST":
        return _save(request, request.tenant.slug)
    live = live_connection()
    return _page(request, live, SettingsForm(live) if live else None)


@role_required(Role.ADMIN, may="Save the settings of the integration")
def _save(request: TenantRequest) -> HttpResponse:
    live = live_connection()
    if live is None:
        messages.warning(request, "Sage Intacct was disconnected meanwhile. Nothing was saved.")
        return redirect("settings", tenant_slug=request.tenant.slug)
    form = SettingsForm(live, request.POST)
    as_draft = "draft" in request.POST
    if not form.is_valid():
        return _page(request, live, form, status=422)
    if form.is_of_another_connection:
        messages.warning(request, f"{live} was connected while you had the page open. Nothing was saved.")
        return redirect("settings", tenant_slug=request.tenant.slug)
    try:
        version, is_new = form.save(as_draft=as_draft, by=request.user)
    except Outdated as outdated:
        return _page(request, live, form.rebased(), newer=outdated.newer, status=409)
    except InvalidSettings as invalid:
        for key, problem in invalid.problems.items():
            form.add_error(key, problem)
        return _page(request, live, form, status=422)
    _tell(request, version, is_new)
    return redirect("settings", tenant_slug=request.tenant.slug)


def _tell(request: TenantRequest, version: SettingsVersion, is_new: bool) -> None:
    if not is_new:
        messages.info(request, f"Nothing was changed; version {version.number} stays in force.")
    elif version.is_draft:
        messages.success(
            request, f"Draft saved as version {version.number}. Until a complete version is saved, nothing is pushed."
        )
    elif readiness().is_fully_enabled:
        messages.success(request, f"Saved as version {version.number}. The integration is fully enabled.")
    else:
        messages.warning(request, f"Saved as version {version.number}. The integration is not fully enabled yet.")


def _page(
    request: TenantRequest,
    live: Connection | None,
    form: SettingsForm | None,
    *,
    newer: list[SettingsVersion] | None = None,
    status: int = 200,
) -> HttpResponse:
    ready = readiness()
    context: dict[str, Any] = {
        "connection": live,
        "form": form,
        "newer": newer or [],
        "ready": ready,
        "enabled": enabled_state(ready),
        "is_admin": request.membership.may(Role.ADMIN),
        "has_history": latest_connection() is not None,
    }
    if live is not None and form is not None:
        lists = _lists(form.view)
        context |= {
            "pickers": [form[setting.key] for setting in DEFAULTS],
            "switches": [
                {"switch": switch, "field": form[switch.key], "is_built": is_built(switch)} for switch in switches()
            ],
            "groups": _groups(form),
            "places": len(places_with_own(form.view.version)),
            "facts": _facts(form.view),
            "lists": lists,
            "unread": any(row["read"] is None for row in lists),
            "running": active_run(live, LISTS),
            "why_not_read": _why_not_read(request, live),
        }
    return render(request, "integrations/settings.html", context, status=status)


def _groups(form: SettingsForm) -> list[dict[str, Any]]:
    """The settings of each switch with what is to be known about the value shown."""
    return [
        {"switch": switch, "rows": [setting_row(form.view, setting, form[setting.key]) for setting in declared]}
        for switch, declared in settings_by_switch()
    ]


def setting_row(view: SettingsView, setting: Setting, field: BoundField) -> dict[str, Any]:
    """One setting as a form shows it."""
    # A value that was refused says so already.
    said = [] if field.errors else view.cautions(setting, str(field.value() or ""))
    has_place = setting.cautions is not None  # where what is asked while choosing is put
    return {"setting": setting, "field": field, "cautions": said, "has_place": has_place}


def _facts(view: SettingsView) -> list[dict[str, Any]]:
    """The settings to read: the value in force and the level it comes from."""
    facts = [_fact(view, setting) for setting in DEFAULTS]
    states = switch_states(view.connection)
    facts += [{"label": switch.label, "value": "on" if states[switch.key] else "off"} for switch in switches()]
    facts += [_fact(view, setting) for setting in all_settings() if setting not in DEFAULTS]
    return facts


def _fact(view: SettingsView, setting: Setting) -> dict[str, Any]:
    chosen = view.in_force(setting)
    shown = view.shown(setting, chosen.value) if chosen.value else ""
    notes = [chosen.source, *view.cautions(setting, chosen.value)]
    return {"label": setting.title, "value": shown, "note": ". ".join(note for note in notes if note)}


def _lists(view: SettingsView) -> list[dict[str, Any]]:
    """The lists the pickers choose from, and when each was read."""
    keys = dict.fromkeys([*lists_picked_by(all_settings()), *LEVELS.values()])
    return [{"kind": KINDS_BY_KEY[key], "read": view.last_read(key)} for key in keys]


def _why_not_read(request: TenantRequest, live: Connection) -> str:
    return role_reason(request, Role.ACCOUNTANT) or str(why_not_sync(live) or "")


@require_GET
@role_required(Role.VIEWER)
def history(request: TenantRequest) -> HttpResponse:
    """Every version that was saved: who, when, by which way, and what changed."""
    owner = latest_connection()
    versions = SettingsVersion.objects.filter(connection=owner).select_related("saved_by").order_by("-number")
    page = Paginator(versions, VERSIONS_PER_PAGE).get_page(request.GET.get("page"))
    in_force = settings_in_force(owner)
    return render(request, "integrations/history.html", {"page_obj": page, "owner": owner, "in_force": in_force})


@require_GET
@role_required(Role.VIEWER)
def cautions(request: TenantRequest, key: str) -> HttpResponse:
    """What is to be known about a choice that is not saved yet: a part of the form, asked for while choosing."""
    setting = setting_for(key)
    if setting is None:
        raise Http404("There is no setting of this name.")
    live = live_connection()
    value = request.GET.get(key, "")[:LONGEST_ID]
    found = SettingsView(live).cautions(setting, value) if live is not None else []
    return render(request, "integrations/settings_cautions.html", {"cautions": found})


@require_GET
@role_required(Role.VIEWER)
def pick(request: TenantRequest, list_key: str) -> HttpResponse:
    """What a picker offers for the words typed: active records first, and a last line where there are more."""
    if list_key not in picked_lists():
        raise Http404("Nothing is chosen from a list of this name.")
    live = live_connection()
    if live is None:
        return JsonResponse([], safe=False)
    found = picked(live, list_key, request.GET.get("q", "")[:LONGEST_SEARCH], PICKED_AT_ONCE + 1)
    return picker_answer(map(option_of, found))


class Option(NamedTuple):
    """What a picker offers; one that cannot be chosen is shown all the same."""

    value: str
    text: str
    is_active: bool = True
    can_be_chosen: bool = True


def option_of(item: ListItem) -> Option:
    """A mirrored record: one of which too little is known is shown with what is not known, and cannot be chosen."""
    if item.is_known:
        return Option(item.business_id, str(item), item.is_active)
    return Option(item.business_id, f"{item} (cannot be used: {why_unknown(item)})", True, False)


def picker_answer(found: Iterable[Option]) -> JsonResponse:
    """The first options as static/js/pickers.js takes them; says that there are more when one more is given."""
    first = list(islice(found, PICKED_AT_ONCE + 1))
    options: list[dict[str, Any]] = [
        {
            "value": option.value,
            "text": option.text,
            "inactive": not option.is_active,
            **({} if option.can_be_chosen else {"disabled": True}),
        }
        for option in first[:PICKED_AT_ONCE]
    ]
    if len(first) > PICKED_AT_ONCE:
        refine = f"Only the first {PICKED_AT_ONCE} are shown. Type more of the id or name to narrow the list."
        options.append({"value": "…", "text": refine, "inactive": False, "disabled": True})
    return JsonResponse(options, safe=False)
