"""Why this person cannot do something now, in the sentence that disables the button; "" when they can.

Owns no rule: roles come from memberships, the rest from integrations.gateway.access. The post checks again.
"""

from accounts.access import TenantRequest, role_reason
from accounts.models import Role
from erp_admin.projects.flow import ProjectImport
from integrations.gateway.access import why_not_sync
from integrations.models import Connection
from integrations.runs.flow import flow_for
from integrations.runs.selectors import why_not_run


def sync_reason(request: TenantRequest, connection: Connection | None) -> str:
    """Why lists cannot be read from Intacct now."""
    return role_reason(request, Role.ACCOUNTANT) or str(why_not_sync(connection) or "")


def import_reason(request: TenantRequest, connection: Connection | None) -> str:
    """Why projects cannot be imported now."""
    refused = why_not_run(connection, flow_for(ProjectImport.key))
    return role_reason(request, Role.ACCOUNTANT) or str(refused or "")
