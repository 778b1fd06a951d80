"""Records of Intacct as pages show them: dates as dates, amounts as amounts, and what is neither as it stands.

Presentation only; what may be imported is decided by the flow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.db.models import Q

from accounts.models import Tenant
from accounts.templatetags.ui import amount, when
from accounts.ui.shown import ShownState
from accounts.ui.web_address import web_address
from erp_admin.models import Project
from integrations.imports.selectors import IMPORT_STATES, ImportRecord
from integrations.intacct import parse_date
from integrations.models import UNKNOWN_OWNER, Connection, ListItem

NOT_READ: Final = "Unknown"


@dataclass(frozen=True)
class RecordRow:
    """One project of Intacct in a list. `begins`, `ends` and `amount` are text where Intacct's value is unusable."""

    item: ImportRecord
    state: ShownState
    customer_id: str
    customer_name: str
    status: str
    begins: date | str | None
    ends: date | str | None
    amount: Decimal | str | None
    currency: str
    entity: str
    url: str  # opens the record in Intacct; "" where that is unknown

    @property
    def begins_is_date(self) -> bool:
        return isinstance(self.begins, date)

    @property
    def ends_is_date(self) -> bool:
        return isinstance(self.ends, date)

    @property
    def amount_is_number(self) -> bool:
        return isinstance(self.amount, Decimal)


def state_of(item: ImportRecord) -> ShownState:
    """The import state of an annotated record as a badge."""
    return IMPORT_STATES[item.import_state].shown


def known_fields(item: ListItem) -> Mapping[str, Any]:
    """The fields of a record with a word in place of those that were never read."""
    return {**item.fields, **dict.fromkeys(item.never_read, NOT_READ)}


def record_row(item: ImportRecord, tenant: Tenant) -> RecordRow:
    fields = known_fields(item)
    return RecordRow(
        item=item,
        state=state_of(item),
        customer_id=str(fields.get("CUSTOMERID", "")),
        customer_name=str(fields.get("CUSTOMERNAME", "")),
        status=str(fields.get("PROJECTSTATUS", "")),
        begins=read_date(fields.get("BEGINDATE")),
        ends=read_date(fields.get("ENDDATE")),
        amount=read_amount(fields.get("CONTRACTAMOUNT")),
        currency=str(fields.get("CURRENCY") or tenant.base_currency),
        entity=item.entity_id,
        url=web_address(fields.get("RECORD_URL")),
    )


def read_date(text: Any) -> date | str | None:
    """An accounting date of a record, the text itself where it is none, None for nothing."""
    if not text:
        return None
    try:
        return parse_date(str(text))
    except ValueError:
        return str(text)


def read_amount(text: Any) -> Decimal | str | None:
    if not text:
        return None
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        return str(text)
    return number if number.is_finite() else str(text)


def entity_names(connection: Connection) -> dict[str, str]:
    """Names of the entities by id, as Intacct listed them at the last sign-in; "" is the top level."""
    names = {str(entity["id"]): f"{entity['id']} {entity['name']}".strip() for entity in connection.entities}
    return {"": "Top level", UNKNOWN_OWNER: "Unknown", **names}


Fact = dict[str, Any]


def fact(label: str, value: Any = "", **more: Any) -> Fact:
    """One line of partials/facts.html."""
    return {"label": label, "value": value, **more}


def dated(value: date | str | None) -> Any:
    return when(value) if isinstance(value, date) else value


def priced(value: Decimal | str | None, currency: str) -> Any:
    return amount(value, currency) if isinstance(value, Decimal) else value


def shown_value(value: Any, currency: str) -> Any:
    """Any value of a project as pages show it: dates, amounts and yes or no in words."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return dated(value) if isinstance(value, date) else priced(value, currency)


def record_facts(row: RecordRow, entities: dict[str, str]) -> list[Fact]:
    fields = known_fields(row.item)
    customer = " ".join(part for part in (row.customer_id, row.customer_name) if part)
    return [
        fact("Project ID", row.item.business_id),
        fact("Status", row.status),
        fact("Customer", customer),
        fact("Contract amount", priced(row.amount, row.currency)),
        fact("Begins", dated(row.begins)),
        fact("Ends", dated(row.ends)),
        fact("Type", fields.get("PROJECTTYPE", "")),
        fact("Category", fields.get("PROJECTCATEGORY", "")),
        fact("Parent project", fields.get("PARENTID", "")),
        fact("Location", fields.get("LOCATIONID", "")),
        fact("Department", fields.get("DEPARTMENTID", "")),
        fact("Entity", entities.get(row.entity, row.entity)),
        fact("Description", fields.get("DESCRIPTION", "")),
        fact("Active in Intacct", "Yes" if row.item.is_active else "No" if row.item.is_known else NOT_READ),
    ]


def names_of_places(project: Project) -> dict[str, str]:
    """The location, department and entity of a project as people know them, by id; an id alone where it is unknown."""
    wanted = {"locations": project.location_id, "departments": project.department_id, "entities": project.entity_id}
    asked = Q()
    for kind, business_id in wanted.items():
        if business_id:
            asked |= Q(kind=kind, business_id=business_id)
    found = ListItem.objects.filter(asked).order_by("pk") if asked else ListItem.objects.none()
    return {item.business_id: f"{item.business_id} {item.name}".strip() for item in found}


def project_facts(project: Project, places: Mapping[str, str]) -> list[Fact]:
    customer = " ".join(part for part in (project.customer_id, project.customer_name) if part)
    return [
        fact("Project number", project.number),
        fact("Status", project.status),
        fact("Customer", customer),
        fact("Contract amount", priced(project.contract_amount, project.currency)),
        fact("Begins", dated(project.begins_on)),
        fact("Ends", dated(project.ends_on)),
        fact("Type", project.project_type),
        fact("Parent project", project.parent_number),
        fact("Location", places.get(project.location_id, project.location_id)),
        fact("Department", places.get(project.department_id, project.department_id)),
        fact("Owning entity", places.get(project.entity_id, project.entity_id or "Top level")),
        fact("Active", "Yes" if project.is_active else "No"),
    ]
