"""The register of the audit trail: each app brings its kinds, none twice, and none is written unregistered."""

from pathlib import Path

import pytest
from django.db.models import TextChoices

from accounts.audit import record_event
from accounts.event_kinds import (
    LONGEST,
    RECORDS,
    EventKind,
    event_groups,
    event_kinds,
    kinds_of,
    register_event_kinds,
    shown,
)
from accounts.models import AuditEntry, Tenant
from integrations.event_kinds import IntegrationEvent, RecordEvent

ROOT = Path(__file__).parents[2]
# As they stand in databases of before; a value that is renamed would lose its label and its filter.
STORED = {
    "created": "Added", "changed": "Changed", "deleted": "Removed", "records_ignored": "Records ignored",
    "records_restored": "Records restored", "log_in": "Logged in", "log_in_failed": "Log-in failed",
    "log_out": "Logged out", "password_changed": "Password changed", "second_factor_added": "Second factor set up",
    "second_factor_removed": "Second factor removed", "recovery_codes_renewed": "Recovery codes renewed",
    "connected": "Connected to Intacct", "credentials_renewed": "Credentials renewed",
    "disconnected": "Disconnected from Intacct", "keys_rotated": "Keys rotated", "settings_saved": "Settings saved",
    "run_started": "Sync or push started", "run_cancelled": "Sync or push cancelled", "exported": "Exported",
}  # fmt: skip


class Other(TextChoices):
    CREATED = "created", "Made"
    LONG = "x" * (LONGEST + 1), "Long"
    UNHEARD_OF = "unheard_of", "Unheard of"


def test_what_is_stored_keeps_its_label_its_look_and_its_group() -> None:
    assert STORED.items() <= dict(event_kinds()).items()
    groups = {value: group.key for group in event_groups() for value in kinds_of(group.key)}
    assert groups.keys() == dict(event_kinds()).keys()
    assert {groups[kind] for kind in RecordEvent} == {"records"}
    assert {groups[kind] for kind in IntegrationEvent} == {"integration", "records", "runs"}
    for value, label in STORED.items():
        assert shown(value).label == label
        assert shown(value).icon != "question-circle"


def test_the_lowest_app_names_no_event_of_another() -> None:
    source = (ROOT / "accounts" / "event_kinds.py").read_text().lower()
    others = [kind for app in (RecordEvent, IntegrationEvent) for kind in app]
    assert [kind.value for kind in others if f'"{kind.value}"' in source] == []
    assert "intacct" not in source


@pytest.mark.parametrize(("kind", "why"), [(Other.CREATED, "already"), (Other.LONG, "longer than")])
def test_a_kind_is_registered_once_and_fits_its_column(kind: Other, why: str) -> None:
    before = event_kinds()
    with pytest.raises(ValueError, match=why):
        register_event_kinds(RECORDS, {kind: ("info", "pencil")})
    assert event_kinds() == before


def test_registering_the_same_kind_again_changes_nothing() -> None:
    before = event_kinds()
    register_event_kinds(RECORDS, {EventKind.CREATED: ("success", "plus-circle")})
    assert event_kinds() == before


@pytest.mark.parametrize("kind", [Other.UNHEARD_OF, Other.CREATED])
def test_an_event_of_no_registered_kind_is_not_written(scoped: Tenant, kind: Other) -> None:
    before = AuditEntry.objects.count()
    with pytest.raises(LookupError):
        record_event(kind, "something")
    assert AuditEntry.objects.count() == before
