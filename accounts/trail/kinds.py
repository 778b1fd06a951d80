"""How each kind of event looks, and the groups the trail is filtered by, declared once."""

from django.db.models import TextChoices

from accounts.models import EventKind
from accounts.ui.shown import ShownState


class Group(TextChoices):
    RECORDS = "records", "Records"
    SIGN_IN = "sign_in", "Log-ins"
    INTEGRATION = "integration", "Integration"
    RUNS = "runs", "Runs"
    EXPORTS = "exports", "Exports"


_APPEARANCE: dict[EventKind, tuple[Group, str, str]] = {
    EventKind.CREATED: (Group.RECORDS, "success", "plus-circle"),
    EventKind.CHANGED: (Group.RECORDS, "info", "pencil"),
    EventKind.DELETED: (Group.RECORDS, "danger", "trash"),
    EventKind.RECORDS_IGNORED: (Group.RECORDS, "neutral", "slash-circle"),
    EventKind.RECORDS_RESTORED: (Group.RECORDS, "neutral", "arrow-counterclockwise"),
    EventKind.DECIDED: (Group.RECORDS, "info", "check2"),
    EventKind.LOG_IN: (Group.SIGN_IN, "neutral", "box-arrow-in-right"),
    EventKind.LOG_IN_FAILED: (Group.SIGN_IN, "warning", "exclamation-triangle"),
    EventKind.LOG_OUT: (Group.SIGN_IN, "neutral", "box-arrow-right"),
    EventKind.PASSWORD_CHANGED: (Group.SIGN_IN, "info", "key"),
    EventKind.SECOND_FACTOR_ADDED: (Group.SIGN_IN, "success", "shield-check"),
    EventKind.SECOND_FACTOR_REMOVED: (Group.SIGN_IN, "warning", "shield-lock"),
    EventKind.RECOVERY_CODES_RENEWED: (Group.SIGN_IN, "info", "shield-lock"),
    EventKind.CONNECTED: (Group.INTEGRATION, "success", "plug-fill"),
    EventKind.CREDENTIALS_RENEWED: (Group.INTEGRATION, "info", "key"),
    EventKind.DISCONNECTED: (Group.INTEGRATION, "warning", "plug"),
    EventKind.KEYS_ROTATED: (Group.INTEGRATION, "info", "shield-lock"),
    EventKind.SETTINGS_SAVED: (Group.INTEGRATION, "info", "sliders"),
    EventKind.RUN_STARTED: (Group.RUNS, "neutral", "play-circle"),
    EventKind.RUN_CANCELLED: (Group.RUNS, "warning", "stop-circle"),
    EventKind.EXPORTED: (Group.EXPORTS, "neutral", "download"),
}


def kinds_of(group: Group) -> list[EventKind]:
    return [kind for kind, (its_group, _, _) in _APPEARANCE.items() if its_group == group]


def shown(kind: EventKind) -> ShownState:
    _, tone, icon = _APPEARANCE[kind]
    return ShownState(str(kind.value), str(kind.label), tone, icon)
