"""Pages of the schedules: every legal entity with how its schedules stand, and one of them with its form.

Owns what is shown. What is due when is reckoned by the services; nothing here starts a run.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.ui.filters import FilterGroup, filter_group, query_url
from accounts.ui.formats import shown_clock
from integrations.forms.schedule import PRESETS, ProfileForm
from integrations.gateway.access import Entity, entities_of, live_connection, why_not_sync
from integrations.models import Connection, ScheduleState
from integrations.records.kinds import kinds_for
from integrations.schedules.profiles import Outdated, pause_profile, resume_profile, save_profile
from integrations.schedules.selectors import (
    ProfileLine,
    days_in_words,
    next_runs,
    profile_lines,
    profile_of,
    quiet_hours,
    rules_of,
    weekdays_of,
)
from integrations.usage.selectors import gauge

ENTITIES_PER_PAGE = 50
LONGEST_SEARCH = 100


@require_GET
@role_required(Role.VIEWER)
def schedules(request: TenantRequest) -> HttpResponse:
    """Every legal entity: how its schedules stand, what comes next, how the last run ended."""
    connection = live_connection()
    if connection is None:
        return render(request, "integrations/schedules.html", {"connection": None})
    every = profile_lines(connection)
    found = _matching(every, request.GET)
    page = Paginator(found, ENTITIES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "connection": connection,
        "page_obj": page,
        "rows": [(line, schedule_url(request, line.entity.id)) for line in page],
        "filters": [_state_filter(request, every)],
        "is_filtered": bool(request.GET.get("state") or request.GET.get("q")),
        "is_admin": request.membership.may(Role.ADMIN),
        "nothing_scheduled": not any(line.scheduled for line in every),
        "stopped": why_not_sync(connection),
        "all_url": schedule_url(request, ""),
        "gauge": gauge(connection),
    }
    return render(request, "integrations/schedules.html", context)


def schedule_url(request: TenantRequest, entity_id: str) -> str:
    """The address of an entity's schedules."""
    arguments = {"tenant_slug": request.tenant.slug, **({"entity_id": entity_id} if entity_id else {})}
    return reverse("schedule", kwargs=arguments)


def _matching(lines: Iterable[ProfileLine], query: QueryDict) -> list[ProfileLine]:
    """Lines in the state and with the words of the query string; an unknown state filters nothing."""
    state, words = query.get("state", ""), query.get("q", "")[:LONGEST_SEARCH].lower().split()
    return [
        line
        for line in lines
        if (state not in ScheduleState.values or line.state.value == state)
        and all(word in line.entity.label.lower() for word in words)
    ]


def _state_filter(request: TenantRequest, lines: list[ProfileLine]) -> FilterGroup:
    states = [line.state.value for line in lines]
    options = [("", "All", len(lines))]
    options += [(state.value, str(state.label), states.count(state)) for state in ScheduleState if state in states]
    return filter_group(request, "State", "state", options)


@require_http_methods(["GET", "POST"])
@role_required(Role.VIEWER)
def schedule(request: TenantRequest, entity_id: str = "") -> HttpResponse:
    """One entity: what is read when. Admins change it here, everybody else reads it."""
    connection, entity = _entity_or_404(entity_id)
    if request.method == "POST":
        return _save(request, request.tenant.slug, connection, entity)
    return _page(request, connection, entity)


def _entity_or_404(entity_id: str) -> tuple[Connection, Entity]:
    connection = live_connection()
    found = [entity for entity in entities_of(connection) if entity.id == entity_id] if connection else []
    if connection is None or not found:
        raise Http404("There is no such legal entity.")
    return connection, found[0]


@role_required(Role.ADMIN, may="Set schedules and pause them")
def _save(request: TenantRequest, connection: Connection, entity: Entity) -> HttpResponse:
    line = profile_lines(connection, [entity])[0]
    form = _form(connection, line, request.POST)
    if not form.is_valid():
        return _page(request, connection, entity, form=form, status=422)
    try:
        saved = save_profile(
            connection, entity.id, form.choices(), version=form.cleaned_data["version"], by=request.user
        )
    except Outdated as outdated:
        newest = _form(connection, line, _on_top_of(request.POST, outdated.profile.version))
        return _page(request, connection, entity, form=newest, newer=outdated.profile, status=409)
    coming = next_runs(rules_of(saved, saved.schedules.all(), request.tenant), 1)
    told = "The next run is shown below." if coming else "Nothing is scheduled."
    messages.success(request, f"The schedules of {entity.in_a_sentence} are saved. {told}")
    return redirect(schedule_url(request, entity.id))


def _on_top_of(typed: QueryDict, version: int) -> QueryDict:
    """What was typed, to be saved over the version that came in between once the person has seen it."""
    data = typed.copy()
    data["version"] = str(version)
    return data


def _form(connection: Connection, line: ProfileLine, data: QueryDict | None = None) -> ProfileForm:
    return ProfileForm(connection, line.profile, [each.schedule for each in line.schedules], data)


def _page(
    request: TenantRequest,
    connection: Connection,
    entity: Entity,
    *,
    form: ProfileForm | None = None,
    newer: Any = None,
    status: int = 200,
) -> HttpResponse:
    line = profile_lines(connection, [entity])[0]
    profile = line.profile
    paused = profile.paused_at is not None
    preset = next((each for each in PRESETS if each.key == request.GET.get("preset")), None)
    shown = form or ProfileForm(connection, profile, [each.schedule for each in line.schedules], preset=preset)
    context = {
        "connection": connection,
        "line": line,
        "entity": entity,
        "form": shown,
        "newer": newer,
        "is_admin": request.membership.may(Role.ADMIN),
        "is_paused": paused,
        "stopped_because": line.state.reason if line.state.value == ScheduleState.STOPPED else "",
        "upcoming": [] if paused else next_runs(_rules(request, line)),
        "is_invalid": shown.is_bound and not shown.is_valid(),
        "facts": _facts(line),
        "presets": [(each, query_url(request, preset=each.key), each is preset) for each in PRESETS],
    }
    return render(request, "integrations/schedule.html", context, status=status)


def _rules(request: TenantRequest, line: ProfileLine) -> dict[str, Any]:
    return rules_of(line.profile, [each.schedule for each in line.schedules], request.tenant)


def _facts(line: ProfileLine) -> list[dict[str, Any]]:
    """What those who may not change it read of the form."""
    profile = line.profile
    labels = {kind.key: kind.label for kind in kinds_for(profile.connection)}
    hours = quiet_hours(profile)
    quiet = f"{shown_clock(hours.begins)} to {shown_clock(hours.ends)}" if hours else "none"
    chosen = ", ".join(name for names in profile.custom_fields.values() for name in names)
    return [
        {"label": "Days", "value": capfirst(days_in_words(weekdays_of(profile)))},
        {"label": "Quiet hours", "value": quiet},
        {"label": "Lists left out", "value": ", ".join(labels.get(key, key) for key in profile.left_out) or "none"},
        {"label": "Custom fields", "value": chosen or "none"},
    ]


@require_POST
@role_required(Role.ADMIN, may="Set schedules and pause them")
def preview(request: TenantRequest) -> HttpResponse:
    """The next runs that what is typed at this moment would lead to; saves nothing."""
    connection, entity = _entity_or_404(request.POST.get("entity", ""))
    form = _form(connection, profile_lines(connection, [entity])[0], request.POST)
    valid = form.is_valid()
    context = {"upcoming": next_runs(form.rules()) if valid else [], "is_unsaved": True, "is_invalid": not valid}
    return render(request, "integrations/schedule_preview.html", context)


@require_POST
@role_required(Role.ADMIN, may="Set schedules and pause them")
def pause(request: TenantRequest) -> HttpResponse:
    """Pause the schedules of an entity, or (`resume`) go on with them."""
    connection, entity = _entity_or_404(request.POST.get("entity", ""))
    profile = profile_of(connection, entity.id)
    if not profile.pk:
        messages.info(request, f"Nothing is scheduled for {entity.in_a_sentence}.")
    elif "resume" in request.POST:
        resume_profile(profile)
        messages.success(request, f"The schedules of {entity.in_a_sentence} go on with their next slot.")
    else:
        pause_profile(profile, by=request.user)
        told = f"The schedules of {entity.in_a_sentence} are paused. A run under way goes on to its end."
        messages.success(request, told)
    return redirect(schedule_url(request, entity.id))
