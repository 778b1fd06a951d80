"""The lists that settings are chosen from, read without leaving the settings: start, progress, what has become known.

Owns what the page is told while it stays open. How lists are read is the mirror's work.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import TenantRequest, background, role_reason, role_required
from accounts.models import Role
from accounts.refusal import Refused
from integrations.forms.settings_view import SettingsView
from integrations.gateway.access import live_connection, require_connection, why_not_sync
from integrations.lists import KINDS_BY_KEY, ListKind
from integrations.mirror.flow import LISTS
from integrations.mirror.pull import list_step_key
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ListState, RunStep, StepState, SyncRun
from integrations.runs.selectors import active_run
from integrations.settings.declared import all_settings
from integrations.settings.selectors import LEVELS, lists_picked_by
from integrations.views.setting_rows import Said, said_of


@dataclass(frozen=True)
class ListLine:
    """A list that settings are chosen from: when it was read, and what is happening to it now."""

    kind: ListKind
    read: RunStep | None
    is_reading: bool
    is_waiting: bool
    problem: str

    @property
    def token(self) -> str:
        """Changes whenever the list has been read again."""
        return f"{self.kind.key}.{self.read.pk if self.read else 0}"


def lists_context(request: TenantRequest, view: SettingsView) -> dict[str, Any]:
    """The lists with where each stands, and why they cannot be read now where they cannot."""
    running = active_run(view.connection, LISTS)
    lines = _lines(view, running)
    done = sum(1 for line in lines if not line.is_reading and not line.is_waiting)
    return {
        "lists": lines,
        "unread": any(line.read is None for line in lines),
        "done": done,
        "is_reading": done < len(lines),
        "running": running,
        "why_not_read": role_reason(request, Role.ACCOUNTANT) or str(why_not_sync(view.connection) or ""),
        "known": ",".join(line.token for line in lines),
    }


def _lines(view: SettingsView, running: SyncRun | None) -> list[ListLine]:
    keys = dict.fromkeys([*lists_picked_by(all_settings()), *LEVELS.values()])
    steps = dict(running.steps.values_list("key", "state")) if running else {}
    problems = _problems(view.connection, [key for key in keys if view.last_read(key) is None])
    lines = []
    for key in keys:
        kind = KINDS_BY_KEY[key]
        state = steps.get(list_step_key(kind))
        read = view.last_read(key)
        lines.append(
            ListLine(
                kind,
                read,
                is_reading=state == StepState.RUNNING,
                is_waiting=state == StepState.WAITING,
                problem=problems.get(key, ""),
            )
        )
    return lines


def _problems(connection: Connection, keys: list[str]) -> dict[str, str]:
    if not keys:
        return {}
    states = ListState.objects.filter(connection=connection, kind__in=keys).exclude(last_problem="")
    return dict(states.order_by("pk").values_list("kind", "last_problem"))


@require_GET
@role_required(Role.VIEWER)
@background
def setting_lists(request: TenantRequest) -> HttpResponse:
    """Where the lists stand now, and of those read since what is known of each setting that is chosen from them."""
    connection = live_connection()
    if connection is None:
        return HttpResponse("")
    view = SettingsView(connection)
    context = lists_context(request, view)
    known = set(request.GET.get("known", "").split(","))
    fresh = {line.kind.key for line in context["lists"] if line.token not in known}
    context |= {"fresh": fresh, "said": _said(view, fresh) if request.membership.may(Role.ADMIN) else []}
    return render(request, "integrations/settings_lists_update.html", context)


def _said(view: SettingsView, fresh: set[str]) -> list[Said]:
    found = [said_of(view, setting) for setting in all_settings() if setting.list_key in fresh]
    return [said for said in found if said is not None]


@require_POST
@role_required(Role.ACCOUNTANT, may="Read lists from Sage Intacct")
def read_setting_lists(request: TenantRequest) -> HttpResponse:
    """Have a worker read the lists that settings are chosen from. The page stays as it is, with all that was typed."""
    try:
        connection = require_connection()
        start_list_sync(connection, kinds=[*dict.fromkeys([*lists_picked_by(all_settings()), *LEVELS.values()])],
                        by=request.user)  # fmt: skip
    except Refused as refused:
        if not request.headers.get("HX-Request"):
            messages.error(request, str(refused))
        elif live_connection() is None:
            return HttpResponse("")
        else:
            return _update(request, {"refused": str(refused)})
    if request.headers.get("HX-Request"):
        return _update(request, {})
    return redirect("settings", tenant_slug=request.tenant.slug)


def _update(request: TenantRequest, more: dict[str, Any]) -> HttpResponse:
    connection = require_connection()
    return render(request, "integrations/settings_lists.html", lists_context(request, SettingsView(connection)) | more)
