"""What the audit trail holds of records that people set aside: the kinds of event and their looks.

Owns the kinds of this app, registered in its `ready()`. Writes nothing: services record events.
"""

from django.db.models import TextChoices

from accounts.event_kinds import RECORDS, register_event_kinds


class RecordEvent(TextChoices):
    IGNORED = "records_ignored", "Records ignored"
    RESTORED = "records_restored", "Records restored"


def register() -> None:
    register_event_kinds(
        RECORDS,
        {
            RecordEvent.IGNORED: ("neutral", "slash-circle"),
            RecordEvent.RESTORED: ("neutral", "arrow-counterclockwise"),
        },
    )
