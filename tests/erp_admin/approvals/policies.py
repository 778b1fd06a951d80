"""Policies as tests of approvals save them, and documents under them."""

from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import Role, Tenant, User
from erp_admin.documents.types import type_for
from erp_admin.models import Commitment, CommitmentLine, Project
from erp_admin.purchasing.service import save_commitment
from integrations.approval.policies import PolicyStep
from integrations.approval.policy_service import PolicyChoices, save_policy
from integrations.approval.reviews import ReviewBook, Standing
from integrations.models import ApprovalPolicy, Way

ACCOUNTING = PolicyStep("Accounting", Role.ACCOUNTANT)
DIRECTOR = PolicyStep("Director", Role.ADMIN)


def policy(
    tenant: Tenant,
    by: User,
    *steps: PolicyStep,
    way: Way = Way.REVIEW,
    forbids_self: bool = False,
    entity: str = "",
    project: str = "",
    flow: str = "commitments",
) -> ApprovalPolicy:
    """Save a policy, over the one of the same place where there is one."""
    found = ApprovalPolicy.objects.filter(flow=flow, entity_id=entity, project_number=project).first()
    choices = PolicyChoices(flow, entity, project, way, steps, forbids_self)
    return save_policy(
        tenant, found, choices, version=found.version if found else 0, plural=type_for(flow).plural, by=by
    )


def entered(tenant: Tenant, price: str = "12500.00", number: str = "SC-1", **more: Any) -> Commitment:
    """A draft of one line."""
    facts: dict[str, Any] = {"kind": "subcontract", "title": "Footings", "vendor_id": "V-1", "currency": "USD"}
    document = Commitment(tenant=tenant, number=number, dated_on=date(2026, 3, 2), **{**facts, **more})
    return save_commitment(document, [CommitmentLine(number=1, description="Part", unit_price=Decimal(price))])


def edited(document: Commitment, price: str) -> Commitment:
    """Saved with another price of its line."""
    (line,) = document.lines.all()
    line.unit_price = Decimal(price)
    return save_commitment(document, [line])


def project(tenant: Tenant, number: str) -> Project:
    return Project.objects.create(tenant=tenant, number=number, name="Bridge", currency="USD")


def review_of(document: Any) -> Standing:
    """What a document needs and has."""
    return ReviewBook().standing(document)
