"""Settings -> Integrations: the cards, and the guide to what is done in Intacct before connecting.

Reads only. The permissions are computed from the declared lists and switches and typed nowhere else.
"""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.ui.shown import ShownState
from integrations.doctor.permissions import NEVER_NEEDED, RIGHTS, PermissionGroup, coming_groups, permission_groups
from integrations.doctor.readiness import Readiness, readiness, switched_on
from integrations.gateway.access import latest_connection, why_not_connect
from integrations.settings.declared import built_switches, is_built, switches

FULLY_ENABLED = ShownState("fully_enabled", "Fully enabled", "success", "patch-check-fill")
NOT_FULLY_ENABLED = ShownState("not_fully_enabled", "Not fully enabled", "warning", "exclamation-triangle-fill")
NOT_CONNECTED = ShownState("not_connected", "Not connected", "neutral", "plug")


@require_GET
@role_required(Role.VIEWER)
def integrations(request: TenantRequest) -> HttpResponse:
    """One card per integration: its state, what is missing next, and the ways on."""
    ready = readiness()
    latest = latest_connection()
    context = {
        "ready": ready,
        "state": ready.connection.shown_state if ready.connection else NOT_CONNECTED,
        "enabled": enabled_state(ready),
        "earlier": None if ready.connection else latest,
        "switched_on": switched_on(ready.settings),
        "is_admin": request.membership.may(Role.ADMIN),
    }
    return render(request, "integrations/integrations.html", context)


@require_GET
@role_required(Role.VIEWER)
def set_up(request: TenantRequest) -> HttpResponse:
    """The steps in Intacct. Works before anything is connected."""
    chosen = _chosen(request)
    groups = permission_groups(chosen)
    needed = [part for group in groups if (part := _part(group, is_optional=False)).rows]
    optional = [part for group in groups if (part := _part(group, is_optional=True)).rows]
    context = {
        "ready": readiness(),
        "sender_id": settings.INTACCT_SENDER_ID,
        "sender_missing": why_not_connect(),
        "groups": needed,
        "tables": [
            {"name": "needed", "title": "What the role needs", "groups": needed, "is_open": True},
            {"name": "optional", "title": "What can be left out", "groups": optional, "is_open": False},
            {"name": "coming", "title": "Not needed yet: what is coming", "groups": coming_groups(), "is_open": False},
        ],
        "rights": [right for right in RIGHTS if any(right in row.rights for group in groups for row in group.rows)],
        "switches": [
            {"switch": switch, "is_built": is_built(switch), "is_chosen": switch.key in chosen} for switch in switches()
        ],
        "is_admin": request.membership.may(Role.ADMIN),
    }
    return render(request, "integrations/set_up.html", context)


def _chosen(request: TenantRequest) -> set[str]:
    """The switches the reader says they will use; before they say, all that are built."""
    built = {switch.key for switch in built_switches()}
    return built & set(request.GET.getlist("for")) if "chosen" in request.GET else built


def _part(group: PermissionGroup, *, is_optional: bool) -> PermissionGroup:
    rows = tuple(row for row in group.rows if (row.need == NEVER_NEEDED) is is_optional)
    return PermissionGroup(group.module, rows)


def enabled_state(ready: Readiness) -> ShownState:
    """Whether the integration is fully enabled, as pages show it."""
    if ready.connection is None:
        return NOT_CONNECTED
    return FULLY_ENABLED if ready.is_fully_enabled else NOT_FULLY_ENABLED
