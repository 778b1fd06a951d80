"""Where the header of a file stands, and the cells of its rows by the columns it names.

Refuses a header that is not clear. Reads no value.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from erp_admin.documents.plain import plain
from erp_admin.documents.uploads import UploadKind
from erp_admin.uploads.column_choice import NO_HEADER, ColumnChoice
from erp_admin.uploads.columns import Header, chosen_header, letters, parse_header
from erp_admin.uploads.formats.table import ABSENT, BLANK, Cell, FileRefused, Row
from erp_admin.uploads.parsed import cut

_HEADER_WITHIN: Final = 10
_SHOWN_ABOVE: Final = 3
_LEAST_REPEATED: Final = 3
_LEAST_WITH_DIGITS: Final = 2
_LEAST_NAMED: Final = 2  # a single one may as well be a value, as “Subcontract” is
WITHOUT_HEADER: Final = Row(NO_HEADER, ())


@dataclass(frozen=True)
class Heading:
    """The header of a file; `above` is what stands over it, `is_doubtful` whether its row looks like a document."""

    row: Row
    header: Header
    above: tuple[str, ...] = ()
    is_doubtful: bool = False

    def cell(self, row: Row, key: str) -> Cell:
        place = self.header.places.get(key)
        if place is not None and place < len(row.cells):
            return row.cells[place]
        # A line of JSON ends with its last key; a row of a table with its last filled cell.
        return BLANK if row.starts_document is None else ABSENT

    def holds(self, key: str) -> bool:
        """Whether the file has the column at all."""
        return key in self.header.places

    def strays(self, row: Row) -> Iterator[tuple[int, Cell]]:
        """The filled cells below a blank header or beyond the last one, by their places."""
        for place, cell in enumerate(row.cells):
            if cell and not self.header.is_named(place):
                yield place, cell

    def is_repeated_in(self, row: Row) -> bool:
        """Whether the row is this header again, as on each page of a printed list."""
        filled = [(place, cell.text) for place, cell in enumerate(row.cells) if cell]
        heads = self.row.texts
        least = min(_LEAST_REPEATED, sum(map(bool, heads)))
        return len(filled) >= least and all(
            place < len(heads) and plain(text) == plain(heads[place]) for place, text in filled
        )


def find_heading(kind: UploadKind, rows: Iterable[Row], chosen: ColumnChoice | None = None) -> Heading:
    """The header as it was chosen; else the row that names the most columns, within the first. Raises FileRefused."""
    first = first_rows(rows)
    if chosen is not None:
        row = WITHOUT_HEADER
        if chosen.row != NO_HEADER:
            row = next((row for row in first if row.number == chosen.row), first[0])
        header = chosen_header(kind.columns, row.texts, chosen.places)
        return _heading(first, row, header, is_doubtful=looks_like_values(kind, row.texts))
    best = max(first, key=lambda row: len(parse_header(kind.columns, row.texts)[0].places))
    header, twice = parse_header(kind.columns, best.texts)
    _refuse_unclear(kind, best, header, twice)
    return _heading(first, best, header)


def first_rows(rows: Iterable[Row]) -> list[Row]:
    """Those of which one may be the header. Raises FileRefused where there is none."""
    first = [row for row in islice(iter(rows), _HEADER_WITHIN) if row]
    if not first:
        raise FileRefused("The file holds no rows.", "Choose the file with the documents.", code="FILE-EMPTY")
    return first


def looks_like_values(kind: UploadKind, texts: Sequence[str]) -> bool:
    """Whether a row that was taken for the header may be a document: it names no column, and holds digits."""
    with_digits = sum(any(sign.isdigit() for sign in text) for text in texts)
    return with_digits >= _LEAST_WITH_DIGITS and len(parse_header(kind.columns, texts)[0].places) < _LEAST_NAMED


def _heading(first: list[Row], row: Row, header: Header, *, is_doubtful: bool = False) -> Heading:
    above = [text for each in first if each.number < row.number for text in each.texts if text]
    return Heading(row, header, tuple(above), is_doubtful)


def notes_about(heading: Heading, values: dict[int, int]) -> Iterator[str]:
    """What was not read because of the header; `values` counts the filled cells by place."""
    for place, unknown in heading.header.unknown.items():
        count = values.get(place, 0)
        not_read = "so its value was not read" if count == 1 else f"so its {count:,} values were not read"
        yield f"The column “{cut(unknown.text, 60)}” is not known{f', {not_read}' if count else ''}."
    for place, text in heading.header.left_out.items():
        count = values.get(place, 0)
        not_read = "its value was not read" if count == 1 else f"its {count:,} values were not read"
        name = f"column “{cut(text, 60)}”" if text else f"column {letters(place)}, which has no header,"
        yield f"The {name} was left out, as chosen{f'; {not_read}' if count else ''}."
    if heading.is_doubtful:
        shown = ", ".join(f"“{cut(text)}”" for text in [text for text in heading.row.texts if text][:_SHOWN_ABOVE])
        yield f"Row {heading.row.number} was taken for the header and not read as a document: {shown}, …"
    if heading.above:
        shown = ", ".join(f"“{cut(text)}”" for text in heading.above[:_SHOWN_ABOVE])
        more = len(heading.above) - _SHOWN_ABOVE
        rest = f" and {more:,} more" if more > 0 else ""
        yield f"The header was found in row {heading.row.number}; the rows above it were not read: {shown}{rest}."


def missing_columns(kind: UploadKind, present: Collection[str]) -> list[str]:
    """The labels of what every file of a type needs, where it is not among these columns."""
    missing = [column.label for column in kind.columns if column.is_needed and column.key not in present]
    missing += [each.label for each in kind.one_of if not set(present) & set(each.keys)]
    if not {"unit_price", "amount"} & set(present):
        missing.append("Amount (or Unit price)")
    return missing


def _refuse_unclear(kind: UploadKind, row: Row, header: Header, twice: dict[str, list[str]]) -> None:
    problems = [
        f"{label} stands in more than one column: {', '.join(cells)}. Remove or rename one."
        for label, cells in twice.items()
    ]
    meant = {unknown.meant.key for unknown in header.unknown.values() if unknown.meant is not None}
    problems += [
        f"Column “{cut(unknown.text, 60)}” is not known; did you mean {unknown.meant.label}? Rename it."
        for unknown in header.unknown.values()
        if unknown.meant is not None
    ]
    missing = missing_columns(kind, header.places.keys() | meant)
    if missing:
        problems.append(f"Missing: {', '.join(missing)}.")
    if problems:
        raise FileRefused(
            f"The columns are not clear. {' '.join(problems)}",
            f"The header was looked for in row {row.number}. Download the template to see the columns.",
            code="FILE-HEADER",
        )
