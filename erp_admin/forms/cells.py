"""Cells of lines read as values: each with what is shown back, what is wrong with it, and what may be written instead.

Owns which field reads which column, and that many cells cost as many queries as one. The grammar reads the texts, the
lists say what codes mean; what may be stored is decided by the service of each type.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from accounts.storable import cannot_be_kept
from erp_admin.documents.line_columns import NUMBERS, LineColumn, Reads
from erp_admin.forms.codes import Asked, Codes, Meant, projects_meant
from erp_admin.forms.fields import (
    AmountField,
    Choice,
    MeasuredField,
    PercentField,
    PriceField,
    QuantityField,
    choices_of,
    number_as_typed,
)
from erp_admin.grammar.identifiers import is_formula_error
from erp_admin.grammar.measures import AMOUNT
from erp_admin.grammar.signs import visible
from erp_admin.models import Project
from erp_admin.uploads.line_values import price_for, times
from erp_admin.uploads.parsed import LARGEST_AMOUNT
from integrations.models import Connection

Row = Mapping[str, str]
_FIELDS: Final[Mapping[Reads, type[MeasuredField]]] = {
    Reads.QUANTITY: QuantityField,
    Reads.PRICE: PriceField,
    Reads.AMOUNT: AmountField,
    Reads.PERCENT: PercentField,
}
_LEAST: Final = Decimal("0.0001")
_ODD_SIGN: Final = "This holds a sign that cannot be stored. Type it again."
_LISTED: Final = (Reads.CODE, Reads.PROJECT, Reads.CHANGED)


@dataclass(frozen=True)
class Read:
    """What a cell was read as. A `fault` keeps the document from being saved, a `caution` only from being pushed.

    `text` is shown back; `label` is the name of what a code stands for.
    """

    value: Any = None
    text: str = ""
    label: str = ""
    fault: str = ""
    caution: str = ""
    choices: tuple[Choice, ...] = ()


Line = dict[str, Read]


@dataclass
class CellReader:
    """Reads rows of one document. `project` is that of its head, `changeable` the lines that a line may change.

    `shown_lines` are the keys of those lines by the numbers that the page showed; None where no page is asked about.
    """

    columns: tuple[LineColumn, ...]
    connection: Connection | None
    project: Project | None = None
    currency: str = ""
    changeable: Mapping[str, Any] = field(default_factory=dict)
    shown_lines: Mapping[str, int] | None = None

    def __post_init__(self) -> None:
        self._codes = Codes(self.connection)
        self._projects: dict[str, Project | Meant] = {}
        self.fields = {each.name: self._field(each) for each in self.columns if each.reads in NUMBERS}
        self._numbers: dict[tuple[str, str], Read] = {}

    def _field(self, column: LineColumn) -> MeasuredField:
        least = _LEAST if column.reads is Reads.QUANTITY else None
        found = _FIELDS[column.reads](required=False, min_value=least)
        found.currency = self.currency
        return found

    def read(self, rows: Sequence[Row]) -> list[Line]:
        """Every row with its cells, the empty ones left out."""
        texts = [self._readable(row) for row in rows]
        for column in self.columns:
            if column.reads is Reads.PROJECT:
                wanted = {row.get(column.name, "") for row in texts} - {"", *self._projects}
                self._projects |= projects_meant(wanted)
        self._fetch_codes(texts, lambda column: "task_id" not in column.within)
        self._fetch_codes(texts, lambda column: "task_id" in column.within)
        return [self._line(row) | _odd(given) for row, given in zip(texts, rows, strict=True)]

    def _readable(self, row: Row) -> dict[str, str]:
        """The cells in which something stands. Signs that nobody sees are no part of what is looked up in a list."""
        kept = {name: text.strip() for name, text in row.items() if text.strip() and not cannot_be_kept(text)}
        for column in self.columns:
            if column.reads in _LISTED and column.name in kept:
                kept[column.name] = " ".join(visible(kept[column.name], keeps_joiners=True)[0].split())
        return {name: text for name, text in kept.items() if text}

    def _fetch_codes(self, rows: Iterable[Row], chosen: Any) -> None:
        columns = [each for each in self.columns if each.reads is Reads.CODE and chosen(each)]
        asked = (self._asked(column, row) for row in rows for column in columns if row.get(column.name))
        self._codes.fetch(each for each in asked if each is not None)

    def _asked(self, column: LineColumn, row: Row) -> Asked | None:
        """The question a code asks; None where it is asked within something that is not known."""
        within: list[str] = []
        for name in column.within:
            if name == "project":
                project = self.project_of(row)
                within.append(project.remote_id if project is not None else "")
            else:
                before = next(each for each in self.columns if each.name == name)
                asked = self._asked(before, row) if row.get(name) else None
                within.append((self._codes.meant(asked).id or row[name]) if asked is not None else "")
        return Asked(column.list_key, row[column.name], tuple(within)) if all(within) else None

    def project_of(self, row: Row) -> Project | None:
        """The project of a line: its own, else that of the head."""
        own = row.get("project", "")
        found = self._projects.get(own) if own else self.project
        return found if isinstance(found, Project) else None

    def _line(self, row: Row) -> Line:
        cells = {column.name: self._cell(column, row) for column in self.columns if row.get(column.name)}
        line = {name: read for name, read in cells.items() if read.value != "" or read.fault}
        if row.get("cost_type_id") and not row.get("task_id"):
            fault = "A cost type belongs to a cost code. Choose the cost code too."
            line["task_id"] = Read(value="", fault=fault)
        return line

    def _cell(self, column: LineColumn, row: Row) -> Read:
        text = row[column.name]
        match column.reads:
            case Reads.TEXT:
                return _text(text, column.longest)
            case Reads.CODE:
                return self._code(column, row)
            case Reads.PROJECT:
                found = self._projects.get(text) or Meant()
                if isinstance(found, Project):
                    return Read(found, found.number, found.name)
                return Read(text=text, fault=found.why, choices=found.choices)
            case Reads.CHANGED:
                return self._changed(text)
        if (column.name, text) not in self._numbers:
            self._numbers[column.name, text] = _number(self.fields[column.name], text)
        return self._numbers[column.name, text]

    def _code(self, column: LineColumn, row: Row) -> Read:
        shown = _text(row[column.name], column.longest)
        asked = self._asked(column, row) if not shown.fault else None
        if asked is None:
            return shown
        meant = self._codes.meant(asked)
        code = meant.id or shown.text
        return Read(code, code, meant.name, caution=meant.why, choices=meant.choices)

    def _changed(self, text: str) -> Read:
        found = self.changeable.get(text)
        if self.shown_lines is not None and (found or text in self.shown_lines):
            shown = self.shown_lines.get(text)
            if found is None or found.pk != shown:
                return self._renumbered(text, found, shown)
        if found is None:
            return Read(text=text, fault=f"There is no line {text} to change. Choose one, or leave the cell blank.")
        return Read(found, text, found.description)

    def _renumbered(self, text: str, found: Any, shown: int | None) -> Read:
        """The number means another line than on the page where it was typed: which one is meant is asked."""
        meant = next((line for line in self.changeable.values() if line.pk == shown), None)
        named = dict.fromkeys(each for each in (meant, found) if each is not None)
        choices = tuple((str(each.number), f"{each.number} {each.description}") for each in named)
        if meant is not None:
            fault = (
                f"Lines were renumbered since you opened this page: what was line {text} is line {meant.number} now."
            )
        elif shown is not None:
            fault = f"The line that was line {text} when you opened this page is not there any more."
        else:
            fault = f"There was no line {text} when you opened this page; now it is “{found.description}”."
        return Read(text=text, fault=f"{fault} Choose the one you mean, or leave the cell blank.", choices=choices)


def _odd(row: Row) -> Line:
    """Cells with signs that neither a page nor the database can hold."""
    return {name: Read(text=text, fault=_ODD_SIGN) for name, text in row.items() if cannot_be_kept(text)}


def _text(text: str, longest: int) -> Read:
    """A text as it is stored: signs nobody sees and breaks of lines are none of its words."""
    seen = " ".join(visible(text, keeps_joiners=True)[0].split())
    if seen.startswith("=") and len(seen) > 1:
        fault = "This is a formula, not its value. Type what it says, or put an apostrophe in front to keep it as text."
        return Read(text=text, fault=fault, choices=((f"'{seen}", f"{seen} as text"),))
    if is_formula_error(seen):
        return Read(text=text, fault=f"The spreadsheet shows the error {seen} here. Type the value.")
    if len(seen) > longest:
        return Read(text=text, fault=f"The text has {len(seen):,} characters; at most {longest:,} fit.")
    return Read(seen.removeprefix("'") if _is_quoted(seen) else seen, seen)


def _is_quoted(text: str) -> bool:
    """Whether its first apostrophe only says that a text is meant."""
    return text.startswith("'") and text.lstrip("'").startswith("=")


def text_as_typed(text: str) -> str:
    """A stored text as its cell reads it back."""
    return f"'{text}" if text.startswith("=") or _is_quoted(text) else text


def _number(reader: MeasuredField, text: str) -> Read:
    try:
        value = reader.clean(text)
    except ValidationError as error:
        return Read(text=text, fault=" ".join(error.messages), choices=choices_of(error))
    return Read(value, str(reader.prepare_value(value)))


def completed(line: Line, columns: Sequence[LineColumn]) -> Line:
    """The line with what follows from its cells, and with the faults of what it lacks. Without a price there is one."""
    done = dict(line)
    for column in columns:
        if column.is_needed and column.name not in line:
            done[column.name] = Read(fault=f"{column.label} is missing.")
    quantity = line.get("quantity", Read(Decimal(1)))
    price, amount = line.get("unit_price"), line.get("amount")
    if quantity.fault or (price and price.fault) or (amount and amount.fault):
        return done
    if price is None and amount is None:
        done["unit_price"] = Read(fault="Enter a unit price or an amount.")
        return done
    value = price.value if price is not None else price_for(amount.value if amount else Decimal(0), quantity.value)
    computed = times(quantity.value, value)
    if max(abs(computed), abs(value)) >= LARGEST_AMOUNT:
        done["unit_price"] = Read(text=price.text if price else "", fault="Quantity times unit price is too large.")
    elif amount is not None and amount.value != computed:
        done["amount"] = _disagrees(amount, computed, has_price=price is not None)
    else:
        done["unit_price"], done["amount"] = Read(value), Read(computed)
    return done


def _disagrees(amount: Read, computed: Decimal, *, has_price: bool) -> Read:
    shown = number_as_typed(computed, AMOUNT)
    sentence = f"Quantity times unit price is {shown}."
    if not has_price:
        sentence = f"No unit price of 6 decimals makes this amount; the nearest is {shown}."
    return Read(text=amount.text, fault=sentence, choices=((shown, shown),))


def faults_of(line: Line) -> Iterable[tuple[str, Read]]:
    return ((name, read) for name, read in line.items() if read.fault)


def read_field(reader: forms.Field, text: str) -> Read:
    """A field of the head, read as a cell is."""
    if cannot_be_kept(text):
        return Read(text=text, fault=_ODD_SIGN)
    try:
        value = reader.clean(text)
    except ValidationError as error:
        return Read(text=text, fault=" ".join(error.messages), choices=choices_of(error))
    return Read(value, str(reader.prepare_value(value)) if value not in (None, "") else "")
