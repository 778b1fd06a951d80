"""What the audit trail holds of connections, settings, runs, decisions and records set aside: kinds of event and looks.

Owns the kinds of this app, registered in its `ready()`. Writes nothing: services record events.
"""

from django.db.models import TextChoices

from accounts.event_kinds import RECORDS, EventGroup, register_event_kinds

INTEGRATION = EventGroup("integration", "Integration")
RUNS = EventGroup("runs", "Syncs and pushes")


class IntegrationEvent(TextChoices):
    CONNECTED = "connected", "Connected to Intacct"
    CREDENTIALS_RENEWED = "credentials_renewed", "Credentials renewed"
    DISCONNECTED = "disconnected", "Disconnected from Intacct"
    SIGN_INS_WAIT = "sign_ins_wait", "Sign-ins to Intacct wait"
    KEYS_ROTATED = "keys_rotated", "Keys rotated"
    SETTINGS_SAVED = "settings_saved", "Settings saved"
    RUN_STARTED = "run_started", "Sync or push started"
    RUN_CANCELLED = "run_cancelled", "Sync or push cancelled"
    DECIDED = "decided", "Decided"


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
    register_event_kinds(RECORDS, {IntegrationEvent.DECIDED: ("info", "check2")})
    register_event_kinds(
        INTEGRATION,
        {
            IntegrationEvent.CONNECTED: ("success", "plug-fill"),
            IntegrationEvent.CREDENTIALS_RENEWED: ("info", "key"),
            IntegrationEvent.DISCONNECTED: ("warning", "plug"),
            IntegrationEvent.SIGN_INS_WAIT: ("warning", "hourglass-split"),
            IntegrationEvent.KEYS_ROTATED: ("info", "shield-lock"),
            IntegrationEvent.SETTINGS_SAVED: ("info", "sliders"),
        },
    )
    register_event_kinds(
        RUNS,
        {
            IntegrationEvent.RUN_STARTED: ("neutral", "play-circle"),
            IntegrationEvent.RUN_CANCELLED: ("warning", "stop-circle"),
        },
    )
