"""Forms of the import: the file to upload, and what each name of a file stands for.

Reads the post and nothing else; what a file may hold is decided in erp_admin.uploads.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.urls import reverse

from erp_admin.models import ImportDraft, ImportMatch, MatchHow, MatchKind
from erp_admin.uploads.formats.table import MOST_BYTES, MOST_ROWS
from erp_admin.uploads.kinds import file_types
from erp_admin.uploads.matches import LEFT_OPEN

DATE_ORDERS = (("month", "month/day/year: 4 March"), ("day", "day/month/year: 3 April"))
LEFT_OPEN_LABELS = {
    MatchKind.VENDOR: "Import without a vendor for now",
    MatchKind.PROJECT: "Import without this project",
    MatchKind.COST_CODE: "Import without this cost code",
}


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label="The file holds")
    file = forms.FileField(
        label="File",
        allow_empty_file=True,  # an empty one is refused in better words where it is read
        help_text=f"CSV, XLSX or JSON; at most {MOST_ROWS:,} rows and {MOST_BYTES // 1024 // 1024} MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.json"}),
        error_messages={"required": "Choose a file."},
    )
    dates = forms.ChoiceField(
        label="A date like 03/04/2026 is",
        choices=DATE_ORDERS,
        initial="month",
        help_text="Dates like 2026-03-04 or 4 Mar 2026 are always read right.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [(each.key, each.title) for each in file_types()]
        kind.initial = file_types()[0].key

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            size, most = file.size / 1024 / 1024, MOST_BYTES // 1024 // 1024
            raise forms.ValidationError(f"The file has {size:.1f} MB; at most {most} MB are read. Split it up.")
        return file


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

    def rows(self) -> list[tuple[ImportMatch, Any]]:
        return [(match, self[f"match_{match.pk}"]) for match in self.matches]


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
