"""What the audit trail holds of files that are imported: kinds of event and looks.

Owns the kinds of this app, registered in its `ready()`. Writes nothing: services record events.
"""

from django.db.models import TextChoices

from accounts.event_kinds import RECORDS, register_event_kinds


class ImportEvent(TextChoices):
    COLUMNS_CHOSEN = "columns_chosen", "Columns of a file chosen"
    CELLS_CORRECTED = "cells_corrected", "Cells of a file corrected"
    CORRECTION_TAKEN_BACK = "correction_taken_back", "Correction taken back"


def register() -> None:
    register_event_kinds(
        RECORDS,
        {
            ImportEvent.COLUMNS_CHOSEN: ("info", "list-columns"),
            ImportEvent.CELLS_CORRECTED: ("info", "pencil"),
            ImportEvent.CORRECTION_TAKEN_BACK: ("neutral", "arrow-counterclockwise"),
        },
    )
