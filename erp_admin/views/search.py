"""Search: any document, project, mirrored record or page of the company, from one field on every page.

Reads only, shows the few that fit best of each kind, and where the whole list is. Names no document type.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.ui.folding import folded, folded_words
from accounts.ui.shown import ShownState
from erp_admin.documents.types import document_types
from erp_admin.documents.words import find_documents, find_projects
from erp_admin.views.document_pages import document_url, tenant_url
from erp_admin.views.navigation import navigation
from integrations.gateway.access import live_connection
from integrations.lists import KINDS_BY_KEY
from integrations.models import Connection
from integrations.records.picking import pick

SHOWN: Final = 5  # of each kind
LONGEST: Final = 100
# The lists that people look things up in; the others are found under Intacct lists.
LISTS: Final = ("vendors", "customers", "items", "gl_accounts")


@dataclass(frozen=True)
class Hit:
    label: str
    url: str
    note: str = ""
    icon: str = ""
    state: ShownState | None = None


@dataclass(frozen=True)
class Found:
    """The hits of one kind; `all_url` leads to the whole list, narrowed to the same words."""

    title: str
    hits: list[Hit]
    all_url: str = ""


@require_GET
@role_required(Role.VIEWER)
def search(request: TenantRequest) -> HttpResponse:
    """A page of its own, or its results alone for the field that static/js/palette.js opens."""
    words = request.GET.get("q", "")[:LONGEST].strip()
    context = {"words": words, "found": [each for each in _found(request, words) if each.hits]}
    name = "erp_admin/search_results.html" if request.headers.get("HX-Request") else "erp_admin/search.html"
    return render(request, name, context)


def _found(request: TenantRequest, words: str) -> Iterator[Found]:
    yield Found("Pages", list(_pages(request, words)))
    if not folded(words):
        return
    for document_type in document_types():
        hits = [
            Hit(str(each), document_url(request, document_type, each), icon=document_type.icon, state=each.shown_state)
            for each in find_documents(document_type, words)[:SHOWN]
        ]
        yield Found(document_type.title, hits, _narrowed(request, document_type.key, words, hits))
    projects = find_projects(words, ("number", "name", "customer_name"))[:SHOWN]
    hits = [Hit(str(each), tenant_url(request, "project", pk=each.pk), icon="building") for each in projects]
    yield Found("Projects", hits, _narrowed(request, "projects", words, hits))
    connection = live_connection()
    if connection is not None:
        yield from _records(request, connection, words)


def _pages(request: TenantRequest, words: str) -> Iterator[Hit]:
    """Places of the navigation; all of them before anything is typed."""
    wanted = folded_words(words)
    for group in navigation(request)["navigation"].groups:
        for item in group.items:
            if all(word in folded(f"{group.label} {item.label}") for word in wanted):
                yield Hit(item.label, item.url, group.label, item.icon)


def _records(request: TenantRequest, connection: Connection, words: str) -> Iterator[Found]:
    for key in LISTS:
        kind = KINDS_BY_KEY[key]
        hits = [
            Hit(
                f"{item.business_id} {item.name}".strip(),
                tenant_url(request, "record", list_key=key, pk=item.pk),
                icon="list-columns",
                state=None if item.is_active else item.shown_state,
            )
            for item in pick(connection, key, words, SHOWN)
        ]
        yield Found(kind.label, hits, _narrowed(request, "records", words, hits, list_key=key))


def _narrowed(request: TenantRequest, name: str, words: str, hits: Iterable[Hit], **arguments: str) -> str:
    """Where the rest are, when there may be more than are shown."""
    full = len(list(hits)) == SHOWN
    return f"{tenant_url(request, name, **arguments)}?{urlencode({'q': words})}" if full else ""
