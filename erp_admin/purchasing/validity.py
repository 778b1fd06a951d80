"""Whether a commitment takes change orders. Owns that rule; asks the database nothing."""

from accounts.refusal import Refused
from erp_admin.models import Commitment
from integrations.models import Approval


def why_not_added(commitment: Commitment) -> Refused | None:
    """Why no change order can be added to a commitment; None when one can."""
    if commitment.approval != Approval.VOID:
        return None
    sentence = f"Commitment {commitment.number} is void, so it takes no change orders."
    return Refused(sentence, "Set it back to draft first.", code="VOID")
