"""What the project pages ask of projects alone: those kept here, counts of their links, near matches, cost codes.

Reads only. What they ask of every import is integrations.imports.selectors', given the declaration of projects.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from erp_admin.grammar.identity import identity
from erp_admin.models import Project
from erp_admin.projects.flow import PROJECTS
from integrations.imports.selectors import (
    ImportCounts,
    ImportRecord,
    counts_of,
    filtered_records,
    ordered_by,
    records_in,
    records_of,
    words_of,
)
from integrations.imports.selectors import (
    record_of as record_of_document,
)
from integrations.models import Connection, ListItem

SORTS_HERE = {
    "number": ("number",),
    "name": ("name",),
    "customer": ("customer_name",),
    "begins": ("begins_on", "number"),
    "amount": ("contract_amount", "number"),
}
LINKED, UNLINKED = "yes", "no"


def project_records() -> QuerySet[ImportRecord]:
    """Intacct's projects with the state each has here."""
    return records_of(PROJECTS)


def intacct_projects(connection: Connection) -> QuerySet[ImportRecord]:
    """The projects that one connection's Intacct company has, as last read."""
    return records_in(PROJECTS, connection)


def filtered_projects(connection: Connection, query: Mapping[str, str]) -> QuerySet[ImportRecord]:
    """Projects that match the query string: `q` words in id, name or customer, `state`, `entity`, `sort`."""
    return filtered_records(PROJECTS, connection, query)


def project_counts(connection: Connection, query: Mapping[str, str]) -> ImportCounts:
    """How many projects match the query string, by state and by entity."""
    return counts_of(PROJECTS, connection, query)


def record_of(project: Project) -> ImportRecord | None:
    """The mirrored record a linked project stands for, with its import state; None while it has not been read."""
    return record_of_document(PROJECTS, project)


def projects_here(query: Mapping[str, str]) -> QuerySet[Project]:
    """Projects kept here, by hand or imported, that match `q`, `linked` (yes or no) and `sort`."""
    found = Project.objects.all()
    for word in words_of(query):
        found = found.filter(
            Q(number__icontains=word)
            | Q(name__icontains=word)
            | Q(customer_name__icontains=word)
            | Q(customer_id__icontains=word)
        )
    if query.get("linked") in (LINKED, UNLINKED):
        found = found.filter(remote_record_no__isnull=query["linked"] == UNLINKED)
    return found.order_by(*ordered_by(SORTS_HERE, query.get("sort", "")))


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


def numbered_like(number: str, *, besides: Project | None = None) -> list[Project]:
    """Projects whose number is the same by identity, but for one of them."""
    key = identity(number)
    numbers = Project.objects.order_by("pk").values_list("pk", "number").iterator()
    same = [pk for pk, other in numbers if identity(other) == key and (besides is None or pk != besides.pk)]
    return list(Project.objects.filter(pk__in=same).order_by("pk")) if same else []


def matches_for(item: ListItem, limit: int = 5) -> list[Match]:
    """Unlinked projects that may stand for `item`: same number, then same name, then a name that is near."""
    number, name = identity(item.business_id), identity(item.name)
    by: dict[int, str] = {}
    names: dict[str, list[int]] = {}
    rows = Project.objects.filter(remote_record_no=None).order_by("pk").values_list("pk", "number", "name")
    for pk, its_number, its_name in rows.iterator():
        names.setdefault(identity(its_name), []).append(pk)
        if identity(its_number) == number:
            by[pk] = "same number"
    for near in [name, *difflib.get_close_matches(name, names, n=limit, cutoff=0.75)]:
        for pk in names.get(near, []):
            by.setdefault(pk, "same name" if near == name else "similar name")
    projects = Project.objects.in_bulk(list(by)[:limit])
    return [Match(projects[pk], how) for pk, how in by.items() if pk in projects]


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


def records_for(project: Project, limit: int = 5) -> list[ListItem]:
    """Projects in Intacct that nothing here stands for and that may be this one: the same number or the same name."""
    same = Q(business_id__iexact=project.number) | Q(name__iexact=project.name)
    found = ListItem.objects.filter(same, kind=PROJECTS.kind.key, missing_at=None).order_by("business_id", "pk")
    taken = Project.objects.filter(remote_record_no__isnull=False).values_list("connection_id", "remote_record_no")
    linked = set(taken.filter(remote_record_no__in=found.values("record_no")))
    return [item for item in found if (item.connection_id, item.record_no) not in linked][:limit]
