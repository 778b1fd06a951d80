"""Pages of the mirrored lists: all of them with how recent they are, and one of them with its records.

Owns what is shown and how it is exported. Reads only.
"""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, role_required
from accounts.exports import recorded
from accounts.models import Role
from accounts.tenancy import tenant_scope
from accounts.ui.choices import Choice, choice, tools
from accounts.ui.columns import Column, column
from accounts.ui.csv_cells import as_csv
from accounts.ui.filters import FilterGroup, filter_group, query_url
from accounts.ui.pk import read_pk
from integrations.gateway.access import Entity, entities_of, latest_connection, live_connection, why_not_sync
from integrations.lists import GROUPS, ListKind
from integrations.mirror.followers import lagging
from integrations.models import UNKNOWN_OWNER, Connection, Freshness, ListItem, RecordState
from integrations.records.exports import header_of, row_of
from integrations.records.kinds import kind_for, list_state
from integrations.records.selectors import (
    DEFAULT_SORT,
    TOP_LEVEL,
    RecordCounts,
    RecordFilter,
    every_record,
    parents_of,
    record_counts,
    record_page,
    records_of,
)
from integrations.schedules.freshness import ListFreshness, freshness, freshness_of


@require_GET
@role_required(Role.VIEWER)
def lists(request: TenantRequest) -> HttpResponse:
    """Every list in its group: records, how recent it is, what changed last; seen from one `entity` or from all."""
    connection = latest_connection()
    if connection is None:
        return render(request, "integrations/lists.html", {"connection": None})
    entities = entities_of(connection)
    entity = chosen_entity(entities, request.GET.get("entity", ""))
    every = freshness(connection, entity.id)
    state = request.GET.get("state", "")
    shown = [each for each in every if state not in Freshness.values or each.state.value == state]
    context = {
        "connection": connection,
        "groups": _groups(request, shown),
        "filters": [_freshness_filter(request, every)],
        "tools": tools(request, _entity_selects(entities, entity)),
        "entity": entity,
        "stopped": why_not_sync(live_connection()),
        "is_former": live_connection() is None,
        "nothing_read": not any(each.last_read_at for each in every),
    }
    return render(request, "integrations/lists.html", context)


def chosen_entity(entities: list[Entity], entity_id: str) -> Entity:
    """The entity of that id; the first, which stands for all, where there is none."""
    return next((entity for entity in entities if entity.id == entity_id), entities[0])


def _entity_selects(entities: list[Entity], chosen: Entity) -> list[Choice]:
    if len(entities) == 1:
        return []
    options = [(entity.id, entity.label) for entity in entities]
    return [choice("entity", "Legal entity", options, chosen.id)]


def _groups(request: TenantRequest, shown: list[ListFreshness]) -> list[dict[str, Any]]:
    """Each group of lists that has any, each list with its address."""
    groups = []
    for group in GROUPS:
        rows = [(each, list_url(request, each.kind)) for each in shown if each.kind.group is group]
        if rows:
            groups.append({"key": group.key, "label": group.label, "rows": rows})
    return groups


def list_url(request: TenantRequest, kind: ListKind) -> str:
    return reverse("list", kwargs={"tenant_slug": request.tenant.slug, "list_key": kind.key})


def _freshness_filter(request: TenantRequest, every: list[ListFreshness]) -> FilterGroup:
    states = [each.state.value for each in every]
    options: list[tuple[str, str, int | None]] = [("", "All", len(every))]
    options += [(state.value, str(state.label), states.count(state)) for state in Freshness if state in states]
    return filter_group(request, "Freshness", "state", options)


def kind_or_404(list_key: str) -> tuple[Connection, ListKind]:
    connection = latest_connection()
    kind = kind_for(connection, list_key) if connection is not None else None
    if connection is None or kind is None:
        raise Http404("There is no such list.")
    return connection, kind


def _filter(request: TenantRequest, connection: Connection) -> RecordFilter:
    """What the query string chose; `of` is the key of the record whose children are wanted."""
    of = read_pk(request.GET.get("of"))
    parent = get_object_or_404(ListItem, connection=connection, pk=of) if of is not None else None
    return RecordFilter.read(request.GET.dict(), parent)


@require_GET
@role_required(Role.VIEWER)
def records(request: TenantRequest, list_key: str) -> HttpResponse:
    """The records of one list, by `q`, `state`, `entity` and `of`, in the order of `sort`."""
    connection, kind = kind_or_404(list_key)
    chosen = _filter(request, connection)
    counts = record_counts(connection, kind, chosen)
    found = records_of(connection, kind, chosen) if counts.matching(chosen.state) else ListItem.objects.none()
    page = record_page(found, chosen.sort, request.GET.get("page", ""))
    parents = parents_of(connection, kind, page.items)
    context = {
        "connection": connection,
        "kind": kind,
        "chosen": chosen,
        "rows": [_row(request, kind, item, parents) for item in page.items],
        "matching": counts.matching(chosen.state),
        "columns": _columns(request, kind),
        "filters": [_state_filter(request, counts)],
        "tools": tools(request, _owner_selects(connection, counts, chosen), "Search id or name"),
        "before": query_url(request, page=page.before) if page.before else "",
        "after": query_url(request, page=page.after) if page.after else "",
        "freshness": freshness_of(connection, kind),
        "lagging": lagging(connection, kind),
        "is_former": live_connection() is None,
        "export_url": f"{reverse('export_list', kwargs=_here(request, kind))}{query_url(request, page=None)}",
        "without_parent": query_url(request, of=None, page=None),
        "parent_url": record_url(request, chosen.parent.kind, chosen.parent.pk) if chosen.parent else "",
    }
    return render(request, "integrations/records.html", context)


def _here(request: TenantRequest, kind: ListKind) -> dict[str, str]:
    return {"tenant_slug": request.tenant.slug, "list_key": kind.key}


def record_url(request: TenantRequest, list_key: str, pk: int) -> str:
    return reverse("record", kwargs={"tenant_slug": request.tenant.slug, "list_key": list_key, "pk": pk})


def _row(request: TenantRequest, kind: ListKind, item: ListItem, parents: dict[int, int]) -> dict[str, Any]:
    parent = parents.get(item.pk)
    parts = [str(item.fields.get(name, "")) for name in kind.other_id_parts if name != kind.parent_field]
    return {
        "item": item,
        "owner": "Unknown" if item.entity_id == UNKNOWN_OWNER else item.entity_id,
        "url": record_url(request, kind.key, item.pk),
        "within": " · ".join(part for part in parts if part),
        "parent_url": record_url(request, kind.list_of_parents, parent) if parent else "",
    }


def _columns(request: TenantRequest, kind: ListKind) -> list[Column]:
    columns = [
        column(request, "ID", "id", default=DEFAULT_SORT),
        column(request, "Name", "name", default=DEFAULT_SORT),
        Column("State"),
    ]
    if kind.list_of_parents:
        columns.append(Column("Belongs to"))
    if kind.entity_field:
        columns.append(Column("Entity"))
    return [*columns, column(request, "Last change", "changed", default=DEFAULT_SORT)]


def _state_filter(request: TenantRequest, counts: RecordCounts) -> FilterGroup:
    options: list[tuple[str, str, int | None]] = [("", "All", counts.matching(""))]
    shown = [state for state in RecordState if state != RecordState.UNKNOWN or counts.states[state.value]]
    options += [(state.value, str(state.label), counts.states[state.value]) for state in shown]
    return filter_group(request, "State", "state", options)


def _owner_selects(connection: Connection, counts: RecordCounts, chosen: RecordFilter) -> list[Choice]:
    """The entities that own records of the list, with counts; none where all belong to the same."""
    if len(counts.entities) < 2 and not chosen.entity:
        return []
    names = {str(row["id"]): f"{row['id']} {row['name']}".strip() for row in connection.entities}
    names[UNKNOWN_OWNER] = "Unknown"
    options = [("", "Any entity")]
    if "" in counts.entities:
        options.append((TOP_LEVEL, f"Shared, top level ({counts.entities['']:,})"))
    owners = sorted((owner, number) for owner, number in counts.entities.items() if owner)
    options += [(owner, f"{names.get(owner, owner)} ({number:,})") for owner, number in owners]
    return [choice("entity", "Owned by", options, chosen.entity)]


@require_GET
@role_required(Role.VIEWER)
def export(request: TenantRequest, list_key: str) -> StreamingHttpResponse:
    """All records that match, not only those of the page, as a CSV file."""
    connection, kind = kind_or_404(list_key)
    chosen = _filter(request, connection)
    state = list_state(connection, kind.key)
    fields = tuple(dict.fromkeys([*kind.wanted_fields, *(state.read_fields if state else [])]))
    found = records_of(connection, kind, chosen)

    def rows() -> Iterator[list[str]]:
        yield header_of(fields)
        # The answer is sent after the request has left its tenant.
        with tenant_scope(request.tenant):
            for item in every_record(found, chosen.sort):
                yield row_of(item, fields)

    sent = recorded(f"{kind.label} as CSV", rows(), chosen=request.GET.urlencode())
    answer = StreamingHttpResponse(as_csv(sent), content_type="text/csv; charset=utf-8")
    day = timezone.localdate().isoformat()
    answer["Content-Disposition"] = f'attachment; filename="{request.tenant.slug}-{kind.key}-{day}.csv"'
    return answer
