"""Every state of connections, runs, steps, rows, schedules and lists, with its label, tone and icon, declared once.

Groups such as ACTIVE and TERMINAL are named here; code elsewhere compares with members or groups, never with text.
"""

from typing import TYPE_CHECKING, Final

from django.db import models

from accounts.ui.shown import ShownState

if TYPE_CHECKING:
    from collections.abc import Mapping


class ConnectionState(models.TextChoices):
    CONNECTED = "connected", "Connected"
    NEEDS_CREDENTIALS = "needs_credentials", "Needs credentials"
    LIMITED = "limited", "Limited"
    OFFLINE = "offline", "Offline"
    PAUSED = "paused", "Paused"
    DISCONNECTED = "disconnected", "Disconnected"


class RunState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    PARTLY = "partly", "Partly succeeded"
    FAILED = "failed", "Failed"
    HELD = "held", "Held"
    CANCELLED = "cancelled", "Cancelled"


class StepState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    PARTLY = "partly", "Partly succeeded"
    LIMITED = "limited", "Limited"
    FAILED = "failed", "Failed"
    HELD = "held", "Held"
    CANCELLED = "cancelled", "Cancelled"
    NOT_REACHED = "not_reached", "Not reached"


class Cadence(models.TextChoices):
    NEVER = "never", "Never"
    QUARTER_HOURLY = "quarter_hourly", "Every 15 minutes"
    HOURLY = "hourly", "Every hour"
    FOUR_HOURLY = "four_hourly", "Every 4 hours"
    DAILY = "daily", "Daily"
    WEEKLY = "weekly", "Weekly"


class PushState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    VERIFYING = "verifying", "Verifying"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"
    TAKEN_BACK = "taken_back", "Taken back"


class Approval(models.TextChoices):
    DRAFT = "draft", "Draft"
    NEEDS_REVIEW = "needs_review", "Needs review"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    VOID = "void", "Void"
    IGNORED = "ignored", "Ignored"


class Delivery(models.TextChoices):
    NONE = "none", "None"
    WAITING = "waiting", "Waiting"
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    VERIFYING = "verifying", "Verifying"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"
    PARTLY = "partly", "Partly delivered"
    HELD = "held", "Held"


class DocumentState(models.TextChoices):
    """What pages show of a pushed document; derived from its stored facts in `integrations.models.pushed`."""

    DRAFT = "draft", "Draft"
    NEEDS_REVIEW = "needs_review", "Needs review"
    BLOCKED = "blocked", "Blocked"
    READY = "ready", "Ready"
    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    CHECKING = "checking", "Checking"
    IN_INTACCT = "in_intacct", "In Intacct"
    DIFFERS = "differs", "Differs"
    FAILED = "failed", "Failed"
    HELD = "held", "Held"
    REJECTED = "rejected", "Rejected"
    VOID = "void", "Void"
    IGNORED = "ignored", "Ignored"


class RowOutcome(models.TextChoices):
    PENDING = "pending", "Pending"
    NEW = "new", "New"
    CHANGED = "changed", "Changed"
    SAME = "same", "Unchanged"
    SKIPPED = "skipped", "Skipped"
    FAILED = "failed", "Failed"


class ScheduleState(models.TextChoices):
    """How the schedules of a profile stand. Not stored: derived from profile, schedules, connection and runs."""

    SCHEDULED = "scheduled", "Scheduled"
    DUE = "due", "Due now"
    WAITING = "waiting", "Waiting"
    PAUSED = "paused", "Paused"
    STOPPED = "stopped", "Stopped"
    NOT_SCHEDULED = "not_scheduled", "Not scheduled"


class Freshness(models.TextChoices):
    """How far the mirror of a list can be trusted to be recent. Not stored."""

    ON_TIME = "on_time", "On time"
    LATE = "late", "Late"
    LIMITED = "limited", "Limited"
    STOPPED = "stopped", "Stopped"
    NEVER_READ = "never_read", "Never read"
    NOT_SCHEDULED = "not_scheduled", "Not scheduled"


class RecordState(models.TextChoices):
    """What a mirrored record is in Intacct, as last seen. Not stored: derived from the record."""

    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"
    UNKNOWN = "unknown", "Unknown"
    MISSING = "missing", "Missing in Intacct"


USABLE_CONNECTIONS = frozenset({ConnectionState.CONNECTED, ConnectionState.LIMITED, ConnectionState.OFFLINE})
ACTIVE_RUNS = frozenset({RunState.QUEUED, RunState.RUNNING})
TERMINAL_RUNS = frozenset(RunState) - ACTIVE_RUNS
IN_FLIGHT = frozenset({PushState.WAITING, PushState.QUEUED, PushState.SENDING, PushState.VERIFYING})
OPEN_STEPS = frozenset({StepState.WAITING, StepState.RUNNING})
# Documents that a person has to do something about before they go on.
NEEDS_A_PERSON: Final = (
    DocumentState.FAILED,
    DocumentState.DIFFERS,
    DocumentState.BLOCKED,
    DocumentState.NEEDS_REVIEW,
)
# Documents whose push was asked for and has not ended.
UNDER_WAY: Final = (DocumentState.WAITING, DocumentState.SENDING, DocumentState.CHECKING, DocumentState.HELD)
# Documents that a wish to push all takes up: each is judged once more then, blocked ones too.
PUSHABLE: Final = (DocumentState.READY, DocumentState.BLOCKED, DocumentState.FAILED)
# Documents that wait for nothing but a push; which of the two they are is what `integrations.delivery.blocked` stores.
TO_PUSH: Final = (DocumentState.READY, DocumentState.BLOCKED)
# The code of a step that read everything but some fields. Limited without it, a step read nothing.
FIELDS_LIMITED: Final = "LIST-LIMITED"
READ_TO_THE_END = models.Q(state__in=(StepState.SUCCEEDED, StepState.PARTLY)) | models.Q(
    state=StepState.LIMITED, error_code=FIELDS_LIMITED
)

_APPEARANCE: "Mapping[models.TextChoices, tuple[str, str]]" = {
    ConnectionState.CONNECTED: ("success", "check-circle-fill"),
    ConnectionState.NEEDS_CREDENTIALS: ("danger", "key-fill"),
    ConnectionState.LIMITED: ("warning", "shield-exclamation"),
    ConnectionState.OFFLINE: ("warning", "cloud-slash"),
    ConnectionState.PAUSED: ("neutral", "pause-circle"),
    ConnectionState.DISCONNECTED: ("neutral", "plug"),
    RunState.QUEUED: ("info", "hourglass-split"),
    RunState.RUNNING: ("progress", "arrow-repeat"),
    RunState.SUCCEEDED: ("success", "check-circle-fill"),
    RunState.PARTLY: ("warning", "exclamation-triangle-fill"),
    RunState.FAILED: ("danger", "x-octagon-fill"),
    RunState.HELD: ("warning", "pause-circle"),
    RunState.CANCELLED: ("neutral", "slash-circle"),
    StepState.WAITING: ("neutral", "hourglass-split"),
    StepState.RUNNING: ("progress", "arrow-repeat"),
    StepState.SUCCEEDED: ("success", "check-circle-fill"),
    StepState.PARTLY: ("warning", "exclamation-triangle-fill"),
    StepState.LIMITED: ("warning", "shield-exclamation"),
    StepState.FAILED: ("danger", "x-octagon-fill"),
    StepState.HELD: ("warning", "pause-circle"),
    StepState.CANCELLED: ("neutral", "slash-circle"),
    StepState.NOT_REACHED: ("neutral", "dash-circle"),
    ScheduleState.SCHEDULED: ("success", "calendar-check"),
    ScheduleState.DUE: ("info", "hourglass-split"),
    ScheduleState.WAITING: ("info", "hourglass-split"),
    ScheduleState.PAUSED: ("neutral", "pause-circle"),
    ScheduleState.STOPPED: ("danger", "sign-stop"),
    ScheduleState.NOT_SCHEDULED: ("neutral", "calendar-x"),
    Freshness.ON_TIME: ("success", "check-circle-fill"),
    Freshness.LATE: ("warning", "clock-fill"),
    Freshness.LIMITED: ("warning", "shield-exclamation"),
    Freshness.STOPPED: ("danger", "sign-stop"),
    Freshness.NEVER_READ: ("neutral", "dash-circle"),
    Freshness.NOT_SCHEDULED: ("neutral", "calendar-x"),
    RecordState.ACTIVE: ("success", "check-circle-fill"),
    RecordState.INACTIVE: ("neutral", "pause-circle"),
    RecordState.UNKNOWN: ("warning", "shield-exclamation"),
    RecordState.MISSING: ("danger", "question-circle"),
    PushState.WAITING: ("neutral", "pause-circle"),
    PushState.QUEUED: ("info", "hourglass-split"),
    PushState.SENDING: ("progress", "arrow-up-circle"),
    PushState.VERIFYING: ("progress", "search"),
    PushState.DELIVERED: ("success", "check-circle-fill"),
    PushState.FAILED: ("danger", "x-octagon-fill"),
    PushState.TAKEN_BACK: ("neutral", "arrow-counterclockwise"),
    DocumentState.DRAFT: ("neutral", "circle"),
    DocumentState.NEEDS_REVIEW: ("info", "eye"),
    DocumentState.BLOCKED: ("warning", "sign-stop"),
    DocumentState.READY: ("info", "send"),
    DocumentState.WAITING: ("info", "hourglass-split"),
    DocumentState.SENDING: ("progress", "arrow-up-circle"),
    DocumentState.CHECKING: ("progress", "search"),
    DocumentState.IN_INTACCT: ("success", "check-circle-fill"),
    DocumentState.DIFFERS: ("warning", "arrow-left-right"),
    DocumentState.FAILED: ("danger", "x-octagon-fill"),
    DocumentState.HELD: ("warning", "pause-circle"),
    DocumentState.REJECTED: ("danger", "x-circle-fill"),
    DocumentState.VOID: ("neutral", "slash-circle"),
    DocumentState.IGNORED: ("neutral", "eye-slash"),
    RowOutcome.PENDING: ("neutral", "hourglass-split"),
    RowOutcome.NEW: ("success", "plus-circle-fill"),
    RowOutcome.CHANGED: ("success", "pencil-fill"),
    RowOutcome.SAME: ("neutral", "check"),
    RowOutcome.SKIPPED: ("warning", "skip-forward-fill"),
    RowOutcome.FAILED: ("danger", "x-octagon-fill"),
}


def shown(state: models.TextChoices, reason: str = "") -> ShownState:
    """How a state looks on pages."""
    tone, icon = _APPEARANCE[state]
    return ShownState(str(state.value), str(state.label), tone, icon, reason)
