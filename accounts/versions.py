"""A form that says from which values it was made, and does not save over newer ones unseen.

Owns the hidden `seen` of such a form, what it shows where somebody saved meanwhile, and who that was. What was typed
stays in the form; sent again, with both versions before one's eyes, it is saved.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction

from accounts.models import AuditEntry
from accounts.ui.formats import shown_day, shown_number

SEEN: Final = "seen"
SAVED_MEANWHILE: Final = (
    "Somebody saved other values while you had this form open. Nothing of yours was saved. Compare them below, change "
    "what you want to change, and save again."
)


@dataclass(frozen=True)
class Difference:
    """A field whose saved value is not the one that was typed."""

    label: str
    typed: str
    saved: str


@dataclass(frozen=True)
class Meanwhile:
    """What was saved since the form was made, and by whom where the trail tells."""

    differences: list[Difference]
    by: str
    at: datetime | None


def digest_of(values: Mapping[str, Any]) -> str:
    """What a form says it was made from, without saying the values themselves."""
    text = json.dumps({name: _plain(value) for name, value in sorted(values.items())})
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(value: Any) -> str:
    return str(value.normalize() + 0) if isinstance(value, Decimal) else "" if value is None else str(value)


class VersionedForm(forms.ModelForm):  # type: ignore[type-arg]  # of whichever model
    """For `instance`; the form of a new one has nothing to be older than."""

    meanwhile: Meanwhile | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stored = {name: self.initial.get(name) for name in self._meta.fields or ()}
        if self.instance.pk is not None:
            hidden = forms.CharField(required=False, widget=forms.HiddenInput, initial=digest_of(self._stored))
            self.fields[SEEN] = hidden

    @property
    def status(self) -> int:
        """Of the page that shows it."""
        return 409 if self.meanwhile else 422 if self.errors else 200

    def save_unless_older(self) -> bool:
        """Save what is valid, in one step with looking whether it was made from what is stored; whether it was."""
        if self.instance.pk is None:
            return self.is_valid() and bool(self.save())
        with transaction.atomic():
            self.look_again()
            return self.is_valid() and bool(self.save())

    def look_again(self) -> None:
        """Read what is stored now, and keep others from changing it until the transaction ends."""
        manager: Any = type(self.instance)._default_manager
        stored = manager.select_for_update(of=("self",), no_key=True).get(pk=self.instance.pk)
        self._stored = forms.model_to_dict(stored, fields=self._meta.fields)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        seen, now = cleaned.pop(SEEN, ""), digest_of(self._stored)
        if self.instance.pk is not None and seen != now:
            self.meanwhile = self._meanwhile()
            sent: Any = self.data
            self.data = sent.copy()
            self.data[self.add_prefix(SEEN)] = now  # type: ignore[index]  # a copy can be changed
            self.add_error(None, SAVED_MEANWHILE)
        return cleaned

    def _meanwhile(self) -> Meanwhile:
        found = [
            Difference(str(self[name].label), self._shown(name, self._typed(name)), self._shown(name, stored))
            for name, stored in self._stored.items()
            if not self.fields[name].disabled
        ]
        last = self._last_entry()
        return Meanwhile(
            [each for each in found if each.typed != each.saved],
            last.actor_label if last else "somebody",
            last.at if last else None,
        )

    def _typed(self, name: str) -> Any:
        return self.cleaned_data[name] if name in self.cleaned_data else self[name].value()

    def _shown(self, name: str, value: Any) -> str:
        choices = getattr(self.fields[name], "choices", None) or getattr(self.fields[name].widget, "choices", None)
        if choices:
            return str({str(key): label for key, label in choices}.get(str(value), value or ""))
        return shown_value(value)

    def _last_entry(self) -> AuditEntry | None:
        kind = ContentType.objects.get_for_model(self.instance, for_concrete_model=False)
        found: models.QuerySet[AuditEntry] = AuditEntry.objects.filter(content_type=kind, object_id=self.instance.pk)
        return found.order_by("-pk").first()


def shown_value(value: Any) -> str:
    """A value as a table of two versions shows it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return shown_day(value)
    if isinstance(value, Decimal):
        return shown_number(value)
    return "" if value is None else str(value)
