"""The form that starts a sync of lists: whose, how much, from when on, which lists.

Owns what is asked and how it becomes a start. Starts nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

from django import forms
from django.utils import timezone

from integrations.gateway.access import Entity, entities_of
from integrations.lists import GROUPS
from integrations.models import Connection, Mode
from integrations.schedules.freshness import ListFreshness, freshness
from integrations.schedules.selectors import included_kinds, profile_of, sync_defaults

_MINUTE = "%Y-%m-%dT%H:%M"


class Start(TypedDict):
    """What `start_list_sync` is told."""

    kinds: list[str]
    mode: Mode
    entity: str
    sync_from: datetime | None


class SyncForm(forms.Form):
    """Bound to `data`, or filled in with what suits the entity; `asked` (a query string) wins over that."""

    def __init__(
        self,
        connection: Connection,
        entity: Entity,
        *,
        data: Any = None,
        asked: Any = None,
    ) -> None:
        super().__init__(data)
        self.entity = entity
        self.defaults = sync_defaults(connection, entity.id)
        self.every = freshness(connection, entity.id)
        offered = [(each.kind.key, each.kind.label) for each in self.every]
        included = {kind.key for kind in included_kinds(profile_of(connection, entity.id))}
        wanted = [key for key, _ in offered if key in (set(asked.getlist("lists")) if asked else ())]
        mode = asked.get("mode") if asked and asked.get("mode") in Mode.values else self.defaults.mode.value
        preset = timezone.localtime(self.defaults.sync_from).strftime(_MINUTE) if self.defaults.sync_from else ""
        self.fields["entity"] = forms.ChoiceField(
            label="Legal entity",
            required=False,
            choices=[(each.id, each.label) for each in entities_of(connection)],
            initial=entity.id,
        )
        self.fields["mode"] = forms.ChoiceField(
            label="How much to read", choices=Mode.choices, initial=mode, widget=forms.RadioSelect
        )
        self.fields["sync_from"] = forms.DateTimeField(
            label="Sync from",
            required=False,
            input_formats=[_MINUTE, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
            initial=preset,
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MINUTE),
            error_messages={"invalid": "Enter a day and a time, for example 2026-03-31 18:00."},
        )
        self.fields["preset"] = forms.CharField(required=False, initial=preset, widget=forms.HiddenInput)
        self.fields["lists"] = forms.MultipleChoiceField(
            label="Lists",
            choices=offered,
            initial=wanted or [key for key, _ in offered if key in included],
            error_messages={"required": "Choose at least one list."},
        )

    @property
    def first_list_id(self) -> str:
        """Where the error about the lists leads to."""
        return f"id_lists_{self.every[0].kind.key}" if self.every else "id_lists"

    @property
    def groups(self) -> list[tuple[Any, list[tuple[ListFreshness, bool]]]]:
        """Each group of lists, each list with whether it is ticked."""
        ticked = set(self["lists"].value() or [])
        rows = {group: [each for each in self.every if each.kind.group is group] for group in GROUPS}
        return [(group, [(each, each.kind.key in ticked) for each in rows[group]]) for group in GROUPS if rows[group]]

    def clean_sync_from(self) -> datetime | None:
        """None unless a person changed what was preset: each list knows its own start of a Partial."""
        value: datetime | None = self.cleaned_data["sync_from"]
        if value is None or self.data.get("mode") != Mode.PARTIAL:
            return None
        if timezone.localtime(value).strftime(_MINUTE) == self.data.get("preset", ""):
            return None
        if value > timezone.now():
            raise forms.ValidationError("This lies in the future. Choose a time that has passed.")
        return value

    def start(self) -> Start:
        """What was chosen. Every list means no list in particular, so that new dimensions are found too."""
        cleaned: Mapping[str, Any] = self.cleaned_data
        chosen = [each.kind.key for each in self.every if each.kind.key in cleaned["lists"]]
        return {
            "kinds": [] if len(chosen) == len(self.every) else chosen,
            "mode": Mode(cleaned["mode"]),
            "entity": cleaned["entity"],
            "sync_from": cleaned["sync_from"],
        }
