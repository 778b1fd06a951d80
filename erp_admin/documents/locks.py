"""What every document has in common that may not be changed now: one being pushed, one that Intacct does not show."""

from erp_admin.documents.types import Lock
from integrations.models import Delivery, PushedDocument


def lock_of_push(document: PushedDocument) -> Lock | None:
    """The lock that a push or a missing record puts on a stored document; None where neither does."""
    if document.is_locked:
        if document.delivery == Delivery.HELD:
            reason = "Its push is held, so it cannot be changed now."
            return Lock(reason, "Free it as said above, or take the push back.")
        reason = "It is being pushed to Intacct, so it cannot be changed now."
        return Lock(reason, "Wait until it has arrived, or take the push back.")
    if document.remote_id and document.missing_there:
        reason = f"Intacct does not show {document.remote_id} any more, so a change could not be pushed."
        return Lock(reason, "Recreate it, or unlink it, first.")
    return None
