"""The form of a profile: how often each list group is read, quiet hours, lists, custom fields; and the API budget's.

Owns what is shown and how it becomes choices. When anything is due is reckoned elsewhere; nothing is stored here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.versions import VersionedForm
from integrations.lists import Group
from integrations.models import (
    EVERY_WEEKDAY,
    FULL,
    ApiBudget,
    Cadence,
    Connection,
    ListDefinition,
    SyncProfile,
    SyncSchedule,
)
from integrations.records.kinds import kinds_for
from integrations.schedules.cadence import QuietHours, Rule, next_due
from integrations.schedules.profiles import Choice, ProfileChoices
from integrations.schedules.selectors import FULL_LABEL, WEEKDAYS, groups_of
from integrations.usage.service import set_budget

_OFFERED = (Cadence.NEVER, Cadence.QUARTER_HOURLY, Cadence.HOURLY, Cadence.FOUR_HOURLY, Cadence.DAILY)
# What is proposed for all entities before anything was saved; single entities begin with Never.
_SUGGESTED = {Group.PROJECTS: Cadence.HOURLY, Group.PURCHASING: Cadence.FOUR_HOURLY}
DEFAULT_TIME = time(5)
SUNDAY = 6
HIGHEST_BUDGET = 1_000_000_000


class ClockField(forms.TimeField):
    """A time of day without seconds."""

    def __init__(self, **options: Any) -> None:
        messages = {"invalid": "Enter a time of day, for example 05:30."}
        widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        super().__init__(widget=widget, error_messages=messages, input_formats=["%H:%M", "%H:%M:%S"], **options)

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return found.replace(second=0, microsecond=0) if isinstance(found, time) else found


@dataclass(frozen=True)
class Preset:
    """A usual way to schedule everything: what it fills the form with. `often` are groups that are read more often."""

    key: str
    label: str
    help_text: str
    cadence: Cadence
    often: Cadence | None = None
    days: str = EVERY_WEEKDAY
    quiet: tuple[str, str] | None = None
    at: time = DEFAULT_TIME

    def initial(self, groups: Iterable[Group]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for group in groups:
            often = self.often if self.often is not None and group in _SUGGESTED else None
            found[f"cadence_{group.key}"] = often or self.cadence
            found[f"at_{group.key}"] = self.at
        begins, ends = self.quiet or (None, None)
        full = {"full_weekday": str(SUNDAY), "full_at": time(3)}
        return {**found, **full, "weekdays": list(self.days), "quiet_from": begins, "quiet_until": ends}


PRESETS = (
    Preset(
        "business",
        "Every hour in business hours",
        "Monday to Friday, 6 AM to 8 PM; everything in full on Sunday.",
        Cadence.HOURLY,
        days="01234",
        quiet=("20:00", "06:00"),
    ),
    Preset(
        "day",
        "Projects every hour, the rest every night",
        "Every day; everything in full on Sunday.",
        Cadence.DAILY,
        often=Cadence.HOURLY,
    ),
    Preset("night", "Every night", "At 2 AM; everything in full on Sunday.", Cadence.DAILY, at=time(2)),
)


class ProfileForm(forms.Form):
    """Bound to `data`, or filled in from a preset or the profile as stored; before its first save, with a proposal."""

    def __init__(
        self,
        connection: Connection,
        profile: SyncProfile,
        schedules: Iterable[SyncSchedule],
        data: Mapping[str, Any] | None = None,
        preset: "Preset | None" = None,
    ) -> None:
        super().__init__(data)
        self.profile = profile
        self.groups = groups_of(connection)
        offered = kinds_for(connection)
        self.kinds = {group: [kind for kind in offered if kind.group is group] for group in self.groups}
        self.preset = preset
        stored = {row.group: row for row in schedules} if profile.version else {}
        self.fields["entity"] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=profile.entity_id, strip=False
        )
        self.fields["version"] = forms.IntegerField(min_value=0, widget=forms.HiddenInput, initial=profile.version)
        for group in self.groups:
            self._add_cadence(group, stored.get(group.key))
        self._add_full(stored.get(FULL))
        self.fields["weekdays"] = forms.MultipleChoiceField(
            label="Days",
            choices=[(str(number), name) for number, name in enumerate(WEEKDAYS)],
            initial=list(profile.weekdays),
            required=False,  # nothing is due on a day where each group is set to Never; see clean
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["quiet_from"] = ClockField(label="Quiet from", required=False, initial=profile.quiet_from)
        self.fields["quiet_until"] = ClockField(label="Quiet until", required=False, initial=profile.quiet_until)
        for group in self.groups:
            self._add_lists(group)
        self.customized = self._add_custom_fields(connection)
        if preset is not None:
            self.initial.update(preset.initial(self.groups))

    @property
    def is_proposal(self) -> bool:
        """Whether the cadences shown are proposed rather than stored."""
        return self.preset is not None or (not self.profile.version and not self.profile.entity_id)

    def _add_cadence(self, group: Group, row: SyncSchedule | None) -> None:
        cadence = _SUGGESTED.get(group, Cadence.DAILY) if self.is_proposal else Cadence.NEVER
        self.fields[f"cadence_{group.key}"] = forms.ChoiceField(
            label=group.label,
            required=False,  # it always shows a choice; see clean
            choices=[(each.value, each.label) for each in _OFFERED],
            initial=row.cadence if row else cadence,
        )
        self.fields[f"at_{group.key}"] = ClockField(
            label=_with_hidden("Time of day", f", {group.label}"),
            required=False,
            initial=row.at if row else DEFAULT_TIME,
        )

    def _add_full(self, row: SyncSchedule | None) -> None:
        weekly = row is not None and row.cadence == Cadence.WEEKLY
        self.fields["full_weekday"] = forms.ChoiceField(
            label=FULL_LABEL,
            required=False,
            choices=[("", "Never"), *((str(number), f"Every {name}") for number, name in enumerate(WEEKDAYS))],
            initial=str(row.weekday) if row is not None and weekly else "",
        )
        self.fields["full_at"] = ClockField(
            label=_with_hidden("Time of day", " of the Full"), required=False, initial=row.at if row else DEFAULT_TIME
        )

    def _add_lists(self, group: Group) -> None:
        kinds = self.kinds[group]
        self.fields[f"lists_{group.key}"] = forms.MultipleChoiceField(
            label=group.label,
            required=False,
            choices=[(kind.key, kind.label) for kind in kinds],
            initial=[kind.key for kind in kinds if kind.key not in self.profile.left_out],
            widget=forms.CheckboxSelectMultiple,
        )

    def _add_custom_fields(self, connection: Connection) -> list[str]:
        """A choice per list that has custom fields in this company; return the names of those form fields."""
        definitions = {row.kind: row for row in ListDefinition.objects.filter(connection=connection)}
        names = []
        for kind in (kind for kinds in self.kinds.values() for kind in kinds):
            chosen = self.profile.custom_fields.get(kind.key, [])
            choices = _custom_choices(definitions.get(kind.key), chosen)
            if choices:
                names.append(f"custom_{kind.key}")
                self.fields[names[-1]] = forms.MultipleChoiceField(
                    label=kind.label,
                    required=False,
                    choices=choices,
                    initial=chosen,
                    widget=forms.CheckboxSelectMultiple,
                )
        return names

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for group in self.groups:
            if found.get(f"cadence_{group.key}") == "":
                self.add_error(f"cadence_{group.key}", "Choose how often.")
            if found.get(f"cadence_{group.key}") == Cadence.DAILY:
                self._require(f"at_{group.key}", "Enter the time of day, for example 05:30.")
        is_read = any(found.get(f"cadence_{group.key}") != Cadence.NEVER for group in self.groups)
        if is_read and not found.get("weekdays") and "weekdays" not in self.errors:
            self.add_error("weekdays", "Choose at least one day, or set each group of lists to Never.")
        if found.get("full_weekday"):
            self._require("full_at", "Enter the time of day of the Full, for example 05:30.")
        begins, ends = found.get("quiet_from"), found.get("quiet_until")
        if (begins is None) != (ends is None) and not {"quiet_from", "quiet_until"} & set(self.errors):
            missing = "quiet_until" if ends is None else "quiet_from"
            self.add_error(missing, "Enter both times, or neither for no quiet hours.")
        if begins is not None and begins == ends:
            self.add_error("quiet_until", "Quiet hours that end when they begin would never end.")
        if not self.errors:
            self._refuse_what_never_begins()
        return found

    def _refuse_what_never_begins(self) -> None:
        now = timezone.now()
        for label, rule in self.rules().items():
            if rule.cadence != Cadence.NEVER and next_due(rule, now) is None:
                text = f"“{label}” would never begin: its time falls into the quiet hours, which end on another day."
                self.add_error("weekdays", text)
                return

    def _require(self, name: str, sentence: str) -> None:
        if self.cleaned_data.get(name) is None and name not in self.errors:
            self.add_error(name, sentence)

    def choices(self) -> ProfileChoices:
        """What was typed, once it is valid."""
        found = self.cleaned_data
        cadences = {
            group.key: Choice(Cadence(found[f"cadence_{group.key}"]), found[f"at_{group.key}"] or DEFAULT_TIME)
            for group in self.groups
        }
        weekday = found["full_weekday"]
        cadences[FULL] = (
            Choice(Cadence.WEEKLY, found["full_at"], int(weekday)) if weekday else Choice(Cadence.NEVER, DEFAULT_TIME)
        )
        offered = [kind.key for kinds in self.kinds.values() for kind in kinds]
        taken = {key for group in self.groups for key in found[f"lists_{group.key}"]}
        # A list that this company does not offer at the moment keeps the choice that was made for it.
        kept = [key for key in self.profile.left_out if key not in offered]
        fields = {key: names for key, names in self.profile.custom_fields.items() if f"custom_{key}" not in self.fields}
        fields |= {name.removeprefix("custom_"): found[name] for name in self.customized}
        left_out = [*kept, *(key for key in offered if key not in taken)]
        return ProfileChoices(cadences, self._quiet(), left_out, fields, frozenset(map(int, found["weekdays"])))

    def _quiet(self) -> QuietHours | None:
        begins, ends = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
        return None if begins is None else QuietHours(begins, ends)

    def rules(self) -> dict[str, Rule]:
        """The rules that saving would make, by what is due, for a preview."""
        chosen = self.choices()
        zone, out = self.profile.connection.tenant.zone, set(chosen.left_out)
        rules = {}
        for group in self.groups:
            choice = chosen.cadences[group.key]
            if any(kind.key not in out for kind in self.kinds[group]):
                rules[group.label] = Rule(
                    choice.cadence, zone, choice.at, choice.weekday, chosen.quiet, chosen.weekdays
                )
        if rules:
            full = chosen.cadences[FULL]
            rules[FULL_LABEL] = Rule(full.cadence, zone, full.at, full.weekday, chosen.quiet)
        return rules

    @property
    def cadence_rows(self) -> list[dict[str, Any]]:
        """What the template lays out side by side: the group's lists, its cadence, its time of day."""
        return [
            {
                "cadence": self[f"cadence_{group.key}"],
                "at": self[f"at_{group.key}"],
                "kinds": ", ".join(kind.label for kind in self.kinds[group]),
            }
            for group in self.groups
        ]

    @property
    def list_fields(self) -> list[Any]:
        return [self[f"lists_{group.key}"] for group in self.groups]

    @property
    def custom_list_fields(self) -> list[Any]:
        return [self[name] for name in self.customized]


def _with_hidden(text: str, more: str) -> SafeString:
    """A label that says more to those who hear it apart from the field beside it."""
    return format_html('{}<span class="visually-hidden">{}</span>', text, more)


def _custom_choices(definition: ListDefinition | None, chosen: Iterable[str]) -> list[tuple[str, str]]:
    """The custom fields Intacct offers, and those that were chosen but are offered no more."""
    offered = definition.custom_fields if definition else []
    refused = {row["name"] for row in definition.unselectable} if definition else set()
    choices = {}
    for field in offered:
        note = ", which Intacct refused to select" if field["name"] in refused else ""
        choices[field["name"]] = f"{field.get('label') or field['name']} ({field['name']}{note})"
    choices |= {name: f"{name} (no longer offered by Intacct)" for name in chosen if name not in choices}
    return list(choices.items())


class BudgetForm(VersionedForm):
    """Of a connection's budget, also of one that was never set. `is_other` says whether saving changed it."""

    is_other = False
    monthly = forms.IntegerField(
        label="API transactions a month",
        min_value=1,
        max_value=HIGHEST_BUDGET,
        help_text="What your contract with Sage includes. It is warned about at 80 % and at 100 %; nothing is stopped.",
        error_messages={
            "required": "Enter how many API transactions a month are planned.",
            "invalid": "Enter a whole number, for example 100000.",
            "min_value": "Enter 1 or more.",
            "max_value": "Enter %(limit_value)s or less.",
        },
    )

    class Meta:
        model = ApiBudget
        fields = ["monthly"]

    def save(self, commit: bool = True) -> Any:
        self.is_other = set_budget(self.instance.connection, self.cleaned_data["monthly"])
        return self.instance
