"""The construction side: what a construction company works with."""

from erp_admin.models.commitment import (
    ChangeOrder,
    ChangeOrderLine,
    Commitment,
    CommitmentKind,
    CommitmentLine,
    DocumentStatus,
    ValuedLine,
    rounded,
)
from erp_admin.models.project import Project

__all__ = [
    "ChangeOrder",
    "ChangeOrderLine",
    "Commitment",
    "CommitmentKind",
    "CommitmentLine",
    "DocumentStatus",
    "Project",
    "ValuedLine",
    "rounded",
]
