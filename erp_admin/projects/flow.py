"""Projects: Intacct's projects imported as ours. The mapping is the table below; integrations.imports does the work.

Owns what a project takes over and its switch. Must not read nor store anything itself.
"""

from accounts.models import Tenant
from erp_admin.models import Project
from integrations.imports.contract import FieldKind, ImportDeclaration, ImportedField
from integrations.imports.flow import ImportFlow
from integrations.lists import KINDS_BY_KEY, Permission
from integrations.settings.declared import Switch

SYNC_PROJECTS = Switch(
    key="sync_projects",
    label="Sync Projects",
    effect="Import projects from Intacct in ERP Admin → Projects.",
    permissions=(Permission("Projects", "Project statuses"), Permission("Projects", "Project types")),
    order=10,
)


def _base_currency(tenant: Tenant) -> str:
    """A project without a currency of its own is in the company's."""
    return tenant.base_currency


def _named(project: Project) -> str:
    return f"{project.number} “{project.name}”"


PROJECTS = ImportDeclaration(
    kind=KINDS_BY_KEY["projects"],
    model=Project,
    noun="project",
    plural="projects",
    active="is_active",
    named=_named,
    fields=(
        ImportedField("name", "NAME"),
        ImportedField("status", "PROJECTSTATUS"),
        ImportedField("project_type", "PROJECTTYPE"),
        ImportedField("parent_number", "PARENTID"),
        ImportedField("customer_id", "CUSTOMERID"),
        ImportedField("customer_name", "CUSTOMERNAME"),
        ImportedField("location_id", "LOCATIONID"),
        ImportedField("department_id", "DEPARTMENTID"),
        ImportedField("entity_id", "MEGAENTITYID"),
        ImportedField("begins_on", "BEGINDATE", FieldKind.DATE),
        ImportedField("ends_on", "ENDDATE", FieldKind.DATE),
        ImportedField("contract_amount", "CONTRACTAMOUNT", FieldKind.AMOUNT),
        ImportedField("currency", "CURRENCY", otherwise=_base_currency),
    ),
    searched=("CUSTOMERNAME", "CUSTOMERID"),
    sorts={"customer": ("fields__CUSTOMERNAME", "business_id")},
)


class ProjectImport(ImportFlow[Project]):
    key = "projects"
    title = "Import projects"
    plural = "projects"
    switch = SYNC_PROJECTS
    document_url_name = "project"
    list_url_name = "projects"
    declaration = PROJECTS
