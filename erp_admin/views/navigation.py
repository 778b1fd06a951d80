"""What every page's frame shows: tenant, person's memberships, navigation, and the connection's state.

A context processor; outside a tenant's pages it reads the person's memberships only, and only where a page shows them.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.models import Membership, Role, Tenant
from accounts.ui.shown import ShownState
from erp_admin.documents.actions import READY
from erp_admin.documents.types import document_types
from erp_admin.issues.selectors import noted_issues
from erp_admin.notifications.selectors import unseen_by
from integrations.gateway.access import live_connection
from integrations.views.setup import NOT_CONNECTED


@dataclass(frozen=True)
class Item:
    label: str
    url: str
    icon: str
    active: bool
    badge: str | None = None
    letter: str = ""  # goes there when typed after g; static/js/shortcuts.js


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
    bell: int = 0  # how many notifications the person has not seen


@dataclass(frozen=True)
class Entry:
    """A place one can go to; its page and every page whose address stands below it are of this entry."""

    group: str
    label: str
    name: str
    icon: str


HOME, ISSUES = "home", "issues"
_FIRST = (
    Entry("", "Home", HOME, "house"),
    Entry("", "Issues", ISSUES, "exclamation-triangle"),
    Entry("ERP Admin", "Projects", "projects", "building"),
)
_LAST = (
    Entry("SmartSync", "Sync", "sync", "arrow-repeat"),
    Entry("SmartSync", "Intacct lists", "lists", "list-columns"),
    Entry("SmartSync", "Sync history", "runs", "clock-history"),
    Entry("SmartSync", "Schedules", "schedules", "calendar-check"),
    Entry("SmartSync", "API usage", "usage", "speedometer2"),
    Entry("Settings", "Integrations", "integrations", "plug"),
    Entry("Settings", "People", "people", "people"),
    Entry("Settings", "Company", "company", "gear"),
    Entry("Settings", "Audit trail", "audit_trail", "journal-text"),
)
_ADMINS_ONLY = {"audit_trail"}
# Pages over everything, which stand below no entry of their own.
_OF_HOME = (READY.name, "search", "notifications")


def entries() -> tuple[Entry, ...]:
    """Every entry, those of the document types at their place."""
    types = sorted(document_types(), key=lambda document_type: document_type.order)
    documents = (Entry(each.group, each.title, each.key, each.icon) for each in types)
    return (*_FIRST, *documents, *_LAST)


def letters() -> dict[str, str]:
    """The letter of each entry by its name: the first of its label that no entry before it has."""
    taken: dict[str, str] = {}
    for entry in entries():
        free = (letter for letter in entry.label.lower() if letter.isalpha() and letter not in taken)
        letter = next(free, "")
        if letter:
            taken[letter] = entry.name
    return {name: letter for letter, name in taken.items()}


def entry_at(path: str, tenant: Tenant) -> Entry | None:
    """The entry that a page belongs to: the one whose address is the longest beginning of the page's own."""
    if path.startswith(tuple(_url(name, tenant) for name in _OF_HOME)):
        return next(each for each in entries() if each.name == HOME)
    above = [each for each in entries() if path.startswith(_url(each.name, tenant))]
    nearest = max(above, key=lambda each: len(_url(each.name, tenant)), default=None)
    # Every address of a tenant begins with that of Home.
    return None if nearest is not None and nearest.name == HOME and path != _url(HOME, tenant) else nearest


def _url(name: str, tenant: Tenant) -> str:
    return reverse(name, kwargs={"tenant_slug": tenant.slug})


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return {"navigation": Navigation}."""
    membership: Membership | None = getattr(request, "membership", None)
    if membership is None:
        return {"navigation": SimpleLazyObject(lambda: Navigation(_memberships(request)))}
    tenant = membership.tenant
    issues, bell = _what_waits(membership)
    groups = _groups(request, membership, issues)
    return {"navigation": Navigation(_memberships(request), tenant, membership, groups, _connection(tenant), bell)}


def _memberships(request: HttpRequest) -> list[Membership]:
    if not hasattr(request, "user"):  # refused before anybody was asked who they are
        return []
    return list(Membership.objects.filter(user=request.user.pk).select_related("tenant"))


def _what_waits(membership: Membership) -> tuple[int, int]:
    """How many issues are open and how many notifications this person has not seen; in one question for both."""
    waiting = (noted_issues(), unseen_by(membership.user))
    counts = [
        Coalesce(Subquery(found.order_by().values("tenant").annotate(number=Count("*")).values("number")), 0)
        for found in waiting
    ]
    issues, unseen = Tenant.objects.filter(pk=membership.tenant_id).values_list(*counts).get()
    return issues, unseen


def _groups(request: HttpRequest, membership: Membership, issues: int) -> tuple[Group, ...]:
    here = entry_at(request.path, membership.tenant)
    groups: dict[str, list[Item]] = {}
    letter_of = letters()
    for entry in entries():
        if entry.name in _ADMINS_ONLY and not membership.may(Role.ADMIN):
            continue
        badge = _issues(request, issues) if entry.name == ISSUES else None
        url, letter = _url(entry.name, membership.tenant), letter_of.get(entry.name, "")
        item = Item(entry.label, url, entry.icon, entry == here, badge, letter)
        groups.setdefault(entry.group, []).append(item)
    return tuple(Group(label, tuple(items)) for label, items in groups.items())


def _issues(request: HttpRequest, noted: int) -> str | None:
    """How many issues are open; None for none. A page that has read them hands them on, so that both say the same."""
    known = getattr(request, "issues", None)
    number = len(known.open) if known is not None else noted
    return f"{number:,}" if number else None


def _connection(tenant: Tenant) -> ConnectionShown:
    connection = live_connection()
    url = _url("connection", tenant)
    if connection is None:
        return ConnectionShown(NOT_CONNECTED, url, "Sage Intacct")
    return ConnectionShown(connection.shown_state, url, str(connection))
