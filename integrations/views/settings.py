"""The page of the settings: the form, and the search behind its pickers.

Owns what is shown; what may be saved is decided by integrations.settings.service.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.ui.folding import folded
from integrations.doctor.readiness import readiness
from integrations.forms.options import LONGEST_ID
from integrations.forms.settings import Difference, SettingsForm
from integrations.forms.settings_view import SettingsView
from integrations.gateway.access import latest_connection, live_connection
from integrations.models import Connection, ListItem, SettingsVersion
from integrations.records.lookup import why_unknown
from integrations.records.picking import any_of, holding
from integrations.records.picking import pick as picked
from integrations.settings.declared import (
    DEFAULTS,
    Setting,
    all_settings,
    is_built,
    setting_for,
    settings_by_switch,
    switches,
)
from integrations.settings.fit import Fitting
from integrations.settings.selectors import picked_lists, places_with_own, switches_of
from integrations.settings.service import InvalidSettings, Outdated
from integrations.views.setting_rows import SettingRow, said_of, setting_row, shared_notes
from integrations.views.settings_lists import lists_context
from integrations.views.setup import enabled_state

PICKED_AT_ONCE = 50
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
        differences = form.differences()
        return _page(request, live, form.rebased(), newer=outdated.newer, differences=differences, status=409)
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
    differences: list[Difference] | None = None,
    status: int = 200,
) -> HttpResponse:
    ready = readiness()
    context: dict[str, Any] = {
        "connection": live,
        "form": form,
        "newer": newer or [],
        "differences": differences or [],
        "ready": ready,
        "enabled": enabled_state(ready),
        "is_admin": request.membership.may(Role.ADMIN),
        "has_history": live is not None or latest_connection() is not None,
    }
    if live is not None and form is not None:
        context |= {
            "defaults": [_row(form, setting) for setting in DEFAULTS],
            "switches": _switches(form),
            "groups": _groups(form),
            "places": len(places_with_own(form.view.version)),
            "facts": _facts(form.view),
            **lists_context(request, form.view),
        }
    return render(request, "integrations/settings.html", context, status=status)


def _row(form: SettingsForm, setting: Setting) -> SettingRow:
    return setting_row(form.view, setting, form[setting.key], said=said_of(form.view, setting))


def _groups(form: SettingsForm) -> list[dict[str, Any]]:
    """The settings of each switch, folded while it is off unless something in it is wrong."""
    groups = []
    for switch, declared in settings_by_switch():
        rows = [_row(form, setting) for setting in declared]
        is_open = switch is None or switch.key in form.on or any(row.field.errors for row in rows)
        groups.append({"switch": switch, "rows": rows, "is_open": is_open, "notes": shared_notes(rows)})
    return groups


def _switches(form: SettingsForm) -> list[dict[str, Any]]:
    """The switches; one that is not built is off, and says so where an earlier version had it on."""
    stored = form.view.version.switches if form.view.version else {}
    rows = []
    for switch in switches():
        built = is_built(switch)
        was_on = not built and bool(stored.get(switch.key))
        rows.append({"switch": switch, "field": form[switch.key], "is_built": built, "was_on": was_on})
    return rows


def _facts(view: SettingsView) -> list[dict[str, Any]]:
    """The settings to read: the value in force and the level it comes from."""
    facts = [_fact(view, setting) for setting in DEFAULTS]
    states = switches_of(view.version)
    facts += [{"label": switch.label, "value": "on" if states[switch.key] else "off"} for switch in switches()]
    facts += [_fact(view, setting) for setting in all_settings() if setting not in DEFAULTS]
    return facts


def _fact(view: SettingsView, setting: Setting) -> dict[str, Any]:
    chosen = view.in_force(setting)
    shown = view.shown(setting, chosen.value) if chosen.value else ""
    notes = [chosen.source, *view.cautions(setting, chosen.value)]
    return {"label": setting.title, "value": shown, "note": ". ".join(note for note in notes if note)}


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
    words, setting = request.GET.get("q", "")[:LONGEST_SEARCH], setting_for(request.GET.get("setting", ""))
    if setting is not None and setting.list_key == list_key and setting.fitting and setting.fitting.preferred:
        return picker_answer(_preferred_first(live, setting.list_key, setting.fitting, words))
    return picker_answer(map(option_of, picked(live, list_key, words, PICKED_AT_ONCE + 1)))


class Option(NamedTuple):
    """What a picker offers; one that cannot be chosen is shown all the same."""

    value: str
    text: str
    is_active: bool = True
    can_be_chosen: bool = True
    note: str = ""


def option_of(item: ListItem) -> Option:
    """A mirrored record: one of which too little is known is shown with what is not known, and cannot be chosen."""
    if item.is_known:
        return Option(item.business_id, str(item), item.is_active)
    return Option(item.business_id, f"{item} (cannot be used: {why_unknown(item)})", True, False)


def _preferred_first(live: Connection, list_key: str, fitting: Fitting, words: str) -> list[Option]:
    """What fits the setting, then all else with what it is not; before both what has exactly the id that was typed."""
    most = PICKED_AT_ONCE + 1
    fits = any_of(
        [
            *(Q(**{f"fields__{name}": value for name, value in wanted.items()}) for wanted in fitting.preferred),
            *(holding(name) for name in fitting.preferred_words),
        ]
    )
    first = picked(live, list_key, words, most, among=fits)
    fitting_ids = {item.business_id for item in first}
    rest = [item for item in picked(live, list_key, words, most) if item.business_id not in fitting_ids]
    if len(first) >= most:
        rest = [item for item in rest if folded(item.business_id) == folded(words)]
    options = [*map(option_of, first), *(option_of(item)._replace(note=fitting.apart) for item in rest)]
    return sorted(options, key=lambda option: folded(option.value) != folded(words))


def picker_answer(found: Iterable[Option]) -> JsonResponse:
    """The first options as static/js/pickers.js takes them; says that there are more when one more is given."""
    first = list(islice(found, PICKED_AT_ONCE + 1))
    options: list[dict[str, Any]] = [
        {
            "value": option.value,
            "text": option.text,
            "inactive": not option.is_active,
            **({} if option.can_be_chosen else {"disabled": True}),
            **({"note": option.note} if option.note else {}),
        }
        for option in first[:PICKED_AT_ONCE]
    ]
    if len(first) > PICKED_AT_ONCE:
        refine = f"Only the first {PICKED_AT_ONCE} are shown. Type more of the id or name to narrow the list."
        options.append({"value": "…", "text": refine, "inactive": False, "disabled": True})
    return JsonResponse(options, safe=False)
