"""Fields of settings: pickers over mirrored lists, choices, dates and texts, with what is said below each.

Owns how a declared setting becomes a form field. What may be saved is decided by integrations.settings.service.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrations.connections.service import normalise_id
from integrations.forms.settings_view import SettingsView
from integrations.lists import KINDS_BY_KEY
from integrations.models import ListItem
from integrations.records.lookup import why_unknown
from integrations.settings.declared import Setting, switches_requiring

LONGEST_ID = 200
Found = Callable[[str], ListItem | None]


class PickerSelect(forms.Select):
    """A select that holds the present choice and searches for others; without scripts, a field for the id beside it."""

    template_name = "integrations/settings_picker.html"

    def __init__(self, find: Found, attrs: dict[str, Any] | None = None, *, may_be_empty: bool = False) -> None:
        super().__init__(attrs)
        self.find = find
        self.may_be_empty = may_be_empty

    def use_required_attribute(self, initial: Any) -> bool:
        # The first option is an empty one, though the choices are made while rendering.
        return not self.is_hidden and not self.may_be_empty

    def typed_name(self, name: str) -> str:
        return f"{name}_typed"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return data.get(self.typed_name(name)) or data.get(name, "")

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and self.typed_name(name) not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["typed_name"] = self.typed_name(name)
        return context

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        chosen = value[0] if value else ""
        options = [self.create_option(name, "", "None" if self.may_be_empty else "Choose…", not chosen, 0)]
        if chosen:
            item = self.find(chosen)
            label = str(item) if item else f"{chosen} (not among what was read from Intacct)"
            if isinstance(item, ListItem) and not item.is_known:
                label = f"{item} (cannot be used: {why_unknown(item)})"
            option = self.create_option(name, chosen, label, True, 1)
            if item is not None and item.is_known and (not item.is_active or item.missing_at is not None):
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


class DayField(forms.DateField):
    """A day, stored as YYYY-MM-DD; empty where none is chosen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            input_formats=["%Y-%m-%d"],
            error_messages={"invalid": "Enter a date as YYYY-MM-DD, for example 2026-01-31."},
            **options,
        )

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        return day.isoformat() if day is not None else ""


def pick_field(
    view: SettingsView,
    list_key: str,
    *,
    label: str,
    purpose: str,
    is_required: bool,
    attrs: Mapping[str, str] | None = None,
    may_be_empty: bool = False,
    says_unread: bool = True,
) -> PickField:
    """A picker over a mirrored list. `says_unread`: whether the help says so where the list was never read."""
    tenant = view.connection.tenant
    address = reverse("pick", kwargs={"tenant_slug": tenant.slug, "list_key": list_key})

    def find(business_id: str) -> ListItem | None:
        return view.item(list_key, business_id)

    return PickField(
        label=label,
        required=is_required,
        max_length=LONGEST_ID,
        widget=PickerSelect(
            find, attrs={"data-picker-url": address, **(attrs or {})}, may_be_empty=may_be_empty or not is_required
        ),
        help_text=_list_help(view, list_key, purpose) if says_unread else purpose,
    )


def setting_field(view: SettingsView, setting: Setting, *, fallback: str = "", on: Collection[str] = ()) -> forms.Field:
    """The field of a setting. `fallback` says what holds when an entity or project leaves it empty.

    A setting that a switch requires carries the asterisk while the switch is among those `on`, yet may be saved empty:
    the integration is then not fully enabled, and the documents that need it are blocked; all others are pushed.
    """
    requiring = [] if fallback else [switch.key for switch in switches_requiring(setting)]
    is_required = bool(set(requiring) & set(on))
    help_text = f"{setting.purpose} {fallback}".strip()
    if setting.list_key:
        return pick_field(
            view,
            setting.list_key,
            label=setting.title,
            purpose=help_text,
            is_required=setting.is_always_required or is_required,
            may_be_empty=not setting.is_always_required,
            attrs={**_asked(view, setting), **_required_by(requiring)},
            says_unread=bool(fallback),
        )
    if setting.choices:
        empty = f"Standard: {setting.shown(setting.default)}" if setting.default and not fallback else "None of its own"
        return forms.ChoiceField(
            label=setting.title, required=is_required, help_text=help_text, choices=[("", empty), *setting.choices]
        )
    if setting.is_date:
        return DayField(label=setting.title, required=is_required, help_text=help_text)
    if setting.default and not fallback:
        help_text = f"{help_text} Left empty, it is “{setting.default}”."
    return forms.CharField(label=setting.title, required=False, max_length=LONGEST_ID, help_text=help_text)


def _asked(view: SettingsView, setting: Setting) -> dict[str, str]:
    """What a picker asks: what fits first, and of another choice at once, before it is saved, what it means."""
    attrs = {"data-picker-fixed": f"setting={setting.key}"} if setting.fitting and setting.fitting.preferred else {}
    if setting.cautions is None:
        return attrs
    address = reverse("setting_cautions", kwargs={"tenant_slug": view.connection.tenant.slug, "key": setting.key})
    return {**attrs, "hx-get": address, "hx-trigger": "change", "hx-target": f"#cautions_{setting.key}"}


def _required_by(switches: list[str]) -> dict[str, str]:
    """Which switches put the asterisk there when they are switched on, for static/js/settings.js."""
    return {"data-required-by": " ".join(switches)} if switches else {}


def _list_help(view: SettingsView, list_key: str, purpose: str) -> SafeString | str:
    if view.last_read(list_key) is not None:
        return purpose
    return format_html(
        '{} <span class="d-block">{}: not read from Intacct yet, so there is nothing to choose from.</span>',
        purpose,
        KINDS_BY_KEY[list_key].label,
    )
