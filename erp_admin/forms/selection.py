"""Which records of a list a person means: those ticked, or all that match. Reads the post, decides nothing."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.ui.pk import read_pk
from erp_admin.documents.selectors import documents, filtered_documents
from erp_admin.projects.selectors import filtered_projects, intacct_projects
from integrations.models import Connection


class RecordsField(forms.ModelMultipleChoiceField):
    """Records by primary key. What cannot be a key is an invalid choice, also where the database has no such number."""

    def clean(self, value: Any) -> Any:
        if any(read_pk(key) is None for key in value or []):
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().clean(value)


class Selection(forms.Form):
    """Those ticked of `listed`, or all that match: `matching`. A record of another list or tenant is an error."""

    all_matching = forms.BooleanField(required=False)
    item = RecordsField(queryset=None, required=False)

    def __init__(self, data: Mapping[str, Any], *, noun: str, listed: QuerySet[Any], matching: QuerySet[Any]) -> None:
        super().__init__(data)
        self.noun, self.listed, self.matching = noun, listed, matching
        field: Any = self.fields["item"]
        field.queryset = listed
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
    def records(self) -> QuerySet[Any]:
        if self.is_everything:
            return self.matching
        chosen: QuerySet[Any] = self.cleaned_data["item"]
        return chosen

    @property
    def problem(self) -> str:
        """Everything that is wrong, in one line for a message."""
        return " ".join(str(text) for texts in self.errors.values() for text in texts)


class SelectionForm(Selection):
    """Projects of one connection's Intacct company, with their import state. `query` is the list's query string."""

    def __init__(self, data: Mapping[str, Any], *, connection: Connection, query: Mapping[str, str]) -> None:
        self.connection = connection
        listed, matching = intacct_projects(connection), filtered_projects(connection, query)
        super().__init__(data, noun="project", listed=listed, matching=matching)


class DocumentSelectionForm(Selection):
    """Documents of one type. `query` is the list's query string."""

    def __init__(self, data: Mapping[str, Any], *, model: type[Any], noun: str, query: Mapping[str, str]) -> None:
        super().__init__(data, noun=noun, listed=documents(model), matching=filtered_documents(model, query))
