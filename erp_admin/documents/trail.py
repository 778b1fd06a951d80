"""Keeps the audit trail of documents: which columns of a type tell what people did, and which others tell already.

Owns the columns left out. Writes no entry: each change of a record is written by `accounts.audit`.
"""

from typing import Final

from accounts.audit import audit_model
from erp_admin.documents.types import AnyType

# What the push ledger writes into a document; its events tell that story.
LEDGER: Final = (
    "connection", "delivery", "changed_here", "changed_there", "missing_there", "compared_fields", "comparable_fields",
    "state_reason", "state_advice", "remote_state", "remote_digest", "remote_facts", "remote_record_no", "remote_url",
    "refreshed_at", "delivered_at", "verified_at", "difference", "created_at", "updated_at", "number_key",
    "is_blocked", "blocked_reason", "judged_for", "judged_at",
)  # fmt: skip
# What a decision stores besides the approval: the event of the decision says it in words.
DECISION: Final = ("approval_before", "approval_reason", "approved_at", "approved_by", "approved_digest")
LINE_LEDGER: Final = ("remote_record_no", "remote_line_no")


def audit_type(document_type: AnyType) -> None:
    """Keep what people change of its documents and their lines."""
    audit_model(document_type.model, without=LEDGER + DECISION)
    if document_type.lines is not None:
        audit_model(document_type.lines.model, without=LINE_LEDGER)
