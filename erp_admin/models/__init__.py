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
    ImportDraft,
    ImportedDocument,
    ImportFile,
    ImportMatch,
    ImportStage,
    ImportState,
    MatchHow,
    MatchKind,
    RememberedMatch,
)
from erp_admin.models.numbered import NumberedDocument, number_key
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
    "ImportDraft",
    "ImportFile",
    "ImportMatch",
    "ImportStage",
    "ImportState",
    "ImportedDocument",
    "MatchHow",
    "MatchKind",
    "NumberedDocument",
    "Project",
    "RememberedMatch",
    "ValuedLine",
    "number_key",
    "rounded",
]
