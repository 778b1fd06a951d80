"""What the project pages ask: Intacct's projects with the state each has here, projects here, counts, near matches.

Reads only. One annotation derives the state, so that filters, counts and badges always agree.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Case, CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Lower

from accounts.ui.shown import ShownState
from erp_admin.models import Project
from integrations.models import Connection, ListItem, RunRow


class RecordFacts(TypedDict):
    """What `project_records` adds to each record; the project's are None while it is linked to none."""

    import_state: str
    project_pk: int | None
    project_number: str | None
    taken_digest: str | None


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    ProjectRecord = WithAnnotations[ListItem, RecordFacts]
else:
    ProjectRecord = ListItem


@dataclass(frozen=True)
class ImportState:
    value: str
    label: str
    tone: str
    icon: str

    @property
    def shown(self) -> ShownState:
        return ShownState(self.value, self.label, self.tone, self.icon)


READY = ImportState("ready", "Ready to import", "info", "download")
IMPORTED = ImportState("imported", "Imported", "success", "check-circle-fill")
CHANGED = ImportState("changed", "Changed in Intacct", "warning", "arrow-left-right")
MISSING = ImportState("missing", "Missing in Intacct", "danger", "question-circle")
IGNORED = ImportState("ignored", "Ignored", "neutral", "eye-slash")
INACTIVE = ImportState("inactive", "Inactive", "neutral", "moon")
IMPORT_STATES = {state.value: state for state in (READY, IMPORTED, CHANGED, MISSING, IGNORED, INACTIVE)}
IMPORTABLE = (READY.value, CHANGED.value, IMPORTED.value, INACTIVE.value)

# What a list can be sorted by; "-" before the name turns the order round.
SORTS = {
    "number": ("business_id", "record_no"),
    "name": ("name", "business_id"),
    "customer": ("fields__CUSTOMERNAME", "business_id"),
    "changed": ("changed_at", "business_id"),
}
SORTS_HERE = {
    "number": ("number",),
    "name": ("name", "number"),
    "customer": ("customer_name", "number"),
    "begins": ("begins_on", "number"),
    "amount": ("contract_amount", "number"),
}
LINKED, UNLINKED = "yes", "no"


def _order(sorts: Mapping[str, tuple[str, ...]], sort: str, default: str) -> tuple[str, ...]:
    backwards = sort.startswith("-")
    names = sorts.get(sort.removeprefix("-"), sorts[default])
    return tuple(f"-{name}" for name in names) if backwards else names


def _words(query: Mapping[str, str]) -> list[str]:
    return query.get("q", "").split()


def project_records() -> QuerySet[ProjectRecord]:
    """Projects of the mirror with `import_state`, `project_pk` and `project_number` of what they are linked to here."""
    linked = Project.objects.filter(connection_id=OuterRef("connection_id"), remote_record_no=OuterRef("record_no"))
    found = ListItem.objects.filter(kind="projects").annotate(
        project_pk=Subquery(linked.values("pk")[:1]),
        project_number=Subquery(linked.values("number")[:1]),
        taken_digest=Subquery(linked.values("remote_digest")[:1]),
    )
    return found.annotate(
        import_state=Case(
            When(missing_at__isnull=False, then=Value(MISSING.value)),
            When(ignored_at__isnull=False, then=Value(IGNORED.value)),
            When(project_pk__isnull=False, taken_digest=F("digest"), then=Value(IMPORTED.value)),
            When(project_pk__isnull=False, then=Value(CHANGED.value)),
            When(is_active=False, then=Value(INACTIVE.value)),
            default=Value(READY.value),
            output_field=CharField(),
        )
    )


def intacct_projects(connection: Connection) -> QuerySet[ProjectRecord]:
    """The projects that one connection's Intacct company has, as last read."""
    return project_records().filter(connection=connection)


def filtered_projects(connection: Connection, query: Mapping[str, str]) -> QuerySet[ProjectRecord]:
    """Projects that match the query string: `q` words in id, name or customer, `state`, `entity`, `sort`."""
    found = intacct_projects(connection)
    for word in _words(query):
        found = found.filter(
            Q(business_id__icontains=word)
            | Q(name__icontains=word)
            | Q(fields__CUSTOMERNAME__icontains=word)
            | Q(fields__CUSTOMERID__icontains=word)
        )
    if query.get("entity"):
        found = found.filter(entity_id="" if query["entity"] == "top" else query["entity"])
    if query.get("state") in IMPORT_STATES:
        found = found.filter(import_state=query["state"])
    return found.order_by(*_order(SORTS, query.get("sort", ""), "number"))


def state_counts(found: QuerySet[ProjectRecord]) -> dict[str, int]:
    """How many of `found` are in each import state; every state is named."""
    counted = dict(found.order_by().values_list("import_state").annotate(Count("pk")))
    return {value: counted.get(value, 0) for value in IMPORT_STATES}


def entity_counts(found: QuerySet[ProjectRecord]) -> dict[str, int]:
    return dict(found.order_by().values_list("entity_id").annotate(Count("pk")).order_by("entity_id"))


def projects_here(query: Mapping[str, str]) -> QuerySet[Project]:
    """Projects kept here, by hand or imported, that match `q`, `linked` (yes or no) and `sort`."""
    found = Project.objects.all()
    for word in _words(query):
        found = found.filter(
            Q(number__icontains=word)
            | Q(name__icontains=word)
            | Q(customer_name__icontains=word)
            | Q(customer_id__icontains=word)
        )
    if query.get("linked") in (LINKED, UNLINKED):
        found = found.filter(remote_record_no__isnull=query["linked"] == UNLINKED)
    return found.order_by(*_order(SORTS_HERE, query.get("sort", ""), "number"))


def link_counts(found: QuerySet[Project]) -> dict[str, int]:
    """How many of `found` are linked to an Intacct record, and how many are not."""
    counted: dict[str, int] = found.order_by().aggregate(
        **{LINKED: Count("pk", Q(remote_record_no__isnull=False)), UNLINKED: Count("pk", Q(remote_record_no=None))}
    )
    return counted


@dataclass(frozen=True)
class Match:
    """A project here that may be the same as a record there, and by which attribute it was found."""

    project: Project
    by: str


def matches_for(item: ListItem, limit: int = 5) -> list[Match]:
    """Unlinked projects that may stand for `item`: same number, then same name, then a name that is near."""
    unlinked = Project.objects.filter(remote_record_no=None)
    found = [Match(project, "same number") for project in unlinked.filter(number__iexact=item.business_id)]
    plain = item.name.lower()
    named = unlinked.annotate(plain=Lower("name")).filter(plain=plain)
    found += [Match(project, "same name") for project in named[:limit]]
    names = {name.lower(): pk for pk, name in unlinked.values_list("pk", "name").iterator()}
    near = difflib.get_close_matches(plain, names, n=limit, cutoff=0.75)
    found += [Match(project, "similar name") for project in unlinked.filter(pk__in=[names[name] for name in near])]
    unique = {match.project.pk: match for match in reversed(found)}
    return list(reversed(unique.values()))[:limit]


def record_of(project: Project) -> ProjectRecord | None:
    """The mirrored record a linked project stands for, with its import state; None while it has not been read."""
    if project.connection_id is None or project.remote_record_no is None:
        return None
    return project_records().filter(connection_id=project.connection_id, record_no=project.remote_record_no).first()


def tasks_of(project: Project) -> QuerySet[ListItem]:
    """The mirrored cost codes of a linked project; none of one that is not linked."""
    if project.connection_id is None:
        return ListItem.objects.none()
    return _tasks(project.connection_id, project.remote_id)


def tasks_of_record(item: ListItem) -> QuerySet[ListItem]:
    """The mirrored cost codes of a project in Intacct."""
    return _tasks(item.connection_id, item.business_id)


def _tasks(connection_id: int, project_id: str) -> QuerySet[ListItem]:
    found = ListItem.objects.filter(connection_id=connection_id, kind="tasks", parent_id=project_id, missing_at=None)
    return found.order_by("business_id", "record_no")


def import_rows_of(project: Project, limit: int = 20) -> list[RunRow]:
    """The rows by which import runs touched a project, newest first."""
    rows = RunRow.objects.filter(run__flow="projects", document_id=project.pk)
    return list(rows.select_related("run", "run__started_by").order_by("-pk")[:limit])
