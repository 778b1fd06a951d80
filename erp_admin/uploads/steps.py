"""How a file of documents stands in the steps of runs: the key of its step, and the flow that reads and checks files.

Owns these names, for those who start such a run and the flow that works it off.
"""

from typing import Final

from erp_admin.models import ImportDraft

READING_FLOW: Final = "document_reading"
NAMES: Final = "names"  # in the checkpoint of a check: names that are not decided are looked for once more
APPROVE: Final = "approve"  # in the checkpoint of an import: what is imported is approved with it


def step_key(draft: ImportDraft) -> str:
    return f"draft:{draft.pk}"
