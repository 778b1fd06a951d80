"""The form that says what each column of a file is.

Reads the post; what is complete is decided in erp_admin.uploads.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django import forms

from erp_admin.documents.columns import Level
from erp_admin.models import ImportDraft
from erp_admin.uploads.column_choice import LEFT_OUT, SeenColumn, chosen_columns, seen_columns
from erp_admin.uploads.column_proposals import Proposal, column_name, proposals, wrong_choices
from erp_admin.uploads.kinds import upload_for

NOT_DECIDED: Final = ""
LEAVE_OUT: Final = "-"
_LEVELS: Final = {Level.HEAD: "Of the document", Level.LINE: "Of a line"}


class ColumnsForm(forms.Form):
    """A field for each column of the file that has a header or holds something; proposals are chosen beforehand."""

    rest = forms.BooleanField(
        label="Leave out every column that is not decided",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    sender = forms.CharField(
        label="Who sends such files?",
        max_length=80,
        required=False,
        help_text="A vendor or a program. With a name the answer is remembered: the next file with these columns is "
        "read at once. Blank remembers nothing.",
    )

    def __init__(self, draft: ImportDraft, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self._kind = draft.kind
        self.seen = [column for column in seen_columns(draft) if column.header or column.filled]
        self._proposed = proposals(draft.kind, self.seen)
        chosen = chosen_columns(draft)
        for column in self.seen:
            initial = self._proposed[column.place].key if chosen is None else chosen.places.get(column.place)
            self.fields[_name(column)] = _field(self._kind, column, initial)

    def rows(self) -> Iterator[tuple[SeenColumn, str, Any, Proposal]]:
        for column in self.seen:
            yield column, column_name(column), self[_name(column)], self._proposed[column.place]

    def needed(self) -> list[str]:
        """The labels of what every file needs."""
        upload = upload_for(self._kind)
        labels = [column.label for column in upload.columns if column.is_needed]
        return [*labels, *(each.label for each in upload.one_of), "Amount or Unit price"]

    @property
    def places(self) -> dict[int, str]:
        rest = LEAVE_OUT if self.cleaned_data.get("rest") else NOT_DECIDED
        given = {column.place: self.cleaned_data.get(_name(column)) or rest for column in self.seen}
        return {place: LEFT_OUT if key == LEAVE_OUT else key for place, key in given.items() if key != NOT_DECIDED}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        names = {column.place: _name(column) for column in self.seen}
        if not any(name in self.errors for name in names.values()):
            for place, sentence in wrong_choices(self._kind, self.seen, self.places):
                self.add_error(None if place is None else names[place], sentence)
        return cleaned


def _name(column: SeenColumn) -> str:
    return f"column_{column.place}"


def _field(kind: str, column: SeenColumn, initial: str | None) -> forms.ChoiceField:
    label = f"{column_name(column)} is"
    return forms.ChoiceField(
        label=label,
        required=False,
        choices=_choices(kind),
        initial=NOT_DECIDED if initial is None else initial or LEAVE_OUT,
        widget=forms.Select(attrs={"class": "form-select form-select-sm", "aria-label": label}),
    )


def _choices(kind: str) -> list[Any]:
    groups = [
        (
            words,
            [
                (column.key, f"{column.label} *" if column.is_needed else column.label)
                for column in upload_for(kind).columns
                if column.level is level
            ],
        )
        for level, words in _LEVELS.items()
    ]
    return [(NOT_DECIDED, "Not decided"), (LEAVE_OUT, "Leave this column out"), *groups]
