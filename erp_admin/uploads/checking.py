"""What importing the documents of a draft would do, found again after a change: at once for few, by a run for many.

Owns which documents a change of names concerns. Decides nothing about any of them: that is the assessment's.
"""

from collections.abc import Collection
from typing import Final

from accounts.models import User
from erp_admin.models import IMPORTED, ImportDraft, ImportStage
from erp_admin.uploads.assessment import assess_draft, assess_some
from erp_admin.uploads.intake import Name, names_in
from erp_admin.uploads.kinds import upload_for
from erp_admin.uploads.steps import NAMES, READING_FLOW, step_key
from integrations.gateway.access import live_connection, why_not_sync
from integrations.runs.flow import StepPlan
from integrations.runs.service import add_step, start_run

AT_ONCE: Final = 1_500  # documents; what takes longer than a request may is done by a run


def check_names(draft: ImportDraft, names: Collection[Name], *, by: User | None = None) -> None:
    """Assess the documents that name any of these again. Call in a transaction that holds the draft."""
    entries = draft.documents.exclude(state__in=IMPORTED)
    if entries.count() <= AT_ONCE:
        assess_draft(draft)
        return
    parent_column, wanted = upload_for(draft.kind).parent_column, set(names)
    concerned = [
        pk
        for pk, head, lines in entries.values_list("pk", "head", "lines").iterator(chunk_size=500)
        if not wanted.isdisjoint(names_in(parent_column, head, lines))
    ]
    if len(concerned) <= AT_ONCE or not check_by_run(draft, by=by):
        assess_some(draft, concerned)


def is_large(draft: ImportDraft) -> bool:
    """Whether looking at all its documents again takes longer than a request may."""
    return draft.documents.exclude(state__in=IMPORTED).count() > AT_ONCE


def check_by_run(draft: ImportDraft, *, names: bool = False, by: User | None = None) -> bool:
    """Have a run look at all documents of the draft again, and first at its names; False where none can be started."""
    connection = live_connection()
    if connection is None or why_not_sync(connection) is not None:
        return False
    plan = StepPlan(step_key(draft), draft.file_name[-120:], {NAMES: names})
    started = start_run(connection, READING_FLOW, plans=[plan], title=f"Check {draft.file_name}"[:120], by=by)
    if not started.is_new and not add_step(started.run, plan):
        return False
    draft.stage, draft.reading_run = ImportStage.CHECKING, started.run
    draft.save(update_fields=["stage", "reading_run"])
    return True
