"""Which act leads from which approval to which, declared once; pages offer what stands here, the service does it.

Pure: owns the table and its words. Reads and stores nothing.
"""

from enum import StrEnum
from typing import Final

from integrations.models import Approval


class Act(StrEnum):
    """What moves an approval: what people decide, and what follows by itself."""

    APPROVE = "approve"
    REJECT = "reject"
    BACK_TO_DRAFT = "back_to_draft"
    VOID = "void"
    IGNORE = "ignore"
    RESTORE = "restore"
    UNLINK = "unlink"
    FALL = "fall"

    @property
    def done(self) -> str:
        """What happened, as a line of history says it."""
        return _DONE[self]


_DONE: Final = {
    Act.APPROVE: "Approved",
    Act.REJECT: "Rejected",
    Act.BACK_TO_DRAFT: "Set back to draft",
    Act.VOID: "Voided",
    Act.IGNORE: "Ignored",
    Act.RESTORE: "Restored",
    Act.UNLINK: "Unlinked",
    Act.FALL: "Approval fell",
}

# RESTORE leads from IGNORED to what the approval was before, so its target is not in the table.
TRANSITIONS: Final[dict[tuple[Approval, Act], Approval]] = {
    (Approval.DRAFT, Act.APPROVE): Approval.APPROVED,
    (Approval.NEEDS_REVIEW, Act.APPROVE): Approval.APPROVED,
    (Approval.REJECTED, Act.APPROVE): Approval.APPROVED,
    (Approval.DRAFT, Act.REJECT): Approval.REJECTED,
    (Approval.NEEDS_REVIEW, Act.REJECT): Approval.REJECTED,
    (Approval.NEEDS_REVIEW, Act.BACK_TO_DRAFT): Approval.DRAFT,
    (Approval.APPROVED, Act.BACK_TO_DRAFT): Approval.DRAFT,
    (Approval.REJECTED, Act.BACK_TO_DRAFT): Approval.DRAFT,
    (Approval.VOID, Act.BACK_TO_DRAFT): Approval.DRAFT,
    (Approval.IGNORED, Act.BACK_TO_DRAFT): Approval.DRAFT,
    (Approval.DRAFT, Act.VOID): Approval.VOID,
    (Approval.NEEDS_REVIEW, Act.VOID): Approval.VOID,
    (Approval.APPROVED, Act.VOID): Approval.VOID,
    (Approval.REJECTED, Act.VOID): Approval.VOID,
    (Approval.IGNORED, Act.VOID): Approval.VOID,
    (Approval.DRAFT, Act.IGNORE): Approval.IGNORED,
    (Approval.NEEDS_REVIEW, Act.IGNORE): Approval.IGNORED,
    (Approval.APPROVED, Act.IGNORE): Approval.IGNORED,
    # The record may still be in Intacct: it takes another approval before a second one is made there.
    (Approval.APPROVED, Act.UNLINK): Approval.NEEDS_REVIEW,
    (Approval.DRAFT, Act.UNLINK): Approval.DRAFT,
    (Approval.NEEDS_REVIEW, Act.UNLINK): Approval.NEEDS_REVIEW,
    (Approval.REJECTED, Act.UNLINK): Approval.REJECTED,
    (Approval.VOID, Act.UNLINK): Approval.VOID,
    (Approval.IGNORED, Act.UNLINK): Approval.IGNORED,
    (Approval.APPROVED, Act.FALL): Approval.NEEDS_REVIEW,
}

# Acts of people that are refused once the document is in Intacct: they would leave its record there behind.
NOT_ONCE_DELIVERED: Final = {
    Act.BACK_TO_DRAFT: "set back to draft",
    Act.VOID: "voided",
    Act.IGNORE: "ignored",
}
# What may happen while a push is under way. Whatever was not sent by then is looked at once more before it is.
EVEN_UNDER_WAY: Final = frozenset({Act.FALL})

# Why an act is not possible from an approval, and the way out.
_WHY_NOT: Final = {
    Approval.DRAFT: ("It is a draft.", ""),
    Approval.NEEDS_REVIEW: ("It needs review.", "Approve it, or set it back to draft."),
    Approval.APPROVED: ("It is approved already.", "Set it back to draft to decide otherwise."),
    Approval.REJECTED: ("It was rejected.", "Set it back to draft first."),
    Approval.VOID: ("It is void.", "Set it back to draft first."),
    Approval.IGNORED: ("It is ignored.", "Restore it first."),
}


def target(approval: Approval, act: Act, before: Approval | None = None) -> Approval | None:
    """Where `act` leads from `approval`, None where it is not possible; `before` is what an ignored one was."""
    if act == Act.RESTORE:
        return (before or Approval.DRAFT) if approval == Approval.IGNORED else None
    return TRANSITIONS.get((approval, act))


def why_not(approval: Approval, act: Act) -> tuple[str, str]:
    """The sentence and the way out for an act that `approval` does not allow."""
    return ("It is not ignored.", "") if act == Act.RESTORE else _WHY_NOT[approval]
