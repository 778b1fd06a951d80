"""The form that corrects cells of a file in place: a field for each fault, and one for each of its first cells.

Reads the post; whether a value fits its cell is decided by erp_admin.uploads.corrections.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms

from erp_admin.models import ImportDraft
from erp_admin.uploads.corrections import CellFix, column_at, mark, why_not
from erp_admin.uploads.formats.table import LONGEST_CELL
from erp_admin.uploads.problem_groups import Fault, FaultyCell, faults_of, texts_of

MOST_SHOWN: Final = 20
BLANK: Final = "blank"
_EMPTY: Final = "empty_"
_OURS: Final = ("fix_", "cell_", _EMPTY)


@dataclass(frozen=True)
class FaultRow:
    """A fault on the page. `every` corrects all its cells alike; `cells` one each, where there are several.

    `emptied` empties them, where they may be left blank.
    """

    fault: Fault
    every: Any
    cells: list[tuple[FaultyCell, Any]]
    emptied: Any


class FixesForm(forms.Form):
    def __init__(self, draft: ImportDraft, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self._draft = draft
        self.faults = faults_of(draft)
        self.shown = self.faults[:MOST_SHOWN]
        fixable = [fault for fault in self.shown if fault.can_be_fixed]
        self._texts = texts_of(draft, [cell for fault in fixable for cell in fault.shown_cells])
        for fault in fixable:
            where = f"row {fault.cells[0].row:,}" if len(fault.cells) == 1 else f"all {len(fault.cells):,} cells"
            self.fields[_every(fault)] = _field(f"{fault.column} in {where}")
            if fault.can_be_emptied:
                self.fields[_emptied(fault)] = _checkbox(fault)
            for cell in fault.shown_cells if len(fault.cells) > 1 else ():
                self.fields[_one(fault, cell)] = _field(f"{fault.column} in row {cell.row:,}")

    def unused(self) -> list[str]:
        """What was typed for cells that are not, or no longer, as they were on the page."""
        names = [name for name in self.data if name.startswith(_OURS) and name not in self.fields]
        texts = [BLANK if name.startswith(_EMPTY) else self.data[name].strip() for name in names]
        return [text for text in texts if text]

    @property
    def more(self) -> int:
        return len(self.faults) - len(self.shown)

    def can_fix(self) -> bool:
        return any(fault.can_be_fixed for fault in self.shown)

    def rows(self) -> Iterator[FaultRow]:
        for fault in self.shown:
            every = self[_every(fault)] if fault.can_be_fixed else None
            cells = [(cell, self[_one(fault, cell)]) for cell in fault.shown_cells if _one(fault, cell) in self.fields]
            emptied = self[_emptied(fault)] if _emptied(fault) in self.fields else None
            yield FaultRow(fault, every, cells, emptied)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        for fault in self.shown:
            column = column_at(self._draft, fault.place) if fault.place is not None else None
            if column is None:
                continue
            if cleaned.get(_every(fault)) and cleaned.get(_emptied(fault)):
                self.add_error(_every(fault), "Type a value, or empty the cells; not both.")
            for name in (_every(fault), *(_one(fault, cell) for cell in fault.shown_cells)):
                if (text := cleaned.get(name)) and (wrong := why_not(self._draft, column, text)):
                    self.add_error(name, wrong)
        return cleaned

    @property
    def fixes(self) -> list[CellFix]:
        """What is to be corrected; a cell's own value counts more than that of all."""
        found: dict[tuple[int, int], CellFix] = {}
        for fault in self.shown:
            given = self.cleaned_data.get(_every(fault)) or None
            everywhere = "" if self.cleaned_data.get(_emptied(fault)) else given
            cells = fault.cells if everywhere is not None else fault.shown_cells
            texts = texts_of(self._draft, cells) if everywhere is not None else self._texts
            for cell in cells:
                text = self.cleaned_data.get(_one(fault, cell)) or everywhere
                if text is not None and cell.place is not None:
                    now = texts.get((cell.row, cell.place), "")
                    found[cell.row, cell.place] = CellFix(cell.row, cell.place, mark(now), text)
        return list(found.values())


def _every(fault: Fault) -> str:
    """Names how many cells there were: more or fewer are another question."""
    return f"fix_{fault.key}_{len(fault.cells)}"


def _emptied(fault: Fault) -> str:
    return f"{_EMPTY}{fault.key}_{len(fault.cells)}"


def _one(fault: Fault, cell: FaultyCell) -> str:
    return f"cell_{fault.key}_{cell.row}_{cell.place}"


def _field(label: str) -> forms.CharField:
    attrs = {"class": "form-control form-control-sm", "aria-label": label, "autocomplete": "off"}
    return forms.CharField(label=label, required=False, max_length=LONGEST_CELL, widget=forms.TextInput(attrs=attrs))


def _checkbox(fault: Fault) -> forms.BooleanField:
    cells = "the cell" if len(fault.cells) == 1 else f"all {len(fault.cells):,} cells"
    widget = forms.CheckboxInput(attrs={"class": "form-check-input", "aria-label": f"{fault.column}: empty {cells}"})
    return forms.BooleanField(label=f"Empty {cells}", required=False, widget=widget)
