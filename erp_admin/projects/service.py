"""What can be done to projects: keep one by hand, import them, link and unlink them, all within a tenant.

Owns the project made by hand. The rules of imports and links are integrations.imports.service's.
"""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.refusal import Refused
from erp_admin.models import Project
from erp_admin.projects.flow import PROJECTS, ProjectImport
from integrations.imports import service as imports
from integrations.imports.selectors import ImportRecord
from integrations.models import Connection, LinkedDocument, ListItem, Trigger
from integrations.runs.service import Started


def start_import(
    connection: Connection,
    items: QuerySet[ImportRecord],
    *,
    by: User | None = None,
    trigger: Trigger = Trigger.PERSON,
    queued: bool = True,
) -> Started:
    """Start a run that imports `items`. Raises Refused when nothing is to be imported."""
    return imports.start_import(ProjectImport(), connection, items, by=by, trigger=trigger, queued=queued)


def choose(connection: Connection, ids: Iterable[str]) -> QuerySet[ImportRecord]:
    """The mirrored projects with these project ids. Raises Refused naming the ids that are not there."""
    return imports.choose(PROJECTS, connection, ids, code="PROJECT-UNKNOWN")


def link(item: ListItem, project: Project, *, by: User) -> Project:
    """Link a project made here to a record in Intacct. Raises Refused when either is linked already."""
    return imports.link(PROJECTS, item, project, by=by)


def unlink(project: Project) -> Project:
    """Cut the link; the project and the record in Intacct both stay as they are."""
    return imports.unlink(PROJECTS, project)


# What an import or a link decides; an edit that began before must not undo it.
_NOT_BY_HAND = frozenset(field.name for field in LinkedDocument._meta.fields) | {"id", "created_at"}
_BY_HAND = [field.name for field in Project._meta.concrete_fields if field.name not in _NOT_BY_HAND]


def save_project(project: Project) -> Project:
    """Store a project made or changed by hand, its link apart. Raises Refused when its number was taken meanwhile."""
    try:
        with transaction.atomic():
            project.save(update_fields=None if project._state.adding else _BY_HAND)
    except IntegrityError:
        raise Refused(
            f"A project {project.number} exists in ERP Admin already.",
            "Give this one another number.",
            code="PROJECT-NUMBER",
        ) from None
    return project
