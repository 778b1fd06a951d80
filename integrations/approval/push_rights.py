"""Who may push documents of a type, as the company chose it. Reads only; pages and requests for pushes ask here."""

from accounts.models import Membership, Role, User
from accounts.refusal import Refused
from accounts.tenancy import current_tenant
from integrations.approval.policies import LEAST_ROLE
from integrations.models import PushRight


def least_role(flow: str) -> Role:
    """The least role that may push documents of a flow."""
    right = PushRight.objects.filter(flow=flow).first()
    return Role(right.least_role) if right is not None else LEAST_ROLE


def why_not_push(flow: str, by: User | None) -> Refused | None:
    """Why this person may not push documents of a flow, where the company chose who may.

    What nobody asked for, such as a command, is nobody's right.
    """
    if by is None or (right := PushRight.objects.filter(flow=flow).first()) is None:
        return None
    least = Role(right.least_role)
    member = Membership.objects.filter(tenant=current_tenant(), user=by.pk).first()
    if member is not None and member.may(least):
        return None
    own = f"yours is {member.get_role_display()}" if member is not None else "you are none of the company's people"
    sentence = f"Pushing these needs the role {least.label}; {own}."
    return Refused(sentence, "An admin changes that under Settings → Approvals.", code="PUSH-RIGHT")
