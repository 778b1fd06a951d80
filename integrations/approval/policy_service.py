"""Saves what a company chose about approvals: policies, rights to push, substitutes. The one writer of these.

Each choice is written to the audit trail in words. Raises Outdated where somebody saved the policy meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from accounts.audit import record_event
from accounts.models import Role, Tenant, User
from accounts.refusal import Refused
from accounts.ui.formats import shown_day
from integrations.approval.people import People
from integrations.approval.policies import PolicyStep, sentence
from integrations.approval.push_rights import least_role
from integrations.event_kinds import IntegrationEvent
from integrations.models import ApprovalPolicy, PushRight, Substitute, Way


class Outdated(Exception):
    """Somebody saved the policy since the form was filled in; `policy` is what is in force, None where it is gone."""

    def __init__(self, policy: ApprovalPolicy | None) -> None:
        super().__init__("The policy was saved meanwhile.")
        self.policy = policy


@dataclass(frozen=True)
class PolicyChoices:
    """What a person chose: what the policy is about, and how approvals come about there."""

    flow: str
    entity_id: str
    project_number: str
    way: Way
    steps: tuple[PolicyStep, ...]
    forbids_self: bool

    def put_into(self, policy: ApprovalPolicy) -> ApprovalPolicy:
        policy.flow, policy.entity_id, policy.project_number = self.flow, self.entity_id, self.project_number
        policy.way, policy.forbids_self = self.way, self.forbids_self
        policy.steps = [] if self.way == Way.DIRECT else [each.stored() for each in self.steps]
        return policy


def save_policy(
    tenant: Tenant, policy: ApprovalPolicy | None, choices: PolicyChoices, *, version: int, plural: str, by: User
) -> ApprovalPolicy:
    """Save a policy, a new one for None. Raises Outdated."""
    try:
        with transaction.atomic():
            stored = ApprovalPolicy.objects.select_for_update().filter(pk=policy.pk).first() if policy else None
            if policy is not None and (stored is None or stored.version != version):
                raise Outdated(stored)
            saved = choices.put_into(stored or ApprovalPolicy(tenant=tenant))
            saved.version += 1
            saved.saved_by = by
            saved.save()
            told = sentence(saved, plural, People().names, tenant.base_currency)
            record_event(IntegrationEvent.POLICY_SAVED, told, about=saved, by=by)
    except IntegrityError:
        place = {"entity_id": choices.entity_id, "project_number": choices.project_number}
        raise Outdated(ApprovalPolicy.objects.filter(flow=choices.flow, **place).first()) from None
    return saved


@transaction.atomic
def remove_policy(policy: ApprovalPolicy, *, plural: str, by: User) -> None:
    """Remove a policy: the next one that is about its documents applies, or none."""
    told = sentence(policy, plural, People().names, policy.tenant.base_currency)
    record_event(IntegrationEvent.POLICY_REMOVED, f"No longer: {told}", about=policy, by=by)
    policy.delete()


@transaction.atomic
def set_push_rights(tenant: Tenant, chosen: Mapping[str, Role], plurals: Mapping[str, str], *, by: User) -> bool:
    """Say which role pushes documents of each flow; whether that changed anything."""
    changed = {flow: role for flow, role in chosen.items() if role != least_role(flow)}
    for flow, role in changed.items():
        PushRight.objects.update_or_create(tenant=tenant, flow=flow, defaults={"least_role": role})
        told = f"Pushing {plurals[flow]} needs the role {role.label}"
        record_event(IntegrationEvent.POLICY_SAVED, told, about=tenant, by=by)
    return bool(changed)


@transaction.atomic
def set_substitute(
    tenant: Tenant, person: User, substitute: User, starts_on: date, ends_on: date, *, by: User
) -> Substitute:
    """Have `substitute` give the steps of `person` on these days. Raises Refused for people who cannot."""
    people = People()
    if person.pk == substitute.pk:
        raise Refused("Nobody is their own substitute.", "Choose somebody else.", code="SUBSTITUTE")
    if not people.decides(person.pk) or not people.decides(substitute.pk):
        why = "Both need to be people of the company who decide about documents."
        raise Refused(why, "Choose others.", code="SUBSTITUTE")
    if ends_on < starts_on:
        raise Refused("The last day is before the first.", "Change one of them.", code="SUBSTITUTE")
    found = Substitute.objects.create(
        tenant=tenant, person=person, substitute=substitute, starts_on=starts_on, ends_on=ends_on
    )
    record_event(IntegrationEvent.SUBSTITUTE_SET, _told(found), about=found, by=by)
    return found


@transaction.atomic
def remove_substitute(found: Substitute, *, by: User) -> None:
    record_event(IntegrationEvent.SUBSTITUTE_SET, f"No longer: {_told(found)}", about=found, by=by)
    found.delete()


def _told(found: Any) -> str:
    days = f"{shown_day(found.starts_on)} to {shown_day(found.ends_on)}"
    return f"{found.substitute} approves in place of {found.person}, {days}"
