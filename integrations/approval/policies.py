"""Which policy applies to a document, which steps it asks for, and both in words.

Pure but for `PolicyBook`, which reads the policies of the tenant once. Stores nothing.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, Final

from django.utils.text import get_text_list

from accounts.models import Role
from accounts.ui.formats import shown_amount
from integrations.approval.subjects import Subject
from integrations.models import ApprovalPolicy, Way

LEAST_ROLE: Final = Role.ACCOUNTANT  # who decides about documents at all
MOST_STEPS: Final = 3
NOT_COMPARABLE: Final = "Its currency cannot be compared with the limits, so it takes all steps."


@dataclass(frozen=True)
class PolicyStep:
    """A role, or named people; with a limit it is asked for from that amount on."""

    name: str = ""
    role: Role | None = None
    people: tuple[int, ...] = ()
    above: Decimal | None = None

    @property
    def asks(self) -> str:
        """What a decision has to fit to count for it: its name, and who gives it."""
        text = json.dumps([self.name, self.role or "", sorted(self.people)])
        return hashlib.sha256(text.encode()).hexdigest()[:48]

    def who(self, names: Mapping[int, str]) -> str:
        """Who gives it, in words; people who left the company give nothing."""
        if self.role is not None:
            return f"anybody with the role {self.role.label}"
        present = [names[pk] for pk in self.people if pk in names]
        return get_text_list(present, "or") if present else "nobody any more; an admin changes the policy"

    def stored(self) -> dict[str, Any]:
        above = None if self.above is None else str(self.above)
        return {"name": self.name, "role": self.role or "", "people": list(self.people), "above": above}


def steps_of(policy: ApprovalPolicy) -> tuple[PolicyStep, ...]:
    """The steps as stored. What is damaged becomes a step that nobody can give, never one that is left out."""
    rows = policy.steps if isinstance(policy.steps, list) else [{}]
    return tuple(_step(row if isinstance(row, dict) else {}) for row in rows)


def _step(row: Mapping[str, Any]) -> PolicyStep:
    role = Role(row["role"]) if row.get("role") in Role.values else None
    people = tuple(pk for pk in row.get("people") or () if isinstance(pk, int))
    try:
        above = Decimal(row["above"]) if row.get("above") else None
    except (InvalidOperation, TypeError):
        above = None
    return PolicyStep(str(row.get("name", "")), role, people, above)


@dataclass(frozen=True)
class Required:
    """The steps that a document needs, by which policy, and what is to be said of that."""

    policy: ApprovalPolicy | None = None
    steps: tuple[PolicyStep, ...] = ()
    note: str = ""

    @property
    def forbids_self(self) -> bool:
        return self.policy is not None and self.policy.forbids_self


def applying(policies: Collection[ApprovalPolicy], subject: Subject) -> ApprovalPolicy | None:
    """The most specific policy about the document: of its project, then of its entity, then of its type."""
    fitting = [
        each
        for each in policies
        if each.flow == subject.flow
        and each.entity_id in ("", subject.entity)
        and each.project_number in ("", subject.project)
    ]
    return max(fitting, key=lambda each: (bool(each.project_number), bool(each.entity_id)), default=None)


def required(policy: ApprovalPolicy | None, subject: Subject) -> Required:
    """What a policy asks for. Direct approval is a step only where somebody may not give it: the author."""
    if policy is None:
        return Required()
    steps = steps_of(policy)
    if policy.way == Way.DIRECT:
        return Required(policy, (PolicyStep(role=LEAST_ROLE),) if policy.forbids_self else ())
    if policy.way == Way.AMOUNT and subject.is_comparable:
        asked = tuple(each for each in steps if each.above is None or abs(subject.amount) >= each.above)
        return Required(policy, asked or _implied(policy))
    return Required(policy, steps or (PolicyStep(),), NOT_COMPARABLE if policy.way == Way.AMOUNT else "")


def _implied(policy: ApprovalPolicy) -> tuple[PolicyStep, ...]:
    """Below all limits it is approved directly."""
    return (PolicyStep(role=LEAST_ROLE),) if policy.forbids_self else ()


def place_of(policy: ApprovalPolicy) -> str:
    """What a policy is about, below its type: “project 100 of entity 10”."""
    parts = []
    if policy.project_number:
        parts.append(f"project {policy.project_number}")
    if policy.entity_id:
        parts.append(f"entity {policy.entity_id}")
    return " of ".join(parts)


def why_applies(policy: ApprovalPolicy | None) -> str:
    """Which policy applies and why, in one sentence."""
    if policy is None:
        return "No policy is about it, so whoever may enter it may approve it."
    place = place_of(policy)
    if not place:
        return "The policy of its type applies."
    return f"The policy of {place} applies: it is the most specific one."


def sentence(policy: ApprovalPolicy, plural: str, names: Mapping[int, str], currency: str) -> str:
    """A policy in words, as it would be read out."""
    about = f"{plural.capitalize()} of {place}" if (place := place_of(policy)) else plural.capitalize()
    own = " Who entered or last edited one does not approve it, and nobody gives two steps." * policy.forbids_self
    steps = steps_of(policy)
    if policy.way == Way.DIRECT or not steps:
        return f"{about} are approved by anybody who may enter them.{own}"
    told = [_told(each, policy, names, currency) for each in steps]
    below = ""
    if policy.way == Way.AMOUNT:
        below = " What is in another currency takes all steps."
        if all(each.above for each in steps):
            lowest = min(each.above for each in steps if each.above is not None)
            below = f" Below {shown_amount(lowest, currency)} anybody who may enter them approves them.{below}"
    return f"{about} are approved by {', then by '.join(told)}.{below}{own}"


def _told(step: PolicyStep, policy: ApprovalPolicy, names: Mapping[int, str], currency: str) -> str:
    limit = ""
    if policy.way == Way.AMOUNT and step.above:
        limit = f" from {shown_amount(step.above, currency)} on"
    return f"{step.who(names)}{f' ({step.name})' if step.name else ''}{limit}"


class PolicyBook:
    """The policies of the current tenant, read once, for the questions about many documents."""

    @cached_property
    def policies(self) -> Sequence[ApprovalPolicy]:
        return list(ApprovalPolicy.objects.select_related("saved_by"))

    def required(self, subject: Subject) -> Required:
        if not subject.flow:
            return Required()
        return required(applying(self.policies, subject), subject)
