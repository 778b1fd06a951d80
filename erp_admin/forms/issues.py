"""The form of an issue: who looks after it, a note, until when it may wait. Decides nothing."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import User
from erp_admin.forms.fields import DayField


class IssueForm(forms.Form):
    owner = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label="Who looks after it")
    note = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For everybody in the company. It stays when the issue is resolved and comes back.",
    )
    snoozed_until = DayField(
        required=False,
        label="Snooze until",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Until that day it waits under Snoozed. It comes back before if it concerns more documents.",
    )

    def __init__(self, data: Any = None, *, people: Sequence[User], initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self._people = {person.pk: person for person in people}
        field: Any = self.fields["owner"]
        field.choices = [("", "Nobody"), *((person.pk, str(person)) for person in people)]

    @property
    def chosen_owner(self) -> User | None:
        return self._people.get(self.cleaned_data["owner"])
