"""Projects: Intacct's projects imported as ours. The mapping, and the work of an import run.

A record is read anew from Intacct before it is imported, so what is taken over is what Intacct has now.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils import timezone

from accounts.models import Tenant
from erp_admin.models import Project
from integrations.intacct import parse_date
from integrations.lists import KINDS_BY_KEY, Permission
from integrations.mirror.refetch import Refetched, refetch
from integrations.models import ListItem, RowOutcome, RunRow
from integrations.runs.flow import Flow
from integrations.runs.step import StepWork
from integrations.settings.declared import Switch

SYNC_PROJECTS = Switch(
    key="sync_projects",
    label="Sync Projects",
    effect="Import projects from Intacct in ERP Admin → Projects.",
    permissions=(Permission("Projects", "Project statuses"), Permission("Projects", "Project types")),
    order=10,
)
PROJECTS = KINDS_BY_KEY["projects"]
IMPORT_STEP = "import:projects"
PAGE_SIZE = 100

# Our field, Intacct's field. Amounts and dates are converted below.
TEXT_FIELDS = {
    "name": "NAME",
    "status": "PROJECTSTATUS",
    "project_type": "PROJECTTYPE",
    "parent_number": "PARENTID",
    "customer_id": "CUSTOMERID",
    "customer_name": "CUSTOMERNAME",
    "location_id": "LOCATIONID",
    "department_id": "DEPARTMENTID",
    "entity_id": "MEGAENTITYID",
}
DATE_FIELDS = {"begins_on": "BEGINDATE", "ends_on": "ENDDATE"}


class Unacceptable(ValueError):
    """A record that cannot become a project here; names the field and what to do."""


class RowRefused(Exception):
    """A record that is left out of the import by a person's decision; says which."""


def project_values(item: ListItem, tenant: Tenant) -> dict[str, Any]:
    """What a project here has when it is taken over from Intacct. Raises Unacceptable naming the field.

    A project without a currency of its own is in the tenant's base currency.
    """
    fields = item.fields
    values: dict[str, Any] = {"number": item.business_id, "is_active": item.is_active, "remote_id": item.business_id}
    for ours, theirs in TEXT_FIELDS.items():
        values[ours] = _text(fields, theirs, _longest(ours))
    for ours, theirs in DATE_FIELDS.items():
        values[ours] = _date(fields, theirs)
    values["contract_amount"] = _amount(fields, "CONTRACTAMOUNT")
    values["currency"] = fields.get("CURRENCY") or tenant.base_currency
    values["remote_url"] = fields.get("RECORD_URL", "")
    return values


def _longest(name: str) -> int | None:
    return cast("models.Field[Any, Any]", Project._meta.get_field(name)).max_length


def _text(fields: Mapping[str, Any], name: str, longest: int | None) -> str:
    value = str(fields.get(name, ""))
    if longest is not None and len(value) > longest:
        raise Unacceptable(f"{name} is {len(value)} characters long; at most {longest} fit. Shorten it in Intacct.")
    return value


def _date(fields: Mapping[str, Any], name: str) -> date | None:
    value = fields.get(name, "")
    try:
        return parse_date(value)
    except ValueError:
        raise Unacceptable(f"{name} is “{value}”, which is not a date. Correct it in Intacct.") from None


def _amount(fields: Mapping[str, Any], name: str) -> Decimal | None:
    value = fields.get(name, "")
    try:
        amount = Decimal(value).quantize(Decimal("0.01")) if value else None
    except InvalidOperation:
        raise Unacceptable(f"{name} is “{value}”, which is not an amount. Correct it in Intacct.") from None
    if amount is not None and abs(amount) >= Decimal(10) ** 14:
        raise Unacceptable(f"{name} is {value}, more than fits. Correct it in Intacct.")
    return amount


def take_over(item: ListItem, tenant: Tenant, by_id: int | None) -> tuple[Project, RowOutcome]:
    """Make or update the project linked to `item`; return it and whether it is new, changed or the same.

    Raises Unacceptable when a value does not fit, or a project made by hand has the number already. Call inside a
    transaction.
    """
    values = project_values(item, tenant)
    linked = Project.objects.filter(connection_id=item.connection_id, remote_record_no=item.record_no)
    project = linked.select_for_update().first()  # nobody edits or unlinks it before it is stored
    namesake = Project.objects.filter(number=item.business_id).exclude(pk=project.pk if project else 0).first()
    if namesake is not None:
        raise Unacceptable(_in_the_way(namesake))
    outcome = RowOutcome.CHANGED
    if project is None:
        project = Project(tenant=tenant, connection_id=item.connection_id, remote_record_no=item.record_no)
        project.linked_at, project.linked_by_id = timezone.now(), by_id
        outcome = RowOutcome.NEW
    elif all(getattr(project, name) == value for name, value in values.items()):
        outcome = RowOutcome.SAME
    for name, value in values.items():
        setattr(project, name, value)
    project.remote_digest, project.refreshed_at = item.digest, timezone.now()
    check_project(project)
    project.save()
    return project, outcome


def _in_the_way(namesake: Project) -> str:
    """Why a project with the same number stops an import, and the way out."""
    if namesake.is_linked:
        whose, way = "linked to another Intacct record", "Unlink that project, then link this record to it"
    else:
        whose, way = "made by hand", "Link this record to it"
    known = f"{namesake.number} “{namesake.name}”"
    return f"A project {known}, {whose}, exists here. {way}, or give one of them another number."


def check_project(project: Project) -> None:
    """Raise Unacceptable for what may not be saved, naming each field; asks the database nothing."""
    try:
        project.clean_fields(exclude=["tenant", "connection", "linked_by"])
        project.clean()
    except ValidationError as error:
        labels = field_labels()
        problems = [
            f"{labels[name].capitalize()}: {text}" if name in labels else text
            for name, texts in error.message_dict.items()
            for text in texts
        ]
        raise Unacceptable(" ".join(problems)) from error


def field_labels() -> dict[str, str]:
    """What people call each field of a project."""
    return {column.name: str(column.verbose_name) for column in Project._meta.concrete_fields}


class ProjectImport(Flow):
    """One step: the rows of the run are imported, each read anew from Intacct."""

    key = "projects"
    title = "Import projects"
    switch = SYNC_PROJECTS
    document_url_name = "project"
    list_url_name = "projects"

    def work(self, work: StepWork) -> Iterator[None]:
        yield from _import_rows(work)


def _import_rows(work: StepWork) -> Iterator[None]:
    pending = RunRow.objects.filter(run=work.run, outcome=RowOutcome.PENDING)
    if not work.checkpoint:
        work.announce(pending.count())
        work.save_page(begun=True)
    while rows := list(pending.select_related("list_item").order_by("pk")[:PAGE_SIZE]):
        found = refetch(work, PROJECTS, [row.list_item for row in rows if row.list_item is not None])
        for row in rows:
            _import_row(work, row, found)
        yield


def _import_row(work: StepWork, row: RunRow, found: Refetched) -> None:
    """Import one row in a transaction of its own, so that a bad one takes no good one with it."""
    try:
        with work.page():
            project, outcome = take_over(_usable_item(row, found), work.run.tenant, work.run.started_by_id)
            _close_row(work, row, outcome, document_id=project.pk)
    except RowRefused as refused:
        _close_row(work, row, RowOutcome.SKIPPED, str(refused))
    except Unacceptable as error:
        _close_row(work, row, RowOutcome.FAILED, str(error))
    except IntegrityError:
        why = "Somebody made a project with this number at the same moment. Look at it, then import again."
        _close_row(work, row, RowOutcome.FAILED, why)


def _usable_item(row: RunRow, found: Refetched) -> ListItem:
    """The record as read just now. Raises Unacceptable when it is gone or unusable, RowRefused when it was ignored."""
    if row.list_item is None or row.list_item.record_no not in found.shown:
        raise Unacceptable("This project is no longer in Intacct, or the user may no longer see it.")
    if row.list_item.record_no in found.unusable:
        raise Unacceptable(found.unusable[row.list_item.record_no])
    item = ListItem.objects.get(pk=row.list_item.pk)
    if item.ignored_at is not None:
        raise RowRefused("It was ignored after the import was started. Restore it, then import it again.")
    return item


def _close_row(
    work: StepWork, row: RunRow, outcome: RowOutcome, why: str = "", *, document_id: int | None = None
) -> None:
    """Store the outcome and count it, both or neither."""
    row.step, row.outcome, row.message, row.document_id = work.step, outcome, why[:500], document_id
    with work.page():
        row.save(update_fields=["step", "outcome", "message", "document_id"])
        work.count(read=1, **{str(outcome): 1})
        work.save_page()
