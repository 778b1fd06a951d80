"""Commitments and change orders as pages know them: words, addresses, and the way to where a problem is fixed.

One set of views serves both; what differs between them stands here. Owns no rule.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts import codes
from accounts.access import TenantRequest
from accounts.codes import Link, Subject
from accounts.models import Role
from erp_admin import document_selectors as selectors
from erp_admin.models import ChangeOrder, Commitment
from erp_admin.views.reasons import role_reason
from integrations.codes import EDIT_DOCUMENT
from integrations.engine.push_flow import PushFlow
from integrations.models import Connection
from integrations.selectors import why_not_run
from integrations.services.pushes import push_flow


@dataclass(frozen=True)
class Desk:
    """`many` is the address name of the list and the key of the flow, `one` the address name of one document."""

    many: str
    one: str
    model: type[Any]
    noun: str
    plural: str
    title: str
    lead: str
    icon: str
    empty_title: str
    empty_text: str

    @property
    def flow(self) -> PushFlow:
        return push_flow(self.many)

    @property
    def new_url_name(self) -> str:
        return f"new_{self.one}"


DESKS: Final = {
    "commitments": Desk(
        many="commitments",
        one="commitment",
        model=Commitment,
        noun="commitment",
        plural="commitments",
        title="Commitments",
        lead="What you have agreed to pay subcontractors and suppliers, and what Sage Intacct holds of it.",
        icon="file-earmark-text",
        empty_title="No commitments yet",
        empty_text="Subcontracts and purchase orders appear here once you enter them. Approved ones are pushed to Sage "
        "Intacct as purchasing transactions, each exactly once.",
    ),
    "change_orders": Desk(
        many="change_orders",
        one="change_order",
        model=ChangeOrder,
        noun="change order",
        plural="change orders",
        title="Change orders",
        lead="What changed in commitments after they were agreed, and what Sage Intacct holds of it.",
        icon="file-earmark-diff",
        empty_title="No change orders yet",
        empty_text="Changes of commitments appear here once you enter them. Each waits for its commitment and is then "
        "pushed to Sage Intacct as a change order of it.",
    ),
}


def desk_of(model: type[Any]) -> Desk:
    return next(desk for desk in DESKS.values() if desk.model is model)


def document_or_404(desk: Desk, pk: int) -> Any:
    return get_object_or_404(selectors.documents(desk.model), pk=pk)


def tenant_url(request: TenantRequest, name: str, **arguments: Any) -> str:
    return reverse(name, kwargs={"tenant_slug": request.tenant.slug, **arguments})


def document_url(request: TenantRequest, desk: Desk, document: Any, what: str = "") -> str:
    """The address of a document, or of what can be done with it."""
    return tenant_url(request, f"{what}_{desk.one}" if what else desk.one, pk=document.pk)


def list_url(request: TenantRequest, desk: Desk) -> str:
    query = request.GET.urlencode()
    return f"{tenant_url(request, desk.many)}?{query}" if query else tenant_url(request, desk.many)


def push_reason(request: TenantRequest, desk: Desk, connection: Connection | None) -> str:
    """Why this person cannot push now, or ""."""
    return role_reason(request, Role.ACCOUNTANT) or str(why_not_run(connection, desk.flow) or "")


def where_to_fix(request: TenantRequest, desk: Desk, code: str, document: Any) -> Link:
    """The page where the cause of a code is fixed: as declared, else the form of the document."""
    is_change = isinstance(document, ChangeOrder)
    parent = Subject("commitment", "commitment", document.commitment_id) if is_change else None
    subject = Subject(desk.one, desk.noun, document.pk, parent)
    return codes.where_to_fix(code, request.tenant.slug, subject, otherwise=EDIT_DOCUMENT)


def is_at_a_document(code: str) -> bool:
    """Whether the cause of a code is fixed at each document of its own, not once for all of them."""
    known = codes.declared(code)
    return known is None or known.place.is_at_a_document
