"""The register of what the audit trail can hold: each kind of event, its look, and the group the trail is filtered by.

Owns the register and the kinds of this app. Must not know a kind of another app: each registers its own in `ready()`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices

from accounts.ui.shown import ShownState

LONGEST = 24  # characters of the column


@dataclass(frozen=True)
class EventGroup:
    """One filter of the trail; `key` stands in its address."""

    key: str
    label: str


RECORDS = EventGroup("records", "Records")
SIGN_IN = EventGroup("sign_in", "Log-ins")
EXPORTS = EventGroup("exports", "Exports")
SUPPORT = EventGroup("support", "Support")


class EventKind(TextChoices):
    CREATED = "created", "Added"
    CHANGED = "changed", "Changed"
    DELETED = "deleted", "Removed"
    LOG_IN = "log_in", "Logged in"
    LOG_IN_FAILED = "log_in_failed", "Log-in failed"
    LOG_OUT = "log_out", "Logged out"
    PASSWORD_CHANGED = "password_changed", "Password changed"
    SECOND_FACTOR_ADDED = "second_factor_added", "Second factor set up"
    SECOND_FACTOR_REMOVED = "second_factor_removed", "Second factor removed"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed", "Recovery codes renewed"
    EXPORTED = "exported", "Exported"
    SUPPORT_LOOKED = "support_looked", "Support looked at"


@dataclass(frozen=True)
class _Declared:
    kind: TextChoices
    group: EventGroup
    tone: str
    icon: str


_register: dict[str, _Declared] = {}


def register_event_kinds(group: EventGroup, looks: Mapping[TextChoices, tuple[str, str]]) -> None:
    """Let the trail hold further kinds, each with its tone and icon; called from an app's `AppConfig.ready()`.

    Raises ValueError for a kind that another app registered, and for one that is longer than its column.
    """
    for kind, (tone, icon) in looks.items():
        known = _register.get(kind.value)
        if known is not None and known.kind is not kind:
            raise ValueError(f"The audit trail has a kind “{kind.value}” already: {known.kind!r}.")
        if len(kind.value) > LONGEST:
            raise ValueError(f"The kind “{kind.value}” is longer than {LONGEST} characters.")
        _register[kind.value] = _Declared(kind, group, tone, icon)


def require_registered(kind: TextChoices) -> None:
    """Raise LookupError for a kind that no app registered: the trail could neither show nor filter it."""
    known = _register.get(kind.value)
    if known is None or known.kind is not kind:
        raise LookupError(f"{kind!r} is not registered; see register_event_kinds.")


def event_kinds() -> list[tuple[str, str]]:
    """Every kind and its label, as the model's field takes them: a further kind is no migration."""
    return [(declared.kind.value, str(declared.kind.label)) for declared in _register.values()]


def event_groups() -> list[EventGroup]:
    """The groups that have a kind, in the order of registration."""
    return list(dict.fromkeys(declared.group for declared in _register.values()))


def kinds_of(group_key: str) -> list[str]:
    """The kinds of a group as they are stored."""
    return [value for value, declared in _register.items() if declared.group.key == group_key]


def shown(value: str) -> ShownState:
    """How a stored kind is shown; one that no app registers any more, by its own name."""
    declared = _register.get(value)
    if declared is None:
        return ShownState(value, value.replace("_", " ").capitalize(), "neutral", "question-circle")
    return ShownState(value, str(declared.kind.label), declared.tone, declared.icon)


register_event_kinds(
    RECORDS,
    {
        EventKind.CREATED: ("success", "plus-circle"),
        EventKind.CHANGED: ("info", "pencil"),
        EventKind.DELETED: ("danger", "trash"),
    },
)
register_event_kinds(
    SIGN_IN,
    {
        EventKind.LOG_IN: ("neutral", "box-arrow-in-right"),
        EventKind.LOG_IN_FAILED: ("warning", "exclamation-triangle"),
        EventKind.LOG_OUT: ("neutral", "box-arrow-right"),
        EventKind.PASSWORD_CHANGED: ("info", "key"),
        EventKind.SECOND_FACTOR_ADDED: ("success", "shield-check"),
        EventKind.SECOND_FACTOR_REMOVED: ("warning", "shield-lock"),
        EventKind.RECOVERY_CODES_RENEWED: ("info", "shield-lock"),
    },
)
register_event_kinds(EXPORTS, {EventKind.EXPORTED: ("neutral", "download")})
register_event_kinds(SUPPORT, {EventKind.SUPPORT_LOOKED: ("info", "eye")})
