"""What every page's frame shows: tenant, person's memberships, navigation, and the connection's state.

A context processor; outside a tenant's pages it reads the person's memberships only, and only where a page shows them.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.models import Membership, Role, Tenant
from accounts.ui.shown import ShownState
from erp_admin.documents.selectors import attention_count
from integrations.gateway.access import live_connection
from integrations.views.setup import NOT_CONNECTED


@dataclass(frozen=True)
class Item:
    label: str
    url: str
    icon: str
    active: bool
    badge: str | None = None


@dataclass(frozen=True)
class Group:
    label: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class ConnectionShown:
    state: ShownState
    url: str
    label: str


@dataclass(frozen=True)
class Navigation:
    """What stands around every page: where one can go, as whom, and the connection's state.

    Outside a tenant there are the memberships alone.
    """

    memberships: list[Membership]
    tenant: Tenant | None = None
    membership: Membership | None = None
    groups: tuple[Group, ...] = ()
    connection: ConnectionShown | None = None


ISSUES = "issues"


def _acts(one: str) -> tuple[str, ...]:
    """What can be done with a document, as the beginnings of address names."""
    acts = (
        "new",
        "edit",
        "preview",
        "push",
        "approve",
        "reject",
        "draft",
        "void",
        "take_back",
        "ignore",
        "restore",
        "link",
        "unlink",
    )
    return tuple(f"{act}_{one}" for act in acts)


# Group, label, address name, icon, and the beginnings of the address names that count as being there.
_NAVIGATION = (
    ("", "Home", "home", "house", ("home",)),
    ("", "Issues", ISSUES, "exclamation-triangle", (ISSUES,)),
    (
        "ERP Admin",
        "Projects",
        "projects",
        "building",
        ("project", "new_project", "edit_project", "link_project", "preview_proj", "ignore_proj", "import_proj"),
    ),
    (
        "ERP Admin",
        "Commitments",
        "commitments",
        "file-earmark-text",
        ("commitment", *_acts("commitment")),
    ),
    (
        "ERP Admin",
        "Change orders",
        "change_orders",
        "file-earmark-diff",
        ("change_order", *_acts("change_order")),
    ),
    ("SmartSync", "Sync", "sync", "arrow-repeat", ("sync",)),
    ("SmartSync", "Lists", "lists", "list-columns", ("list", "record")),
    ("SmartSync", "Runs", "runs", "clock-history", ("run", "exchange")),
    ("SmartSync", "Schedules", "schedules", "calendar-check", ("schedule",)),
    ("SmartSync", "API usage", "usage", "speedometer2", ("usage",)),
    (
        "Settings",
        "Integrations",
        "integrations",
        "plug",
        ("integrations", "set_up", "connection", "settings", "update_credentials", "disconnect", "authorize"),
    ),
    ("Settings", "Company", "company", "gear", ("company",)),
    (
        "Settings",
        "People",
        "people",
        "people",
        ("people", "invite", "resend_invitation", "withdraw_invitation", "change_role", "remove_pers", "leave_comp"),
    ),
    ("Settings", "Audit trail", "audit_trail", "journal-text", ("audit_",)),
)
_ADMINS_ONLY = {"audit_trail"}


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return {"navigation": Navigation}."""
    membership: Membership | None = getattr(request, "membership", None)
    if membership is None:
        return {"navigation": SimpleLazyObject(lambda: Navigation(_memberships(request)))}
    tenant = membership.tenant
    groups = _groups(request, membership)
    return {"navigation": Navigation(_memberships(request), tenant, membership, groups, _connection(tenant))}


def _memberships(request: HttpRequest) -> list[Membership]:
    if not hasattr(request, "user"):  # refused before anybody was asked who they are
        return []
    return list(Membership.objects.filter(user=request.user.pk).select_related("tenant"))


def _groups(request: HttpRequest, membership: Membership) -> tuple[Group, ...]:
    here = request.resolver_match.url_name if request.resolver_match else ""
    groups: dict[str, list[Item]] = {}
    for group, label, name, icon, prefixes in _NAVIGATION:
        if name in _ADMINS_ONLY and not membership.may(Role.ADMIN):
            continue
        active = any((here or "").startswith(prefix) for prefix in prefixes)
        url = reverse(name, kwargs={"tenant_slug": membership.tenant.slug})
        badge = _issues() if name == ISSUES else None
        groups.setdefault(group, []).append(Item(label, url, icon, active, badge))
    return tuple(Group(label, tuple(items)) for label, items in groups.items())


def _issues() -> str | None:
    """How many documents need a person, and holds; None for none."""
    number = attention_count()
    return f"{number:,}" if number else None


def _connection(tenant: Tenant) -> ConnectionShown:
    connection = live_connection()
    url = reverse("connection", kwargs={"tenant_slug": tenant.slug})
    if connection is None:
        return ConnectionShown(NOT_CONNECTED, url, "Sage Intacct")
    return ConnectionShown(connection.shown_state, url, str(connection))
