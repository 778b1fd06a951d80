"""What people send about views of lists. Owns which keys and texts are taken; knows no list and stores nothing."""

import re
from typing import Any, Final

from django import forms
from django.http import QueryDict

from accounts.models.saved_view import LIST_KEY_LENGTH, NAME_LENGTH, QUERY_LENGTH
from accounts.saved_views.selectors import query_to_save

_KEY: Final = re.compile(r"[a-z0-9_]+(?:[:.-][a-z0-9_]+)*")
_MOST_COLUMNS: Final = 60


class ListForm(forms.Form):
    """Which list, and its columns by key; a list that has a column of that key no more passes it over."""

    list_key = forms.RegexField(
        rf"\A{_KEY.pattern}\Z",
        max_length=LIST_KEY_LENGTH,
        error_messages={"invalid": "This list is not known. Open it again and save the view once more."},
    )

    @property
    def columns(self) -> list[str]:
        data: Any = self.data
        return [key for key in data.getlist("column") if _KEY.fullmatch(key) and len(key) <= 80][:_MOST_COLUMNS]


class ViewForm(ListForm):
    name = forms.CharField(max_length=NAME_LENGTH, error_messages={"required": "Give the view a name."})
    query = forms.CharField(required=False, max_length=QUERY_LENGTH)
    is_shared = forms.BooleanField(required=False)
    opens = forms.BooleanField(required=False)

    def clean_query(self) -> str:
        return query_to_save(QueryDict(self.cleaned_data["query"].removeprefix("?")))

    @property
    def problem(self) -> str:
        """Everything that is wrong, in one line for a message."""
        return " ".join(str(text) for texts in self.errors.values() for text in texts)
