"""Approved change orders of a commitment: what is written with them is in part the commitment's.

Owns that their approval falls when the commitment becomes something else, whoever changed it. Decides nothing else.
"""

from collections.abc import Sequence

from erp_admin.models import ChangeOrder, Commitment
from integrations.approval.service import covered_by_approval, let_fall
from integrations.models import Approval, Covered


def covered_changes(document: Commitment | ChangeOrder) -> list[tuple[ChangeOrder, Covered]]:
    """Its approved change orders that are not in Intacct yet, with what their approval covers. Call it before."""
    if not document.pk or isinstance(document, ChangeOrder):
        return []
    approved = document.change_orders.filter(approval=Approval.APPROVED, remote_id="")
    return [(change, covered_by_approval(change)) for change in approved.select_for_update().order_by("pk")]


def let_changes_fall(of_changes: Sequence[tuple[ChangeOrder, Covered]]) -> None:
    """Let those fall that were approved with other values of the commitment. Call it once that is saved."""
    for change, covered in of_changes:
        let_fall(change, covered)
