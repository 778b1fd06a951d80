"""The construction side: what a construction company works with."""

from erp_admin.models.chosen import ChosenRecords
from erp_admin.models.commitment import (
    ChangeOrder,
    ChangeOrderLine,
    Commitment,
    CommitmentKind,
    CommitmentLine,
    ValuedLine,
    rounded,
)
from erp_admin.models.document_import import (
    IMPORTABLE,
    IMPORTED,
    SETTLED,
    ImportCorrection,
    ImportDraft,
    ImportedDocument,
    ImportFile,
    ImportMatch,
    ImportStage,
    ImportState,
    MatchHow,
    MatchKind,
    RememberedColumns,
    RememberedMatch,
)
from erp_admin.models.issue import Issue
from erp_admin.models.notification import MailHow, Notification, NotificationChoice, NotificationKind
from erp_admin.models.numbered import NumberedDocument, SearchedDocument, number_key
from erp_admin.models.project import Project

__all__ = [
    "IMPORTABLE",
    "IMPORTED",
    "SETTLED",
    "ChangeOrder",
    "ChangeOrderLine",
    "ChosenRecords",
    "Commitment",
    "CommitmentKind",
    "CommitmentLine",
    "ImportCorrection",
    "ImportDraft",
    "ImportFile",
    "ImportMatch",
    "ImportStage",
    "ImportState",
    "ImportedDocument",
    "Issue",
    "MailHow",
    "MatchHow",
    "MatchKind",
    "Notification",
    "NotificationChoice",
    "NotificationKind",
    "NumberedDocument",
    "Project",
    "RememberedColumns",
    "RememberedMatch",
    "SearchedDocument",
    "ValuedLine",
    "number_key",
    "rounded",
]
