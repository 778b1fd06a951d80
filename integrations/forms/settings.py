"""The settings form: the required settings, those of flows, a tick per switch, and the version it was filled in from.

Owns what the form shows and that nobody's newer version is overwritten unseen. What may be saved is decided by
integrations.settings.service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.models import User
from integrations.forms.options import pick_field, setting_field
from integrations.forms.settings_view import SettingsView
from integrations.models import Connection, SettingsVersion
from integrations.settings.declared import Setting, all_settings, setting_for, switches, switches_requiring
from integrations.settings.selectors import Place, setting_keys, settings_in_force, switches_of
from integrations.settings.service import save_settings

Stored = Mapping[str, str | bool]
LONGEST_REASON = 300


@dataclass(frozen=True)
class Difference:
    """A field that was changed by either of two people, in words: before, what they saved, what was typed here."""

    label: str
    before: str
    theirs: str
    yours: str

    @property
    def is_of_both(self) -> bool:
        return self.before not in (self.theirs, self.yours) and self.theirs != self.yours


@dataclass(frozen=True)
class Inherited:
    """A value of the levels above; `is_replaced` where there is one of its own."""

    label: str
    value: str
    source: str
    is_replaced: bool


class VersionedForm(forms.Form):
    """A form over one version of the settings. Says of which connection and version it was made."""

    def __init__(self, view: SettingsView, data: Mapping[str, Any] | None, stored: Stored) -> None:
        self.view = view
        self.connection = view.connection
        initial = {"connection": self.connection.pk, "version": _number(view.version), **stored}
        super().__init__(data, initial=initial)
        self.fields["connection"] = forms.IntegerField(widget=forms.HiddenInput)
        self.fields["version"] = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    @property
    def is_of_another_connection(self) -> bool:
        """Whether the form was made for a connection that has been replaced since: its choices mean nothing here."""
        return bool(self.cleaned_data["connection"] != self.connection.pk)

    def stored_in(self, version: SettingsVersion | None) -> dict[str, str | bool]:
        """What a version has for the fields of this form."""
        raise NotImplementedError

    def differences(self) -> list[Difference]:
        """Field by field what both people changed since the version the form was filled in from."""
        before, now = self.stored_in(self._base()), self.stored_in(settings_in_force(self.connection))
        typed = self.cleaned_data
        return [
            Difference(self._label(key), *(self._in_words(key, value) for value in (before[key], now[key], typed[key])))
            for key in now
            if now[key] != before[key] or typed[key] != before[key]
        ]

    def _label(self, key: str) -> str:
        return str(self.fields[key].label)

    def _in_words(self, key: str, value: str | bool) -> str:
        setting = setting_for(key)
        if setting is not None and isinstance(value, str):
            return self.view.shown(setting, value)
        return "on" if value else "off"

    def _merged(self, before: Stored, now: Stored) -> dict[str, Any]:
        """What a browser would send: what was changed in this form, all else as in `now`."""
        typed = self.cleaned_data
        merged = {key: typed[key] if typed[key] != before[key] else now[key] for key in now}
        # A switch that is off is not sent by a browser either.
        data: dict[str, Any] = {key: value for key, value in merged.items() if value is not False}
        return {**data, "connection": self.connection.pk, "version": _number(settings_in_force(self.connection))}

    def _base(self) -> SettingsVersion | None:
        base: SettingsVersion | None = self.connection.settings_versions.filter(
            number=self.cleaned_data["version"]
        ).first()
        return base


class SettingsForm(VersionedForm):
    """The settings of the company. Bound to `data`, or filled in from the version in force."""

    def __init__(self, connection: Connection, data: Mapping[str, Any] | None = None) -> None:
        view = SettingsView(connection)
        stored = _stored(view.version)
        shown = data if data is not None else stored
        self.on = {switch.key for switch in switches() if shown.get(switch.key)}
        super().__init__(view, data, {**stored, **self._proposed(view)})
        for setting in all_settings():
            self.fields[setting.key] = setting_field(view, setting, on=self.on)
        for switch in switches():
            self.fields[switch.key] = forms.BooleanField(required=False, label=switch.label, help_text=switch.effect)

    def _proposed(self, view: SettingsView) -> dict[str, str]:
        """The proposals the form is filled in with: of what is required as the switches stand; others are offered."""
        return {
            setting.key: proposal.chosen.value
            for setting in all_settings()
            if (proposal := view.proposals.get(setting.key)) and proposal.chosen and self.requires(setting)
        }

    def requires(self, setting: Setting) -> bool:
        """Whether a setting is required as the switches stand in the form."""
        return setting.is_always_required or any(switch.key in self.on for switch in switches_requiring(setting))

    def accepted(self) -> dict[str, str]:
        """Why each value was proposed that is saved as it was proposed, of those whose proposal the page has shown."""
        shown = set(self.data.getlist("proposed")) if isinstance(self.data, QueryDict) else set()
        return {
            key: proposal.chosen.why
            for key, proposal in self.view.proposals.items()
            if key in shown and proposal.chosen and proposal.chosen.value == self.cleaned_data[key]
        }

    def save(self, *, as_draft: bool, by: User) -> tuple[SettingsVersion, bool]:
        """Save what was typed; return the version and whether it is a new one.

        Raises InvalidSettings, and Outdated when the version in force is not the one the form was filled in from.
        """
        return save_settings(
            self.connection,
            values={key: self.cleaned_data[key] for key in setting_keys()},
            switched={switch.key: self.cleaned_data[switch.key] for switch in switches()},
            proposed=self.accepted(),
            based_on=self.cleaned_data["version"],
            as_draft=as_draft,
            by=by,
        )

    def rebased(self) -> "SettingsForm":
        """The same form on top of the version in force: what was changed here stays, all else is as saved there."""
        now = _stored(settings_in_force(self.connection))
        return SettingsForm(self.connection, self._merged(_stored(self._base()), now))

    def stored_in(self, version: SettingsVersion | None) -> dict[str, str | bool]:
        return _stored(version)


class OverrideForm(VersionedForm):
    """The settings that one entity or project has of its own; an empty field leaves it to the level above."""

    def __init__(self, connection: Connection, place: Place, data: Mapping[str, Any] | None = None) -> None:
        view = SettingsView(connection)
        self.place, self._settings = place, place.settings()
        super().__init__(view, data, self._own(view.version))
        self._above = {setting.key: view.in_force(setting, entity=self._entity(view)) for setting in self._settings}
        for setting in self._settings:
            above = self._above[setting.key]
            fallback = f"Without one: {view.shown(setting, above.value)}, the {above.source}." if above.value else ""
            fallback = fallback or "Without one: none, as no level above has a value."
            self.fields[setting.key] = setting_field(view, setting, fallback=fallback)

    def inherited(self) -> list[Inherited]:
        """What holds here now without a value of its own, and where it comes from."""
        own = self._own(self.view.version)
        return [
            Inherited(setting.title, self.view.shown(setting, above.value), above.source, bool(own[setting.key]))
            for setting in self._settings
            if (above := self._above[setting.key]).value
        ]

    def _entity(self, view: SettingsView) -> str:
        """The entity whose values stand above those of a project."""
        item = view.item(self.place.list_key, self.place.name) if self.place.level == "project" else None
        return item.entity_id if item is not None else ""

    def _own(self, version: SettingsVersion | None) -> dict[str, str | bool]:
        own = version.overrides.get(self.place.key, {}) if version else {}
        return {setting.key: own.get(setting.key, "") for setting in self._settings}

    def save(self, *, by: User) -> tuple[SettingsVersion, bool]:
        """Save what was typed as a new version; a draft stays a draft. Raises InvalidSettings and Outdated."""
        base = self._base()
        return save_settings(
            self.connection,
            values={},
            switched={},
            overrides={self.place.key: {setting.key: self.cleaned_data[setting.key] for setting in self._settings}},
            based_on=self.cleaned_data["version"],
            as_draft=base is None or base.is_draft,
            by=by,
        )

    def rebased(self) -> "OverrideForm":
        """The same form on top of the version in force."""
        now = self._own(settings_in_force(self.connection))
        return OverrideForm(self.connection, self.place, self._merged(self._own(self._base()), now))

    def stored_in(self, version: SettingsVersion | None) -> dict[str, str | bool]:
        return self._own(version)


class RestoreForm(forms.Form):
    """Why a version is brought back. `seen` is the newest version when the page was made."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=LONGEST_REASON,
        help_text="Kept in the history, for whoever looks at it later.",
    )


class PlaceForm(forms.Form):
    """Which entity or project gets settings of its own."""

    def __init__(self, view: SettingsView, level: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id=f"id_{level}_%s")
        purpose = "Its values go before those of the company"
        purpose += " and of its entity." if level == "project" else "."
        list_key = Place(level, "any").list_key
        self.fields["name"] = pick_field(view, list_key, label=level.capitalize(), purpose=purpose, is_required=True)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError("Choose one from the list.")
        return name


def _number(version: SettingsVersion | None) -> int:
    return version.number if version else 0


def _stored(version: SettingsVersion | None) -> dict[str, str | bool]:
    values = version.values if version else {}
    chosen: dict[str, str | bool] = {key: values.get(key, "") for key in setting_keys()}
    return {**chosen, **switches_of(version)}
