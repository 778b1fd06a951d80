"""Where the pages of a document type lead: addresses, why a person cannot push, and where a problem is mended.

One set of views serves every type; what differs between them stands in documents.types. Owns no rule.
"""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.access import TenantRequest, role_reason
from accounts.models import Role
from erp_admin.documents import selectors
from erp_admin.documents.types import DocumentType
from erp_admin.models import ChangeOrder
from integrations.models import Connection
from integrations.runs.selectors import why_not_run


def document_or_404(document_type: DocumentType, pk: int) -> Any:
    return get_object_or_404(selectors.documents(document_type.model), pk=pk)


def tenant_url(request: TenantRequest, name: str, **arguments: Any) -> str:
    return reverse(name, kwargs={"tenant_slug": request.tenant.slug, **arguments})


def document_url(request: TenantRequest, document_type: DocumentType, document: Any, what: str = "") -> str:
    """The address of a document, or of what can be done with it."""
    return tenant_url(request, f"{what}_{document_type.one}" if what else document_type.one, pk=document.pk)


def list_url(request: TenantRequest, document_type: DocumentType) -> str:
    query = request.GET.urlencode()
    return f"{tenant_url(request, document_type.many)}?{query}" if query else tenant_url(request, document_type.many)


def push_reason(request: TenantRequest, document_type: DocumentType, connection: Connection | None) -> str:
    """Why this person cannot push now, or ""."""
    return role_reason(request, Role.ACCOUNTANT) or str(why_not_run(connection, document_type.flow) or "")


def where_to_fix(request: TenantRequest, document_type: DocumentType, code: str, document: Any) -> tuple[str, str]:
    """Address and words of the place where a problem is mended."""
    if code == "SETTING":
        return tenant_url(request, "settings"), "Open the settings"
    if code in ("NOT-APPROVED", "PLAN-CHANGED", "DUP-EXISTS", "DUP-MANY", "DUP-CONTROLID", "MISSING", "DIFFERENT"):
        return document_url(request, document_type, document), f"Open the {document_type.noun}"
    if code == "PROJECT":
        return tenant_url(request, "projects"), "Open Projects"
    if code == "BASELINE":
        return document_url(request, document_type, document, "link"), "Link it"
    if code == "VENDOR" and isinstance(document, ChangeOrder):
        return tenant_url(request, "edit_commitment", pk=document.commitment_id), "Edit the commitment"
    return document_url(request, document_type, document, "edit"), f"Edit the {document_type.noun}"
