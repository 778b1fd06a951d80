"""Forms of the import: the file to upload, and what each name of a file stands for.

Reads the post and nothing else; what a file may hold is decided in erp_admin.uploads.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.urls import reverse

from accounts.ui.formats import present_formats
from erp_admin.models import ImportDraft, ImportMatch, MatchHow, MatchKind
from erp_admin.uploads.deciding import LEFT_OPEN, state_of
from erp_admin.uploads.formats.table import MOST_BYTES, MOST_ROWS
from erp_admin.uploads.kinds import file_types
from erp_admin.uploads.readings import Question, has_hidden, questions, stated_by_person
from erp_admin.uploads.stated import Hidden, StatedReading

MOST_FILES = 10
FROM_ITS_COLUMNS = ("", "Found from its columns")
FROM_THE_FILE = ("", "Decided from the file")
DATE_ORDERS = (
    FROM_THE_FILE,
    ("month", "month/day/year: 03/04/2026 is March 4"),
    ("day", "day/month/year: 03/04/2026 is April 3"),
)
DECIMALS = (FROM_THE_FILE, (".", "a point, as in 1,234.50"), (",", "a comma, as in 1.234,50"))
CENTURIES = (
    ("", "Not read"),
    ("1990", "90 to 99 are 1990 to 1999, 00 to 89 are 2000 to 2089"),
    ("2000", "00 to 99 are 2000 to 2099"),
)
HIDDEN_ROWS = (
    ("", "Not decided"),
    (Hidden.LEAVE_OUT.value, "Leave them out"),
    (Hidden.INCLUDE.value, "Include them"),
)
LEFT_OPEN_LABELS = {
    MatchKind.VENDOR: "Import without a vendor for now",
    MatchKind.PROJECT: "Import without this project",
    MatchKind.COST_CODE: "Import without this cost code",
}
_BY_COMPANY = {
    False: "Where the file does not show it, month/day/year as your company writes.",
    True: "Where the file does not show it, day/month/year as your company writes.",
    None: "Where the file does not show it, you are asked.",
}

DAY_FIRST_OF = {"": None, "month": False, "day": True}


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files, as a list."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files or [None]]


class UploadForm(forms.Form):
    file = FilesField(
        label="File",
        allow_empty_file=True,  # an empty one is refused in better words where it is read
        help_text=f"CSV, XLSX or JSON; at most {MOST_ROWS:,} rows and {MOST_BYTES // 1024 // 1024} MB each.",
        widget=FilesInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.json"}),
        error_messages={"required": "Choose a file."},
    )
    kind = forms.ChoiceField(label="It holds", required=False)
    dates = forms.ChoiceField(
        label="Dates like 03/04/2026 are",
        choices=DATE_ORDERS,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [FROM_ITS_COLUMNS, *((each.key, each.title) for each in file_types())]
        self.fields["dates"].help_text = f"{_BY_COMPANY[present_formats().day_first]} 2026-03-04 needs no choice."

    @property
    def stated(self) -> StatedReading:
        return StatedReading(day_first=DAY_FIRST_OF[self.cleaned_data["dates"]])

    def clean_file(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["file"]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"These are {len(files)} files; at most {MOST_FILES} are taken at once.")
        for file in files:
            if file.size > MOST_BYTES:
                size, most = file.size / 1024 / 1024, MOST_BYTES // 1024 // 1024
                name = f"{file.name[-80:]} has" if len(files) > 1 else "The file has"
                raise forms.ValidationError(f"{name} {size:.1f} MB; at most {most} MB are read. Split it up.")
        return files


class ReadingForm(forms.Form):
    """How a file that was kept is to be read. What the file leaves open comes first, as questions."""

    decimal = forms.ChoiceField(label="Decimal mark", choices=DECIMALS, required=False)
    day_first = forms.ChoiceField(label="Dates like 03/04/2026 are", choices=DATE_ORDERS, required=False)
    century_from = forms.ChoiceField(label="Years of two digits", choices=CENTURIES, required=False)
    hidden = forms.ChoiceField(label="Hidden rows and columns", choices=HIDDEN_ROWS, required=False)

    def __init__(self, draft: ImportDraft, data: Mapping[str, Any] | None = None) -> None:
        stated = stated_by_person(draft)
        initial = {
            "decimal": stated.decimal or "",
            "day_first": next(text for text, value in DAY_FIRST_OF.items() if value is stated.day_first),
            "century_from": str(stated.century_from or ""),
            "hidden": "" if stated.hidden is Hidden.ASK else stated.hidden.value,
        }
        super().__init__(data, initial=initial)
        self.questions = [(question, question.key) for question in questions(draft)]
        if initial["century_from"] not in dict(CENTURIES):  # stated by the command
            year = stated.century_from or 0
            self._choices("century_from").append((str(year), f"from {year} to {year + 99}"))
        if not has_hidden(draft):
            del self.fields["hidden"]

    def _choices(self, name: str) -> list[Any]:
        field: Any = self.fields[name]
        field.choices = list(field.choices)
        choices: list[Any] = field.choices
        return choices

    def asked(self) -> list[tuple[Question, Any]]:
        """The questions, each with its field."""
        return [(question, self[key]) for question, key in self.questions]

    def others(self) -> list[Any]:
        """The fields that the file leaves no question about."""
        keys = {key for _, key in self.questions}
        return [self[name] for name in self.fields if name not in keys]

    @property
    def stated(self) -> StatedReading:
        given = self.cleaned_data
        century = given["century_from"]
        return StatedReading(
            decimal=given["decimal"] or None,
            day_first=DAY_FIRST_OF[given["day_first"]],
            century_from=int(century) if century else None,
            hidden=Hidden(given.get("hidden") or Hidden.ASK),
        )


class MatchSelect(forms.Select):
    """A select with the proposals; a script adds a search over all records, without one the id can be typed."""

    template_name = "integrations/settings_picker.html"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return data.get(f"{name}_typed") or data.get(name, "")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["typed_name"] = f"{name}_typed"
        return context


class MatchesForm(forms.Form):
    """A field per name. Blank leaves it undecided; a similar record is chosen beforehand, and saved with the page."""

    def __init__(
        self, draft: ImportDraft, matches: Iterable[ImportMatch], data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data)
        self.matches = list(matches)
        for match in self.matches:
            self.fields[f"match_{match.pk}"] = _field(draft, match)

    @property
    def chosen(self) -> dict[int, str]:
        return {match.pk: str(self.cleaned_data[f"match_{match.pk}"]) for match in self.matches}

    @property
    def seen(self) -> dict[int, str]:
        """What each name stood for on the page that was sent."""
        found = {match.pk: self.data.get(f"seen_{match.pk}") for match in self.matches}
        return {pk: state for pk, state in found.items() if state is not None}

    def rows(self) -> list[tuple[ImportMatch, Any, str]]:
        """Each name with its field, and what it stands for now."""
        return [(match, self[f"match_{match.pk}"], state_of(match)) for match in self.matches]


def options_of(match: ImportMatch) -> list[tuple[str, str]]:
    """What is offered before anything is searched: the present choice, what is similar, and to leave it open."""
    options: dict[str, str] = {}
    if match.value:
        options[match.value] = match.label or match.value
    for candidate in match.candidates:
        options.setdefault(candidate["value"], candidate["label"])
    scores = {candidate["value"]: candidate["score"] for candidate in match.candidates if candidate["score"] < 100}
    shown = [
        (value, f"{label} ({scores[value]} % alike)" if value in scores else label) for value, label in options.items()
    ]
    return [*shown, (LEFT_OPEN, LEFT_OPEN_LABELS[MatchKind(match.kind)])]


def _field(draft: ImportDraft, match: ImportMatch) -> forms.CharField:
    kwargs = {"tenant_slug": draft.tenant.slug, "draft_pk": draft.pk, "match_pk": match.pk}
    name = f"{match.get_kind_display()} for {match.text}"
    widget = MatchSelect(
        attrs={
            "class": "form-select form-select-sm",
            "data-picker-url": reverse("pick_commitment_import", kwargs=kwargs),
            "aria-label": name,
        },
        choices=[("", "Not decided"), *options_of(match)],
    )
    initial = LEFT_OPEN if match.how == MatchHow.OPEN else match.value
    return forms.CharField(label=name, required=False, max_length=200, initial=initial, widget=widget)
