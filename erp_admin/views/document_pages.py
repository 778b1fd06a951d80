"""Where the pages of a document type lead: addresses, why a person cannot push, and where a problem is fixed.

One set of views serves every type; what differs between them stands in documents.types. Owns no rule.
"""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse

from accounts import codes
from accounts.access import TenantRequest, role_reason
from accounts.codes import Link, Subject
from erp_admin.documents import selectors
from erp_admin.documents.types import AnyType, parent_type_of
from erp_admin.views.chosen import ListPlace, list_query, with_query
from integrations.codes import DOCUMENT, EDIT_DOCUMENT
from integrations.models import Connection
from integrations.runs.selectors import why_not_run


def document_or_404(document_type: AnyType, pk: int) -> Any:
    return get_object_or_404(selectors.documents(document_type.model), pk=pk)


def tenant_url(request: TenantRequest, name: str, **arguments: Any) -> str:
    return reverse(name, kwargs={"tenant_slug": request.tenant.slug, **arguments})


def document_url(request: TenantRequest, document_type: AnyType, document: Any, what: str = "") -> str:
    """The address of a document, or of what can be done with it."""
    return tenant_url(request, f"{what}_{document_type.one}" if what else document_type.one, pk=document.pk)


def list_url(request: TenantRequest, document_type: AnyType) -> str:
    """The list with its filters."""
    return with_query(tenant_url(request, document_type.key), list_query(request))


def list_place(request: TenantRequest, document_type: AnyType) -> ListPlace:
    return ListPlace(document_type.key, document_type.title, list_url(request, document_type))


def action_reason(request: TenantRequest, document_type: AnyType, key: str) -> str:
    """Why the role of this person is not enough for an action, or ""; KeyError for one the type does not offer."""
    return role_reason(request, document_type.action(key).role)


def push_reason(request: TenantRequest, document_type: AnyType, connection: Connection | None) -> str:
    """Why this person cannot push now, or ""."""
    return action_reason(request, document_type, "push") or str(why_not_run(connection, document_type.flow) or "")


def where_to_fix(request: TenantRequest, document_type: AnyType, code: str, document: Any) -> Link:
    """The page where the cause of a code is fixed: as declared, else the form of the document."""
    parent_type, parent = parent_type_of(document_type), None
    if parent_type is not None and document_type.parent is not None:
        parent = Subject(parent_type.one, parent_type.noun, getattr(document, f"{document_type.parent.attribute}_id"))
    subject = Subject(document_type.one, document_type.noun, document.pk, parent)
    try:
        return codes.where_to_fix(code, request.tenant.slug, subject, otherwise=EDIT_DOCUMENT)
    except NoReverseMatch:  # a type that is not edited or linked here: its own page says what can be done
        return codes.link_to(DOCUMENT, request.tenant.slug, subject)


def is_at_a_document(code: str) -> bool:
    """Whether the cause of a code is fixed at each document of its own, not once for all of them."""
    known = codes.declared(code)
    return known is None or known.place.is_at_a_document
