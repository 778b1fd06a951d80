"""The settings form: a picker per required setting, a tick per switch, and the version it was filled in from.

Owns what the form shows and that nobody's newer version is overwritten unseen. What may be saved is decided by
integrations.services.settings.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.db import transaction
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.templatetags.ui import when
from integrations.engine.flow import switches
from integrations.models import Connection, ListItem, SettingsVersion
from integrations.required import REQUIRED_SETTINGS, RequiredSetting
from integrations.selectors import chosen_item, last_pull, settings_in_force
from integrations.services.connection import normalise_id
from integrations.services.settings import save_settings

LONGEST_ID = 200
Found = Callable[[str], ListItem | None]


class Outdated(Exception):
    """Somebody saved other settings after the form was shown. `newer` are their versions, newest first."""

    def __init__(self, newer: list[SettingsVersion]) -> None:
        super().__init__(f"{len(newer)} newer versions")
        self.newer = newer


class PickerSelect(forms.Select):
    """A select that holds the present choice and searches for others; without scripts, a field for the id beside it."""

    template_name = "integrations/settings_picker.html"

    def __init__(self, find: Found, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.find = find

    def use_required_attribute(self, initial: Any) -> bool:
        return not self.is_hidden  # the first option is an empty one, though the choices are made while rendering

    def typed_name(self, name: str) -> str:
        return f"{name}_typed"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return data.get(self.typed_name(name)) or data.get(name, "")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["typed_name"] = self.typed_name(name)
        return context

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        chosen = value[0] if value else ""
        options = [self.create_option(name, "", "Choose…", not chosen, 0)]
        if chosen:
            item = self.find(chosen)
            label = str(item) if item else f"{chosen} (not among what was read from Intacct)"
            option = self.create_option(name, chosen, label, True, 1)
            if item is not None and (not item.is_active or item.missing_at is not None):
                option["attrs"]["data-inactive"] = "true"
            options.append(option)
        return [(None, options, 0)]


class PickField(forms.CharField):
    """A business id. Whether one is needed, and usable, is decided where settings are saved: a draft may lack it."""

    def to_python(self, value: Any) -> str:
        return normalise_id(super().to_python(value) or "")

    def validate(self, value: Any) -> None:
        return

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}  # a select has no maxlength


class SettingsForm(forms.Form):
    """Bound to `data`, or filled in from the version in force. Says of which connection and version it was made."""

    def __init__(self, connection: Connection, data: Mapping[str, Any] | None = None) -> None:
        self.connection = connection
        present = settings_in_force(connection)
        initial = {"connection": connection.pk, "version": _number(present), **_stored(present)}
        super().__init__(data, initial=initial)
        self.fields["connection"] = forms.IntegerField(widget=forms.HiddenInput)
        self.fields["version"] = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
        for setting in REQUIRED_SETTINGS:
            self.fields[setting.key] = _pick_field(connection, setting)
        for switch in switches():
            self.fields[switch.key] = forms.BooleanField(required=False, label=switch.label, help_text=switch.effect)

    @property
    def is_of_another_connection(self) -> bool:
        """Whether the form was made for a connection that has been replaced since: its choices mean nothing here."""
        return bool(self.cleaned_data["connection"] != self.connection.pk)

    def save(self, *, as_draft: bool, by: User) -> tuple[SettingsVersion, bool]:
        """Save what was typed; return the version and whether it is a new one.

        Raises InvalidSettings, and Outdated when the version in force is not the one the form was filled in from.
        """
        with transaction.atomic():
            Connection.objects.select_for_update().get(pk=self.connection.pk)  # nobody saves between look and save
            newer = self.connection.settings_versions.filter(number__gt=self.cleaned_data["version"])
            if outdated_by := list(newer.select_related("saved_by").order_by("-number")):
                raise Outdated(outdated_by)
            return save_settings(
                self.connection,
                values={setting.key: self.cleaned_data[setting.key] for setting in REQUIRED_SETTINGS},
                switched={switch.key: self.cleaned_data[switch.key] for switch in switches()},
                as_draft=as_draft,
                by=by,
            )

    def rebased(self) -> "SettingsForm":
        """The same form on top of the version in force: what was changed here stays, all else is as saved there."""
        base = self.connection.settings_versions.filter(number=self.cleaned_data["version"]).first()
        newest = settings_in_force(self.connection)
        before, now, typed = _stored(base), _stored(newest), self.cleaned_data
        merged = {key: typed[key] if typed[key] != before[key] else now[key] for key in now}
        # A switch that is off is not sent by a browser either.
        data = {key: value for key, value in merged.items() if value is not False}
        return SettingsForm(self.connection, {**data, "connection": self.connection.pk, "version": _number(newest)})


def _number(version: SettingsVersion | None) -> int:
    return version.number if version else 0


def _stored(version: SettingsVersion | None) -> dict[str, str | bool]:
    values = version.values if version else {}
    switched = version.switches if version else {}
    chosen: dict[str, str | bool] = {setting.key: values.get(setting.key, "") for setting in REQUIRED_SETTINGS}
    return {**chosen, **{switch.key: bool(switched.get(switch.key)) for switch in switches()}}


def _pick_field(connection: Connection, setting: RequiredSetting) -> PickField:
    def find(business_id: str) -> ListItem | None:
        return chosen_item(connection, setting, business_id)

    address = reverse("pick", kwargs={"tenant_slug": connection.tenant.slug, "list_key": setting.list_key})
    return PickField(
        label=setting.label,
        max_length=LONGEST_ID,
        widget=PickerSelect(find, attrs={"data-picker-url": address}),
        help_text=_help(connection, setting),
    )


def _help(connection: Connection, setting: RequiredSetting) -> SafeString:
    read = last_pull(connection, setting.list_key)
    if read is None:
        return format_html(
            '{} <span class="d-block">{}: not read from Intacct yet, so there is nothing to choose from.</span>',
            setting.purpose,
            setting.kind.label,
        )
    return format_html(
        '{} <span class="d-block">{} last read from Intacct: {}.</span>',
        setting.purpose,
        setting.kind.label,
        when(read.finished_at),
    )
