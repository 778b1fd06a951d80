"""The filters of the audit trail: what, who, and from which day to which, in the tenant's time zone."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.event_kinds import event_groups
from accounts.models import User
from accounts.trail.selectors import SYSTEM, Wanted

_DAY = {"type": "date", "class": "form-control"}


class TrailFilter(forms.Form):
    """Bound to the query string. What is not valid filters nothing and is said beside its field."""

    what = forms.ChoiceField(required=False, widget=forms.HiddenInput)
    who = forms.ChoiceField(required=False, widget=forms.Select(attrs={"class": "form-select"}))
    first = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    last = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))

    def __init__(self, query: QueryDict, *, people: list[User]) -> None:
        super().__init__(query)
        self.fields["what"].choices = [("", "All"), *((group.key, group.label) for group in event_groups())]  # type: ignore[attr-defined]
        choices = [
            ("", "Everybody"),
            *((str(person.pk), str(person)) for person in people),
            (SYSTEM, "No account: commands, failed log-ins"),
        ]
        self.fields["who"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", "This day is before the first one.")
        return cleaned

    @property
    def wanted(self) -> Wanted:
        """What is valid of the filters."""
        self.is_valid()
        given = self.cleaned_data
        first: date | None = given.get("first")
        return Wanted(given.get("what", ""), given.get("who", ""), first, given.get("last"))
