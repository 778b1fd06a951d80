"""What can be done to projects: import them, link and unlink them, ignore and restore records, all within a tenant."""

from collections.abc import Collection, Iterable

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.audit import record_event
from accounts.models import User
from accounts.refusal import Refused
from erp_admin.event_kinds import RecordEvent
from erp_admin.models import Project
from erp_admin.projects.flow import IMPORT_STEP, ProjectImport
from erp_admin.projects.selectors import IMPORTABLE, ProjectRecord, intacct_projects
from integrations.lists import KINDS_BY_KEY
from integrations.models import Connection, LinkedDocument, ListItem, Trigger
from integrations.runs.flow import StepPlan
from integrations.runs.service import Started, start_run

MOST_NAMED = 10


def start_import(
    connection: Connection,
    items: QuerySet[ProjectRecord],
    *,
    by: User | None = None,
    trigger: Trigger = Trigger.PERSON,
    queued: bool = True,
) -> Started:
    """Start a run that imports `items`, each read anew from Intacct. Raises Refused when nothing is to be imported.

    Records that are ignored or missing are left out: they are not offered for import.
    """
    chosen = items.filter(import_state__in=IMPORTABLE)
    if not chosen.exists():
        raise Refused("None of the chosen projects can be imported.", "Restore ignored ones first.", code="NOTHING")
    return start_run(
        connection,
        ProjectImport.key,
        plans=[StepPlan(IMPORT_STEP, ProjectImport.title)],
        items=chosen.order_by("business_id").iterator(chunk_size=500),
        by=by,
        trigger=trigger,
        queued=queued,
    )


@transaction.atomic
def ignore(items: QuerySet[ProjectRecord], *, by: User, reason: str = "") -> int:
    """Leave records out of the import until they are restored; linked ones stay linked and are not ignored."""
    chosen = dict(items.filter(ignored_at=None, project_pk=None).values_list("pk", "business_id"))
    ignored = ListItem.objects.filter(pk__in=list(chosen)).update(
        ignored_at=timezone.now(), ignored_by=by, ignore_reason=reason[:300]
    )
    if ignored:
        record_event(RecordEvent.IGNORED, _named(chosen.values(), reason), by=by)
    return ignored


@transaction.atomic
def restore(items: QuerySet[ProjectRecord]) -> int:
    chosen = dict(items.exclude(ignored_at=None).values_list("pk", "business_id"))
    restored = ListItem.objects.filter(pk__in=list(chosen)).update(ignored_at=None, ignored_by=None, ignore_reason="")
    if restored:
        record_event(RecordEvent.RESTORED, _named(chosen.values()))
    return restored


def _named(ids: Collection[str], reason: str = "") -> str:
    """How many projects and which, for the audit trail; many are named by the first few."""
    shown = ", ".join(sorted(ids)[:MOST_NAMED])
    more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
    return f"{len(ids)} in Intacct: {shown}{more}." + (f" Reason: {reason}" if reason else "")


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
            f"A project {project.number} exists here already.", "Give this one another number.", code="PROJECT-NUMBER"
        ) from None
    return project


def link(item: ListItem, project: Project, *, by: User) -> Project:
    """Link a project made here to a record in Intacct; nothing of the project is changed until it is imported.

    Raises Refused when either is linked already, also when somebody else is linking it at this very moment.
    """
    try:
        with transaction.atomic():
            return _link(item, Project.objects.select_for_update().get(pk=project.pk), by)
    except IntegrityError:
        raise Refused(
            f"{item} was linked by somebody else just now.", "Reload the page to see to what.", code="LINKED"
        ) from None


def _link(item: ListItem, project: Project, by: User) -> Project:
    if project.is_linked:
        raise Refused(
            f"Project {project.number} is linked to {project.remote_id} already.", "Unlink it first.", code="LINKED"
        )
    taken = Project.objects.filter(connection_id=item.connection_id, remote_record_no=item.record_no).first()
    if taken is not None:
        raise Refused(f"{item} is linked to project {taken.number} already.", "Unlink that one first.", code="LINKED")
    if item.missing_at is not None:
        raise Refused(f"{item} is no longer in Intacct.", "Link the project to another record.", code="MISSING")
    project.connection_id, project.remote_record_no = item.connection_id, item.record_no
    project.remote_id, project.remote_url = item.business_id, item.fields.get("RECORD_URL", "")
    project.remote_digest, project.refreshed_at = "", None
    project.linked_at, project.linked_by = timezone.now(), by
    project.save()
    ListItem.objects.filter(pk=item.pk).update(ignored_at=None, ignored_by=None, ignore_reason="")
    return project


@transaction.atomic
def unlink(project: Project) -> Project:
    """Cut the link; the project and the record in Intacct both stay as they are."""
    project = Project.objects.select_for_update().get(pk=project.pk)
    if not project.is_linked:
        raise Refused(f"Project {project.number} is not linked to anything.", code="NOT-LINKED")
    project.connection, project.remote_record_no = None, None
    project.remote_id = project.remote_url = project.remote_digest = ""
    project.linked_at = project.refreshed_at = None
    project.linked_by = None
    project.save()
    return project


def choose(connection: Connection, ids: Iterable[str]) -> QuerySet[ProjectRecord]:
    """The mirrored projects with these project ids. Raises Refused naming the ids that are not there."""
    wanted = list(dict.fromkeys(ids))
    found = intacct_projects(connection).filter(business_id__in=wanted)
    unknown = sorted(set(wanted) - set(found.values_list("business_id", flat=True)))
    if unknown:
        raise Refused(
            f"Intacct has no project {', '.join(unknown)}, as far as {KINDS_BY_KEY['projects'].label} were last read.",
            "Check the ids, or sync the list.",
            code="PROJECT-UNKNOWN",
        )
    return found
