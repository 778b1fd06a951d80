"""One setting as the settings pages show it: its field, cautions, what is proposed, and notes that several share.

Owns what stands beside a field. Decides nothing; what is proposed is integrations.settings.proposals' work.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.forms import BoundField

from integrations.forms.settings_view import SettingsView
from integrations.settings.declared import Setting
from integrations.settings.proposals import Proposal


@dataclass(frozen=True)
class Said:
    """What is said below a field of its list: that it was not read yet, or what is proposed of it."""

    setting: Setting
    is_unread: bool
    proposal: Proposal | None


@dataclass(frozen=True)
class SettingRow:
    """A setting with its field. `has_place`: what is asked while choosing is put there. `inherited` is from above."""

    setting: Setting
    field: BoundField
    cautions: list[str]
    notes: list[str]
    said: Said | None = None

    @property
    def has_place(self) -> bool:
        return self.setting.cautions is not None


@dataclass(frozen=True)
class SharedNote:
    """Something good to know of one or more settings, said once."""

    titles: str
    sentence: str


def setting_row(view: SettingsView, setting: Setting, field: BoundField, *, said: Said | None = None) -> SettingRow:
    """One setting as a form shows it."""
    value = str(field.value() or "")
    # A value that was refused says so already, and what is required and empty carries the asterisk.
    cautions = [] if field.errors or not value else view.cautions(setting, value)
    return SettingRow(setting, field, cautions, view.notes(setting, value), said)


def said_of(view: SettingsView, setting: Setting) -> Said | None:
    """What is said of the list a setting is chosen from; None where it is chosen from none."""
    if not setting.list_key:
        return None
    is_unread = view.last_read(setting.list_key) is None
    return Said(setting, is_unread, None if is_unread else view.proposals.get(setting.key))


def shared_notes(rows: Iterable[SettingRow]) -> list[SharedNote]:
    """The notes of the rows, each once, with the settings it is about."""
    about: dict[str, list[str]] = {}
    for row in rows:
        for note in row.notes:
            about.setdefault(note, []).append(row.setting.title)
    return [SharedNote(", ".join(titles), note) for note, titles in about.items()]
