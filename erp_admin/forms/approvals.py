"""Forms of the approvals: a policy with its steps, the right to push, a substitute, a rejection.

Owns what is shown and how it becomes choices. What a policy means is decided by integrations.approval.
"""

from collections.abc import Mapping
from typing import Any, Final

from django import forms

from accounts.models import Membership, Role, Tenant
from erp_admin.documents.types import document_types
from erp_admin.forms.fields import AmountField, DayField
from erp_admin.forms.pickers import PickerSources
from erp_admin.models import Project
from integrations.approval.policies import LEAST_ROLE, MOST_STEPS, PolicyStep, steps_of
from integrations.approval.policy_service import PolicyChoices
from integrations.models import ApprovalPolicy, Connection, Way

LONGEST_REASON: Final = 300
ROLES: Final = tuple((role.value, str(role.label)) for role in Role if role.includes(LEAST_ROLE))
STEP_FIELDS: Final = ("name", "role", "people", "above")


class PolicyForm(forms.Form):
    """Bound to `data`, or filled in from a policy as it is stored; for a new one with nothing but the type."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    flow = forms.ChoiceField(label="Documents")
    way = forms.ChoiceField(label="How they are approved", choices=Way.choices, widget=forms.RadioSelect)
    forbids_self = forms.BooleanField(
        label="Nobody approves their own",
        required=False,
        help_text="Who entered or last edited a document does not approve it, and nobody gives two steps of it.",
    )

    def __init__(
        self,
        tenant: Tenant,
        connection: Connection | None,
        members: list[Membership],
        policy: ApprovalPolicy | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=_stored(policy))
        sources = PickerSources(tenant, connection)
        self.fields["flow"].choices = [(each.key, each.title) for each in document_types()]  # type: ignore[attr-defined]
        self.fields["entity"] = sources.code("entities", "Entity", "Leave it empty for every entity.", 80)
        self.fields["project"] = sources.project("Project", "Leave it empty for every project.")
        self.order_fields(["version", "flow", "entity", "project", "way", "forbids_self"])
        people = [(str(each.user_id), f"{each.user}") for each in members if each.may(LEAST_ROLE)]
        for number in range(1, MOST_STEPS + 1):
            self._add_step(number, people, tenant.base_currency)

    def _add_step(self, number: int, people: list[tuple[str, str]], currency: str) -> None:
        self.fields[f"name_{number}"] = forms.CharField(
            label=f"Name of step {number}", required=False, max_length=60, help_text="For example Accounting."
        )
        self.fields[f"role_{number}"] = forms.ChoiceField(
            label=f"Role that gives step {number}", required=False, choices=[("", "Named people"), *ROLES]
        )
        self.fields[f"people_{number}"] = forms.MultipleChoiceField(
            label=f"People who give step {number}",
            required=False,
            choices=people,
            widget=forms.CheckboxSelectMultiple,
            help_text="Any one of them. They count where no role is chosen.",
        )
        self.fields[f"above_{number}"] = AmountField(
            label=f"Step {number} from this amount on",
            required=False,
            help_text=f"In {currency}, where it goes by amount. Empty: always.",
        )

    @property
    def step_fields(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The fields of each step, for the page."""
        numbers = range(1, MOST_STEPS + 1)
        return [(number, [self[f"{name}_{number}"] for name in STEP_FIELDS]) for number in numbers]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("way") in (Way.REVIEW, Way.AMOUNT):
            self._clean_steps(cleaned)
        return cleaned

    def _clean_steps(self, cleaned: Mapping[str, Any]) -> None:
        ends = False
        for number in range(1, MOST_STEPS + 1):
            role, people = cleaned.get(f"role_{number}"), cleaned.get(f"people_{number}")
            if not role and not people:
                if number == 1:
                    self.add_error("role_1", "Choose a role or people: a review has at least one step.")
                elif cleaned.get(f"name_{number}") or cleaned.get(f"above_{number}") is not None:
                    self.add_error(f"role_{number}", "Choose a role or people, or leave the whole step empty.")
                ends = True
                continue
            if role and people:
                self.add_error(f"people_{number}", "Choose either a role or people.")
            if ends and number > 1:
                self.add_error(f"role_{number}", "Fill in the step before it first.")
            above = cleaned.get(f"above_{number}")
            if above is not None and above < 0:
                self.add_error(f"above_{number}", "Enter an amount of 0 or more.")

    def choices(self) -> PolicyChoices:
        """What was chosen, of a valid form."""
        typed = self.cleaned_data
        project: Project | None = typed["project"]
        way = Way(typed["way"])
        return PolicyChoices(
            typed["flow"],
            typed["entity"],
            project.number if project is not None else "",
            way,
            tuple(step for number in range(1, MOST_STEPS + 1) if (step := self._step(number, way)) is not None),
            typed["forbids_self"],
        )

    def _step(self, number: int, way: Way) -> PolicyStep | None:
        typed = self.cleaned_data
        role, people = typed[f"role_{number}"], typed[f"people_{number}"]
        if not role and not people:
            return None
        above = typed[f"above_{number}"] if way == Way.AMOUNT else None
        name = typed[f"name_{number}"]
        return PolicyStep(name, Role(role) if role else None, tuple(int(pk) for pk in people), above)


def _stored(policy: ApprovalPolicy | None) -> dict[str, Any]:
    if policy is None:
        return {"version": 0, "way": Way.REVIEW}
    initial: dict[str, Any] = {
        "version": policy.version,
        "flow": policy.flow,
        "entity": policy.entity_id,
        "project": policy.project_number,
        "way": policy.way,
        "forbids_self": policy.forbids_self,
    }
    for number, step in enumerate(steps_of(policy), start=1):
        initial[f"name_{number}"], initial[f"role_{number}"] = step.name, step.role or ""
        initial[f"people_{number}"] = [str(pk) for pk in step.people]
        initial[f"above_{number}"] = step.above
    return initial


class PushRightsForm(forms.Form):
    """The least role that pushes documents of each type."""

    def __init__(self, roles: Mapping[str, Role], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="push")
        for each in document_types():
            self.fields[each.key] = forms.ChoiceField(
                label=f"Least role that pushes {each.plural}", choices=ROLES, initial=roles[each.key]
            )

    def chosen(self) -> dict[str, Role]:
        return {key: Role(value) for key, value in self.cleaned_data.items()}


class SubstituteForm(forms.Form):
    """Who approves in place of whom, and when. Only admins choose for somebody else."""

    starts_on = DayField(label="First day")
    ends_on = DayField(label="Last day")

    def __init__(self, members: list[Membership], own: Membership, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="away")
        people = [(str(each.user_id), str(each.user)) for each in members if each.may(LEAST_ROLE)]
        whose = people if own.may(Role.ADMIN) else [each for each in people if each[0] == str(own.user_id)]
        self.fields["person"] = forms.ChoiceField(label="Who is away", choices=whose, initial=str(own.user_id))
        self.fields["substitute"] = forms.ChoiceField(label="Who approves meanwhile", choices=people)
        self.order_fields(["person", "substitute", "starts_on", "ends_on"])
