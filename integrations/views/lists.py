"""Pages of the mirrored lists: all of them with how recent they are, and one of them with its records.

Owns what is shown and how it is exported. Reads only.
"""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, role_required
from accounts.exports import recorded
from accounts.models import Role
from accounts.saved_views.menu import list_menu
from accounts.saved_views.selectors import first_address, likings_of
from accounts.tenancy import tenant_scope
from accounts.ui.csv_cells import as_csv
from accounts.ui.filters import FilterGroup, filter_group, query_url
from accounts.ui.list_files import form_of, list_file, rows_of
from accounts.ui.pk import read_pk
from accounts.ui.table import Field, Value, chosen_fields, file_fields, table_of
from integrations.gateway.access import Entity, entities_of, latest_connection, live_connection, why_not_sync
from integrations.lists import GROUPS, ListKind
from integrations.lists.plain_names import plain_names
from integrations.mirror.followers import lagging
from integrations.models import UNKNOWN_OWNER, Connection, Freshness, ListDefinition, ListItem, RecordState
from integrations.records.exports import header_of, row_of
from integrations.records.kinds import kind_for, list_state
from integrations.records.lately import DAYS, lately
from integrations.records.selectors import (
    CHANGED_WITHIN,
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
from integrations.views.record_columns import Row, fields_of, file_row, owner_of, table_row, within

EVERY_FIELD = "all"  # the form of file that holds every field under Intacct's own name


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
        "groups": _groups(request, connection, shown),
        "days": DAYS,
        "filters": [_freshness_filter(request, every), *_entity_filter(request, entities, entity)],
        "entity": entity,
        "stopped": why_not_sync(live_connection()),
        "is_former": live_connection() is None,
        "nothing_read": not any(each.last_read_at for each in every),
    }
    return render(request, "integrations/lists.html", context)


def chosen_entity(entities: list[Entity], entity_id: str) -> Entity:
    """The entity of that id; the first, which stands for all, where there is none."""
    return next((entity for entity in entities if entity.id == entity_id), entities[0])


def _entity_filter(request: TenantRequest, entities: list[Entity], chosen: Entity) -> list[FilterGroup]:
    """As seen from which legal entity; none where there is only the company."""
    if len(entities) == 1:
        return []
    options: list[tuple[str, str, int | None]] = [(entity.id, entity.label, None) for entity in entities]
    return [filter_group(request, "Legal entity", "entity", options)]


def _groups(request: TenantRequest, connection: Connection, shown: list[ListFreshness]) -> list[dict[str, Any]]:
    """Each group of lists that has any, each list with its address and what changed lately."""
    groups: list[dict[str, Any]] = []
    changed = lately(connection)
    for group in GROUPS:
        rows = [(each, list_url(request, each.kind)) for each in shown if each.kind.group is group]
        if rows:
            told = [(each, url, changed.get(each.kind.key)) for each, url in rows]
            groups.append({"key": group.key, "label": group.label, "rows": rows, "lately": told})
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
    """The records of one list, by `q`, `state`, `entity`, `changed` and `of`, in the order of `sort`."""
    connection, kind = kind_or_404(list_key)
    likings = likings_of(request.user, f"list:{kind.key}", request.GET)
    if first := first_address(likings, request.GET):
        return redirect(f"{request.path}{first}")
    chosen = _filter(request, connection)
    counts = record_counts(connection, kind, chosen)
    found = records_of(connection, kind, chosen) if counts.matching(chosen.state) else ListItem.objects.none()
    page = record_page(found, chosen.sort, request.GET.get("page", ""))
    parents = parents_of(connection, kind, page.items)
    rows = [_row(request, kind, item, parents) for item in page.items]
    fields = fields_of(kind, _custom(connection, kind))
    export_url = reverse("export_list", kwargs=_here(request, kind))
    context = {
        "connection": connection,
        "kind": kind,
        "chosen": chosen,
        "rows": rows,
        "table": _table(request, kind, chosen_fields(fields, likings.columns), rows),
        "menu": list_menu(
            request, f"list:{kind.key}", fields, likings, export_url, more=[("CSV with every field", EVERY_FIELD)]
        ),
        "matching": counts.matching(chosen.state),
        "filters": [
            _state_filter(request, counts),
            _changed_filter(request),
            *_owner_filter(request, connection, counts, chosen),
        ],
        "before": query_url(request, page=page.before) if page.before else "",
        "after": query_url(request, page=page.after) if page.after else "",
        "freshness": freshness_of(connection, kind),
        "lagging": [plain_names(kind).get(name, name) for name in lagging(connection, kind)],
        "is_former": live_connection() is None,
        "without_parent": query_url(request, of=None, page=None),
        "parent_url": record_url(request, chosen.parent.kind, chosen.parent.pk) if chosen.parent else "",
    }
    return render(request, "integrations/records.html", context)


def _table(request: TenantRequest, kind: ListKind, fields: list[Field[Row]], rows: list[dict[str, Any]]) -> Any:
    return table_of(request, kind.label, "records", fields, rows, table_row, default_sort=DEFAULT_SORT)


def _custom(connection: Connection, kind: ListKind) -> dict[str, str]:
    """The company's own fields that are read with the list, and what it calls them."""
    definition = ListDefinition.objects.filter(connection=connection, kind=kind.key).first()
    state = list_state(connection, kind.key)
    read = set(state.read_fields) if state else set()
    every = definition.custom_fields if definition else []
    return {field["name"]: field.get("label", "") for field in every if field["name"] in read}


def _here(request: TenantRequest, kind: ListKind) -> dict[str, str]:
    return {"tenant_slug": request.tenant.slug, "list_key": kind.key}


def record_url(request: TenantRequest, list_key: str, pk: int) -> str:
    return reverse("record", kwargs={"tenant_slug": request.tenant.slug, "list_key": list_key, "pk": pk})


def _row(request: TenantRequest, kind: ListKind, item: ListItem, parents: dict[int, int]) -> dict[str, Any]:
    parent = parents.get(item.pk)
    return {
        "item": item,
        "owner": owner_of(item),
        "url": record_url(request, kind.key, item.pk),
        "within": within(kind, item),
        "parent_url": record_url(request, kind.list_of_parents, parent) if parent else "",
    }


def _state_filter(request: TenantRequest, counts: RecordCounts) -> FilterGroup:
    options: list[tuple[str, str, int | None]] = [("", "All", counts.matching(""))]
    shown = [state for state in RecordState if state != RecordState.UNKNOWN or counts.states[state.value]]
    options += [(state.value, str(state.label), counts.states[state.value]) for state in shown]
    return filter_group(request, "State", "state", options)


def _changed_filter(request: TenantRequest) -> FilterGroup:
    options: list[tuple[str, str, int | None]] = [("", "Any time", None)]
    options += [(key, label, None) for key, (label, _) in CHANGED_WITHIN.items()]
    return filter_group(request, "Changed", "changed", options)


def _owner_filter(
    request: TenantRequest, connection: Connection, counts: RecordCounts, chosen: RecordFilter
) -> list[FilterGroup]:
    """The entities that own records of the list, with counts; none where all belong to the same."""
    if len(counts.entities) < 2 and not chosen.entity:
        return []
    names = {str(row["id"]): f"{row['id']} {row['name']}".strip() for row in connection.entities}
    names[UNKNOWN_OWNER] = "Unknown"
    options: list[tuple[str, str, int | None]] = [("", "Any entity", sum(counts.entities.values()))]
    if "" in counts.entities:
        options.append((TOP_LEVEL, "Shared, top level", counts.entities[""]))
    owners = sorted((owner, number) for owner, number in counts.entities.items() if owner)
    options += [(owner, names.get(owner, owner), number) for owner, number in owners]
    if chosen.entity not in {value for value, _, _ in options}:
        options.append((chosen.entity, names.get(chosen.entity, chosen.entity), 0))
    return [filter_group(request, "Owned by", "entity", options)]


@require_GET
@role_required(Role.VIEWER)
def export(request: TenantRequest, list_key: str) -> StreamingHttpResponse:
    """All records that match, not only those of the page: as shown, or as CSV with every field there is."""
    connection, kind = kind_or_404(list_key)
    chosen, asked = _filter(request, connection), request.GET.get("form", "")
    if asked == EVERY_FIELD:
        return _every_field(request, connection, kind, chosen)
    form = form_of(asked)
    likings = likings_of(request.user, f"list:{kind.key}", request.GET)
    fields = file_fields(fields_of(kind, _custom(connection, kind)), likings.columns)
    found = records_of(connection, kind, chosen)

    def rows() -> Iterator[list[Value]]:
        # The answer is sent after the request has left its tenant.
        with tenant_scope(request.tenant):
            yield from rows_of(fields, (file_row(kind, item) for item in every_record(found, chosen.sort)))

    sent = recorded(f"{kind.label} as {form.upper()}", rows(), chosen=_chosen(request))
    return list_file(f"{request.tenant.slug}-{kind.key}", form, fields, sent)


def _chosen(request: TenantRequest) -> str:
    query = request.GET.copy()
    query.pop("form", None)
    return query.urlencode()


def _every_field(
    request: TenantRequest, connection: Connection, kind: ListKind, chosen: RecordFilter
) -> StreamingHttpResponse:
    """Also what only Intacct has a name for."""
    state = list_state(connection, kind.key)
    fields = tuple(dict.fromkeys([*kind.wanted_fields, *(state.read_fields if state else [])]))
    found = records_of(connection, kind, chosen)

    def rows() -> Iterator[list[str]]:
        yield header_of(fields)
        with tenant_scope(request.tenant):
            for item in every_record(found, chosen.sort):
                yield row_of(item, fields)

    sent = recorded(f"{kind.label} as CSV with every field", rows(), chosen=_chosen(request))
    answer = StreamingHttpResponse(as_csv(sent), content_type="text/csv; charset=utf-8")
    day = timezone.localdate().isoformat()
    answer["Content-Disposition"] = f'attachment; filename="{request.tenant.slug}-{kind.key}-{day}.csv"'
    return answer
