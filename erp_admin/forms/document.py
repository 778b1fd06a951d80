"""What the heads of documents of all types ask for.

Owns what is asked and in which words. What may be stored is decided by the service of each type.
"""

from typing import Any

from django import forms

from erp_admin.documents.numbers import namesake
from erp_admin.documents.types import Lock
from erp_admin.forms.fields import AmountField, state_currency
from erp_admin.forms.pickers import PickerSources


class HeadForm(forms.ModelForm):
    """What heads of all types share: the control total, the lock, a number that is free, and what was `seen`.

    `wide` names fields that take the whole width of the page.
    """

    wide: tuple[str, ...] = ("title",)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    control_total = AmountField(
        required=False, label="Agreed total", help_text="Not stored. Saving is refused unless the lines add up to it."
    )

    def __init__(
        self, *args: Any, sources: PickerSources, lock: Lock | None, currency: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sources = sources
        self.initial.setdefault("seen", version_of(self.instance))
        state_currency(self.fields, currency)
        if lock is not None:
            for name, field in self.fields.items():
                field.disabled = lock.is_whole or name in lock.fields

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields above the lines."""
        return [field for field in self.visible_fields() if field.name != "control_total"]

    def texts(self) -> dict[str, str]:
        """Every field above the lines as it is shown, by name."""
        return {field.name: str(_shown(field)) for field in self.asked}

    def refuse_taken(self, others: Any, noun: str) -> str:
        number = str(self.cleaned_data["number"]).strip()
        other = namesake(others, self.instance, number)
        if other is not None:
            raise forms.ValidationError(f"{noun} {other} exists already. Give this one another number.")
        return number


def _shown(field: forms.BoundField) -> Any:
    value = field.value()
    return "" if value is None else value


def version_of(document: Any) -> str:
    """Tells an edit of a stored document from the next; "" for one that is new."""
    changed_at = getattr(document, "updated_at", None)
    return changed_at.isoformat() if document.pk and changed_at is not None else ""
