"""What every page's frame shows: tenant, person's memberships, navigation, and the connection's state.

A context processor; reads two rows and one count, and nothing outside a tenant's pages.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Membership, Tenant
from accounts.shown import ShownState
from erp_admin.document_selectors import attention_count
from integrations.selectors import live_connection
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
class Shell:
    tenant: Tenant
    membership: Membership
    memberships: list[Membership]
    navigation: list[Group]
    connection: ConnectionShown


ISSUES = "issues"


def _acts(one: str) -> tuple[str, ...]:
    """What can be done with a document, as the beginnings of address names."""
    acts = (
        "new",
        "edit",
        "preview",
        "push",
        "approve",
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
    ("SmartSync", "Runs", "runs", "clock-history", ("run", "exchange")),
    (
        "Settings",
        "Integrations",
        "integrations",
        "plug",
        ("integrations", "set_up", "connection", "settings", "update_credentials", "disconnect", "authorize"),
    ),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return {"shell": Shell} for a tenant's pages, else {"shell": None}."""
    membership = getattr(request, "membership", None)
    if membership is None:
        return {"shell": None}
    tenant = membership.tenant
    memberships = list(Membership.objects.filter(user=request.user.pk).select_related("tenant"))
    return {"shell": Shell(tenant, membership, memberships, _navigation(request, tenant), _connection(tenant))}


def _navigation(request: HttpRequest, tenant: Tenant) -> list[Group]:
    here = request.resolver_match.url_name if request.resolver_match else ""
    groups: dict[str, list[Item]] = {}
    for group, label, name, icon, prefixes in _NAVIGATION:
        active = any((here or "").startswith(prefix) for prefix in prefixes)
        url = reverse(name, kwargs={"tenant_slug": tenant.slug})
        badge = _issues() if name == ISSUES else None
        groups.setdefault(group, []).append(Item(label, url, icon, active, badge))
    return [Group(label, tuple(items)) for label, items in groups.items()]


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
