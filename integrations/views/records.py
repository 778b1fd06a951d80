"""The page of one mirrored record: what Intacct has, what changed when, where it is used here; and its refresh.

Owns what is shown. Writes nothing itself: a refresh is a run.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import TenantRequest, role_reason, role_required
from accounts.models import Role
from accounts.refusal import Refused
from accounts.templatetags.ui import when
from accounts.ui.paging import pager
from accounts.ui.shown import ShownState
from integrations.gateway.access import live_connection, why_not_sync
from integrations.lists import ListKind
from integrations.lists.plain_names import TEXT, plain_fields, plain_names
from integrations.mirror.refresh import REFRESH
from integrations.mirror.service import start_refresh
from integrations.models import UNKNOWN_OWNER, ChangeKind, Connection, ListDefinition, ListItem, ListItemChange
from integrations.records.lookup import why_unknown
from integrations.records.selectors import parents_of
from integrations.records.written import written
from integrations.runs.selectors import active_run
from integrations.views.lists import kind_or_404, list_url, record_url
from integrations.views.references import named_records, usage_of

CHANGES_PER_PAGE = 20
_CHANGE_LOOKS = {
    ChangeKind.CHANGED: ("info", "pencil-fill"),
    ChangeKind.MISSING: ("danger", "question-circle"),
    ChangeKind.RETURNED: ("success", "arrow-counterclockwise"),
    ChangeKind.INACTIVE: ("warning", "pause-circle"),
    ChangeKind.ACTIVE: ("success", "check-circle-fill"),
}


@dataclass(frozen=True)
class Field:
    """One field. `label` is what people call it, "" for one that only Intacct has a name for."""

    name: str
    label: str
    kind: str
    value: Any
    url: str = ""
    unread_since: datetime | None = None
    is_known: bool = True
    currency: str = ""


@require_GET
@role_required(Role.VIEWER)
def record(request: TenantRequest, list_key: str, pk: int) -> HttpResponse:
    """Everything known about one record of the list."""
    connection, kind, item = _record_or_404(list_key, pk)
    labels = {**plain_names(kind), **_labels(connection, kind)}
    fields = _fields(request, kind, item, labels)
    found = item.changes.select_related("run").order_by("-at", "-pk")
    changes = pager(request, found, "changes", CHANGES_PER_PAGE)
    used = usage_of(item)
    context = {
        "kind": kind,
        "item": item,
        "list_url": list_url(request, kind),
        "facts": _facts(request, kind, item),
        "fields": [each for each in fields if each.label],
        "technical": [each for each in fields if not each.label],
        "changes": changes,
        "events": [_event(change, labels) for change in changes.page],
        "usage": used,
        "documents": [(each, each._meta.verbose_name, _document_url(request, each)) for each in used.documents],
        "children": [(each, f"{list_url(request, each.kind)}?of={item.pk}") for each in used.children],
        "intacct_url": item.fields.get("RECORD_URL"),
        "why_unknown": "" if item.is_known else why_unknown(item),
        "unread": ", ".join(labels.get(name) or name for name in item.unread or {}),
        "why_not": _why_not_refresh(request, item),
        "is_former": connection != live_connection(),
    }
    return render(request, "integrations/record.html", context)


def _record_or_404(list_key: str, pk: int) -> tuple[Connection, ListKind, ListItem]:
    connection, kind = kind_or_404(list_key)
    related = ListItem.objects.select_related("connection")
    item: ListItem = get_object_or_404(related, connection=connection, kind=kind.key, pk=pk)
    return connection, kind, item


def _labels(connection: Connection, kind: ListKind) -> dict[str, str]:
    """What the company calls its custom fields."""
    definition = ListDefinition.objects.filter(connection=connection, kind=kind.key).first()
    fields: Iterable[dict[str, str]] = definition.custom_fields if definition else []
    return {field["name"]: field.get("label", "") for field in fields}


def _why_not_refresh(request: TenantRequest, item: ListItem) -> str:
    refused = why_not_sync(item.connection)
    running = active_run(item.connection, REFRESH)
    under_way = f"Sync {running.number}, {running.title}, is under way." if running else ""
    return role_reason(request, Role.ACCOUNTANT) or str(refused or "") or under_way


def _facts(request: TenantRequest, kind: ListKind, item: ListItem) -> list[dict[str, Any]]:
    parent = parents_of(item.connection, kind, [item]).get(item.pk)
    names = {str(row["id"]): str(row["name"]) for row in item.connection.entities}
    owner = f"{item.entity_id} {names.get(item.entity_id, '')}".strip() or "Shared, top level"
    if item.entity_id == UNKNOWN_OWNER:
        owner = "Unknown"
    facts: list[dict[str, Any]] = [
        {"label": "ID", "value": item.business_id},
        {"label": "Name", "value": item.name},
        {"label": "State", "state": item.shown_state},
    ]
    if kind.list_of_parents:
        url = record_url(request, kind.list_of_parents, parent) if parent else ""
        facts.append({"label": "Belongs to", "value": item.parent_id, "url": url})
    if kind.entity_field:
        facts.append({"label": "Entity", "value": owner})
    facts += [
        {"label": "First seen", "value": when(item.first_seen_at)},
        {"label": "Last change noticed", "value": when(item.changed_at)},
    ]
    if item.missing_at:
        facts.append({"label": "Missing since", "value": when(item.missing_at)})
    return facts


def _fields(request: TenantRequest, kind: ListKind, item: ListItem, labels: Mapping[str, str]) -> list[Field]:
    """All fields that were read and do not stand above: those with plain names first, in the order of the list."""
    named = named_records(item)
    unread, never = item.unread or {}, item.never_read
    how = {each.name: each.how for each in plain_fields(kind)}
    first = {name: place for place, name in enumerate(how)}
    shown_above = {kind.id_field, kind.name_field, kind.status_field, kind.parent_field, kind.entity_field}
    known = [name for name in kind.wanted_fields if name in item.fields or name in never]
    known += [name for name in (*item.fields, *never) if name not in kind.wanted_fields]
    # What could not be read is marked, also where its value stands above.
    shown = [name for name in known if name not in shown_above or name in unread]
    order = sorted(shown, key=lambda name: first.get(name, len(first)))
    return [
        Field(
            name,
            labels.get(name, ""),
            how.get(name, TEXT),
            written(item.fields.get(name), how.get(name, TEXT)),
            record_url(request, named[name].kind, named[name].pk) if name in named else "",
            datetime.fromisoformat(unread[name]) if name in unread else None,
            name not in never,
            str(item.fields.get("CURRENCY") or ""),
        )
        for name in order
    ]


def _event(change: ListItemChange, labels: Mapping[str, str]) -> dict[str, Any]:
    """A change as the timeline shows it: what it was, by which run, each field before and after."""
    kind = ChangeKind(change.kind)
    tone, icon = _CHANGE_LOOKS[kind]
    return {
        "at": change.at,
        "state": ShownState(kind.value, str(kind.label), tone, icon),
        "title": str(kind.label),
        "run": change.run,
        "fields": [{**each, "label": labels.get(each["field"], "")} for each in change.changes],
    }


def _document_url(request: TenantRequest, document: Any) -> str:
    if not document.url_name:
        return ""
    return reverse(document.url_name, kwargs={"tenant_slug": request.tenant.slug, "pk": document.pk})


@require_POST
@role_required(Role.ACCOUNTANT, may="Read records again from Sage Intacct")
def refresh(request: TenantRequest, list_key: str, pk: int) -> HttpResponse:
    """Read this record again from Intacct; leads to the run that does it."""
    _, _, item = _record_or_404(list_key, pk)
    try:
        started = start_refresh(item, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("record", tenant_slug=request.tenant.slug, list_key=list_key, pk=pk)
    run = started.run
    if started.is_new:
        messages.info(request, f"Sync {run.number} reads {item} again.")
    else:
        messages.info(request, f"Sync {run.number}, {run.title}, is under way. Refresh this record when it has ended.")
    return redirect("run", tenant_slug=request.tenant.slug, number=run.number)
