"""What pages say of the previous database, as people read it: right after migrating, and once it was worked on.

Owns every expectation of tests/migration, and nothing else. Documents stand under the state their list shows. Who
renames a state, moves a column or corrects what a page says changes the table concerned, and nothing else here.
"""

from typing import Final

# By the state that is shown after migrating. A change order stands with its commitment before it.
SHOWN: Final[dict[str, tuple[str, ...]]] = {
    "Draft": ("SC-24-001-13", "SC-FILE", "SC-DRAFT", "SC-BASE CO-DRAFT"),
    # An approval holds for what was approved: not for what was edited since, nor for a second record after unlinking.
    "Needs review": ("SC-REVIEW", "SC-UNLINKED", "SC-CHANGED-HERE", "SC-BOTH-UNSEEN"),
    # No worker has judged yet what may keep these from being pushed.
    "Ready": ("SC-24-001-15", "SC-READY", "SC-TAKEN-BACK", "SC-UPDATED-TWICE CO-READY"),
    "Void": ("SC-VOID", "SC-BASE CO-VOID"),
    "Ignored": ("SC-IGNORED", "SC-DRAFT-IGNORED", "SC-BASE CO-IGNORED"),
    "Waiting": ("SC-QUEUED CO-WAITING", "SC-QUEUED", "SC-QUEUED-AGAIN", "SC-UPDATE-QUEUED"),
    "Held": ("SC-VERIFIED CO-HELD",),
    "Sending": ("SC-SENDING-THERE", "SC-SENDING-GONE"),
    "Checking": (
        "SC-VERIFYING-THERE", "SC-VERIFYING-GONE", "SC-UPDATE-VERIFYING-THERE", "SC-UPDATE-VERIFYING-GONE",
    ),
    "In Intacct": (
        "SC-UNREAD", "SC-24-001-11", "SC-24-001-12", "PO-24-001-11", "SC-BASE", "SC-VERIFIED", "SC-RECREATED",
        "SC-UPDATED-TWICE", "SC-DATED-THERE", "SC-ENTITY", "SC-LINKED", "SC-WITH-PROJECT", "SC-24-001-11 CO-1",
        "SC-24-001-12 CO-1", "SC-BASE CO-VERIFIED", "SC-BASE CO-OF-A-LINE",
    ),
    "Differs": (
        "SC-BOTH", "SC-CHANGED-THERE", "SC-BASE CO-CHANGED-THERE", "SC-MISSING", "SC-BASE CO-MISSING", "SC-DIFFERENT",
        "SC-LINKED-OTHERWISE",
    ),
    "Failed": ("SC-FAILED", "SC-UPDATE-FAILED", "SC-VERIFIED CO-FAILED"),
}  # fmt: skip

# What follows without anybody's doing: the ledger was worked off, no "not found" being too early to count.
AFTER_WORK: Final = {
    "SC-QUEUED": "In Intacct",
    "SC-QUEUED-AGAIN": "In Intacct",
    "SC-UPDATE-QUEUED": "In Intacct",
    "SC-SENDING-THERE": "In Intacct",
    "SC-SENDING-GONE": "In Intacct",
    "SC-VERIFYING-THERE": "In Intacct",
    "SC-VERIFYING-GONE": "In Intacct",
    "SC-UPDATE-VERIFYING-THERE": "In Intacct",
    "SC-UPDATE-VERIFYING-GONE": "In Intacct",
    "SC-UNREAD": "In Intacct",
    "SC-QUEUED CO-WAITING": "Held",  # its flow is
    # A verification was waiting as well; what it says of these is this version's word.
    "SC-DIFFERENT": "Differs",
    "SC-LINKED-OTHERWISE": "Differs",
    "SC-BOTH-UNSEEN": "Differs",
    "SC-DATED-THERE": "Differs",
    "SC-LINKED": "Differs",  # one line here and two there: the version before did not count them
}
NEW_THERE: Final = 4  # queued, queued again, and of the lost ones those that never arrived
AFTER_RELEASE: Final = {"SC-QUEUED CO-WAITING": "In Intacct", "SC-VERIFIED CO-HELD": "In Intacct"}
AFTER_VERIFICATION: Final[dict[str, str]] = {}
APPROVED_AGAIN: Final = ("SC-CHANGED-HERE",)
PUSHED: Final = ("SC-CHANGED-HERE", "SC-READY", "SC-TAKEN-BACK", "SC-UPDATED-TWICE-CO-READY")
AFTER_PUSH: Final = {
    "SC-CHANGED-HERE": "In Intacct",
    "SC-READY": "In Intacct",
    "SC-TAKEN-BACK": "In Intacct",
    "SC-UPDATED-TWICE CO-READY": "In Intacct",
}

# Runs that had not ended, and one of each way to end.
RUNS: Final = {
    5: "Succeeded", 18: "Partly succeeded", 23: "Failed", 25: "Cancelled", 35: "Running", 36: "Queued", 37: "Queued",
    38: "Queued",
}  # fmt: skip

# Models that have another name today, by the name they had; None for one whose rows went elsewhere.
RENAMED: Final[dict[str, str | None]] = {"integrations.companyslot": None}  # free slots are made when they are needed
# Models of which more rows are right: those of today's own models.
MORE_ROWS: Final = frozenset({"auth.permission", "contenttypes.contenttype"})
# Columns that went elsewhere, and columns that stayed and are to hold something else now.
# Of documents: what was decided is one column, the reason of a decision and who took it stand with it, and an approval
# that fell says so in words; what is queued behind a hold is held. Of pushes: what each sent, what was read of it and
# its bytes have columns and rows of their own.
MOVED: Final[dict[str, set[str]]] = {
    "erp_admin.commitment": {"drift", "status"},
    "erp_admin.changeorder": {"drift", "status"},
    "erp_admin.importeddocument": {"commitment_number"},
    "integrations.push": {"function_xml"},
}
# Where the whole of a column went that moved: model, column, and the column that names the row it was in.
MOVED_TO: Final = {
    ("erp_admin.importeddocument", "commitment_number"): ("erp_admin.importeddocument", "parent_number", "id"),
    ("integrations.push", "function_xml"): ("integrations.pushbody", "xml", "push_id"),
}
READ_OTHERWISE: Final[dict[str, set[str]]] = {
    "erp_admin.commitment": {"approval", "approved_at", "state_reason", "verified_at"},
    "erp_admin.changeorder": {"approval", "delivery", "state_reason"},
    "integrations.push": {"expected"},
    "mfa.authenticator": {"data"},
}
