"""Every function this gateway answers, by the name it has on the wire.

Owns the list of handlers. Must name exactly the functions whose shapes are published in shapes.py.
"""

from __future__ import annotations

from collections.abc import Callable

from integrations.sandbox.data.context import Context
from integrations.sandbox.functions.company import (
    get_applications,
    get_audit_trail,
    get_companyprefs,
    get_dimension_relationships,
    get_dimensions,
    get_financial_setup,
    get_user_permissions,
    read_entity_details,
    read_user_formatting,
)
from integrations.sandbox.functions.metadata import inspect, lookup
from integrations.sandbox.functions.queries import query
from integrations.sandbox.functions.reads import read, read_by_name, read_by_query, read_more
from integrations.sandbox.functions.session import get_api_session
from integrations.sandbox.functions.writes import create, delete, update
from integrations.sandbox.wire.answer import Payload

Handler = Callable[[Context], Payload]

HANDLERS: dict[str, Handler] = {
    "getAPISession": get_api_session,
    "query": query,
    "lookup": lookup,
    "inspect": inspect,
    "readByQuery": read_by_query,
    "readMore": read_more,
    "read": read,
    "readByName": read_by_name,
    "create": create,
    "update": update,
    "delete": delete,
    "getUserPermissions": get_user_permissions,
    "readUserFormatting": read_user_formatting,
    "getAuditTrail": get_audit_trail,
    "getFinancialSetup": get_financial_setup,
    "getDimensions": get_dimensions,
    "getDimensionRelationships": get_dimension_relationships,
    "readEntityDetails": read_entity_details,
    "get_applications": get_applications,
    "get_companyprefs": get_companyprefs,
}
