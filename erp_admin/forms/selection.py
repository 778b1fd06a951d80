"""Which records of a list a person means: those ticked, or all that match. Reads the post, decides nothing."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.ui.pk import read_pk
from erp_admin.documents.selectors import documents, filtered_documents
from erp_admin.projects.selectors import ProjectRecord, filtered_projects, intacct_projects
from integrations.models import Connection


class RecordsField(forms.ModelMultipleChoiceField):
    """Records by primary key. What cannot be a key is an invalid choice, also where the database has no such number."""

    def clean(self, value: Any) -> Any:
        if any(read_pk(key) is None for key in value or []):
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().clean(value)


class SelectionForm(forms.Form):
    """`query` is the list's query string; it counts only where all that match are meant.

    Records that are not in this connection's list are an error, so nothing of another company can be named.
    """

    all_matching = forms.BooleanField(required=False)
    item = RecordsField(
        queryset=None,
        required=False,
        error_messages={"invalid_choice": "A chosen project is no longer in this list. Choose again."},
    )
    expected = forms.IntegerField(required=False, min_value=0)
    reason = forms.CharField(required=False, max_length=300)

    def __init__(self, data: Mapping[str, Any], *, connection: Connection, query: Mapping[str, str]) -> None:
        super().__init__(data)
        self.connection = connection
        self.query = query
        self.fields["item"].queryset = intacct_projects(connection)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("all_matching") and not cleaned.get("item"):
            raise forms.ValidationError("Choose at least one project first.")
        return cleaned

    @property
    def is_everything(self) -> bool:
        return bool(self.cleaned_data["all_matching"])

    @property
    def records(self) -> QuerySet[ProjectRecord]:
        """The chosen records with their import state."""
        if self.is_everything:
            return filtered_projects(self.connection, self.query)
        chosen: QuerySet[ProjectRecord] = self.cleaned_data["item"]
        return chosen

    @property
    def problem(self) -> str:
        """Everything that is wrong, in one line for a message."""
        return " ".join(str(text) for texts in self.errors.values() for text in texts)


class DocumentSelectionForm(forms.Form):
    """The same for commitments and change orders: those ticked, or all of the list that match its query string."""

    all_matching = forms.BooleanField(required=False)
    item = RecordsField(queryset=None, required=False)
    expected = forms.IntegerField(required=False, min_value=0)

    def __init__(self, data: Mapping[str, Any], *, model: type[Any], noun: str, query: Mapping[str, str]) -> None:
        super().__init__(data)
        self.model, self.noun, self.query = model, noun, query
        field: Any = self.fields["item"]
        field.queryset = documents(model)
        field.error_messages["invalid_choice"] = f"A chosen {noun} is no longer in this list. Choose again."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("all_matching") and not cleaned.get("item"):
            raise forms.ValidationError(f"Choose at least one {self.noun} first.")
        return cleaned

    @property
    def is_everything(self) -> bool:
        return bool(self.cleaned_data["all_matching"])

    @property
    def documents(self) -> QuerySet[Any]:
        if self.is_everything:
            return filtered_documents(self.model, self.query)
        chosen: QuerySet[Any] = self.cleaned_data["item"]
        return chosen

    @property
    def problem(self) -> str:
        """Everything that is wrong, in one line for a message."""
        return " ".join(str(text) for texts in self.errors.values() for text in texts)
