"""Why this person cannot do something now, in the sentence that disables the button; "" when they can.

Owns no rule: roles come from memberships, the rest from integrations.selectors. The post checks again.
"""

from accounts.access import TenantRequest, role_reason
from accounts.models import Role
from erp_admin.flows.projects import ProjectImport
from integrations.engine.flow import flow_for
from integrations.models import Connection
from integrations.selectors import why_not_run, why_not_sync


def sync_reason(request: TenantRequest, connection: Connection | None) -> str:
    """Why lists cannot be read from Intacct now."""
    return role_reason(request, Role.ACCOUNTANT) or str(why_not_sync(connection) or "")


def import_reason(request: TenantRequest, connection: Connection | None) -> str:
    """Why projects cannot be imported now."""
    refused = why_not_run(connection, flow_for(ProjectImport.key))
    return role_reason(request, Role.ACCOUNTANT) or str(refused or "")
