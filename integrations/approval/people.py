"""Who of the company's people may give a step, themselves or in place of somebody who is away.

Reads the tenant's members and substitutes once. Knows no document; stores nothing.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import current_tenant
from integrations.approval.policies import LEAST_ROLE, PolicyStep
from integrations.models import Substitute


class People:
    """The active members of the current tenant, and who stands in for whom today."""

    @cached_property
    def members(self) -> Mapping[int, Membership]:
        found = Membership.objects.filter(tenant=current_tenant(), user__is_active=True).select_related("user")
        return {each.user_id: each for each in found}

    @cached_property
    def names(self) -> Mapping[int, str]:
        return {pk: str(each.user) for pk, each in self.members.items()}

    @cached_property
    def _away(self) -> Mapping[int, list[int]]:
        """Whom each person stands in for today, by the company's calendar."""
        tenant = current_tenant()
        today = timezone.now().astimezone(tenant.zone).date() if tenant is not None else timezone.now().date()
        found: dict[int, list[int]] = {}
        for each in Substitute.objects.filter(starts_on__lte=today, ends_on__gte=today):
            found.setdefault(each.substitute_id, []).append(each.person_id)
        return found

    def decides(self, pk: int | None) -> bool:
        """Whether the person decides about documents at all."""
        return pk is not None and pk in self.members and self.members[pk].may(LEAST_ROLE)

    def stands_for(self, pk: int) -> Iterator[int]:
        """The person, then those they stand in for today."""
        yield pk
        yield from self._away.get(pk, ())

    def fits(self, pk: int, step: PolicyStep) -> bool:
        """Whether a step is this person's."""
        if not self.decides(pk):
            return False
        return self.members[pk].may(step.role) if step.role is not None else pk in step.people
