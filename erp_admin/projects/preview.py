"""What importing projects would do, before anything is done: computed by the mapping the import itself uses.

Reads only, and from the mirror: the import reads each record anew, so one that changed in between may end otherwise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from accounts.models import Tenant
from erp_admin.documents.grouped import Grouped
from erp_admin.models import Project
from erp_admin.projects.flow import Unacceptable, check_project, field_labels, project_values
from erp_admin.projects.selectors import IMPORTABLE, ProjectRecord
from integrations.models import Connection

CREATE, UPDATE, NOTHING, BLOCKED, LEFT_OUT = "create", "update", "nothing", "blocked", "left_out"
ACTIONS = (CREATE, UPDATE, NOTHING, BLOCKED, LEFT_OUT)
BATCH = 500
SHOWN_PER_ACTION = 100


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Effect:
    """What importing a record would do. `namesake` is the project here that stands in its way, if one does."""

    item: ProjectRecord
    action: str  # one of ACTIONS
    reason: str = ""
    changes: tuple[FieldChange, ...] = ()
    project: Project | None = None
    namesake: Project | None = None


class Preview(Grouped[Effect]):
    """Counts of everything chosen, and the first SHOWN_PER_ACTION effects of each action."""

    def __init__(self) -> None:
        super().__init__(ACTIONS, SHOWN_PER_ACTION)

    @property
    def tried(self) -> int:
        """How many records a run would take up."""
        return self.chosen - self.counts[LEFT_OUT]

    @property
    def possible(self) -> int:
        """How many of those can be imported as they are."""
        return self.tried - self.counts[BLOCKED]


def preview_of(connection: Connection, chosen: QuerySet[ProjectRecord]) -> Preview:
    """What importing `chosen` (records with their import state) would do; memory does not grow with their number."""
    preview = Preview()
    records = chosen.order_by("business_id", "record_no").iterator(chunk_size=BATCH)
    while batch := list(islice(records, BATCH)):
        for effect in effects_of(connection, batch):
            preview.add(effect.action, effect)
    return preview


def effects_of(connection: Connection, items: list[ProjectRecord]) -> Iterator[Effect]:
    """Effects of a batch of records, in two queries."""
    linked = Project.objects.filter(connection=connection, remote_record_no__in=[item.record_no for item in items])
    same_number = Project.objects.filter(number__in=[item.business_id for item in items])
    projects = {project.remote_record_no: project for project in linked if project.remote_record_no is not None}
    numbers = {project.number: project for project in same_number}
    for item in items:
        yield effect_of(item, connection.tenant, projects, numbers)


def effect_of(
    item: ProjectRecord, tenant: Tenant, projects: Mapping[int, Project], numbers: Mapping[str, Project]
) -> Effect:
    """Effect of one record. `projects` are linked ones by record number, `numbers` all by number."""
    project, namesake = projects.get(item.record_no), numbers.get(item.business_id)
    if item.missing_at is not None:
        return Effect(item, LEFT_OUT, "It is no longer in Intacct.", project=project)
    if item.import_state not in IMPORTABLE:
        return Effect(item, LEFT_OUT, "It is ignored. Restore it first.", project=project)
    if namesake is not None and (project is None or namesake.pk != project.pk):
        reason = f"A project {namesake.number} “{namesake.name}” exists here already."
        return Effect(item, BLOCKED, reason, project=project, namesake=namesake)
    try:
        values = project_values(item, tenant)
        check_project(Project(tenant=tenant, **values))
    except Unacceptable as error:
        return Effect(item, BLOCKED, str(error), project=project)
    if project is None:
        return Effect(item, CREATE, changes=_changes(None, values))
    same = all(getattr(project, name) == value for name, value in values.items())
    return Effect(item, NOTHING if same else UPDATE, changes=_changes(project, values), project=project)


def _changes(project: Project | None, values: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """What would be written, field by field; of a new project only what is not empty."""
    shown = {name: value for name, value in values.items() if name != "remote_id"}
    labels = {**field_labels(), "remote_url": "address in Intacct"}
    if project is None:
        return tuple(FieldChange(labels[name], None, value) for name, value in shown.items() if value not in ("", None))
    return tuple(
        FieldChange(labels[name], getattr(project, name), value)
        for name, value in shown.items()
        if getattr(project, name) != value
    )
