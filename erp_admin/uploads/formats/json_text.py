"""JSON files: a list of documents, each with its `lines`, or an object that holds it under `documents`.

Flattened into the same rows as a spreadsheet, with the boundaries of documents and the levels of keys kept. Owns the
one way in which JSON of people is parsed.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final, NoReturn

from erp_admin.documents.plain import plain
from erp_admin.uploads.formats.encodings import strictly, unicode_encoding
from erp_admin.uploads.formats.signs import Signs
from erp_admin.uploads.formats.table import (
    ABSENT,
    BLANK,
    MOST_CELLS,
    MOST_ROWS,
    Cell,
    CellKind,
    FileRefused,
    KnownNames,
    Reading,
    Row,
)  # fmt: skip

MOST_KEYS: Final = 1_000  # of an object; far more than a document has columns
MOST_DEPTH: Final = 20
_SHAPE: Final = "It is a list of documents, or {“documents”: [ … ]}, each document an object with its “lines”."
_COUNTED: Final = "Rows are counted by lines: the first line of the first document is row 2."
_STRING: Final = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)', re.DOTALL)
_MOST_DIGITS: Final = 400


class Number(str):
    """A number as it is written: an amount never passes through a binary fraction."""

    __slots__ = ()


class Members(dict[str, object]):
    """An object. `twice`: the keys that stand in it once more, in this or another spelling."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        if len(pairs) > MOST_KEYS:
            raise FileRefused(
                f"An object of the file has more than {MOST_KEYS:,} keys.",
                "Remove what is not needed.",
                code="FILE-COLUMNS",
            )
        self.twice: list[str] = []
        first: set[str] = set()
        for name, _ in pairs:
            if _meant(name) in first:
                self.twice.append(name)
            first.add(_meant(name))


@dataclass(frozen=True)
class _Name:
    """A key at its level: of a document, or of one of its lines."""

    is_line: bool
    meant: str


def read(content: bytes, known: KnownNames) -> Reading:
    """Raises FileRefused for what is no JSON, has another shape, or says a thing twice."""
    parsed = parse(content)
    notes = [_COUNTED]
    documents = [_split(document, known) for document in _documents(parsed, notes)]
    return Reading(_rows(documents, known, notes), notes, stated_type=_stated(parsed))


def stated_type(content: bytes) -> str:
    """What a file says it holds, blank where it says nothing. Raises FileRefused for what is no JSON."""
    return _stated(parse(content))


def parse(content: bytes) -> object:
    """JSON with its numbers as text and its repeated keys marked. Raises FileRefused, whatever stands there."""
    text = strictly(content, unicode_encoding(content) or "utf-8-sig")
    _refuse_excess(text)
    try:
        return json.loads(
            text, parse_float=Number, parse_int=Number, parse_constant=_refuse_constant, object_pairs_hook=Members
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno:,}, column {error.colno:,}"
        raise _invalid(f"The file is not valid JSON ({where}): {error.msg}.") from error
    except (ValueError, RecursionError) as error:
        raise _invalid("The file is not valid JSON.") from error


def _invalid(sentence: str, advice: str = "Check it, then upload it again.") -> FileRefused:
    return FileRefused(sentence, advice, code="FILE-JSON")


def _refuse_constant(name: str) -> NoReturn:
    raise _invalid(f"The file is not valid JSON: {name} is no number.", "Write the amount, or leave it out.")


def _refuse_excess(text: str) -> None:
    """Before anything is built of it: how deep it is nested, how many objects and values it has."""
    bones = _STRING.sub("", text)
    most = 3 * MOST_ROWS
    depth = 0
    for sign in re.sub(r"[^\[\]{}]+", "", bones)[: 2 * most]:
        depth += 1 if sign in "[{" else -1
        if depth > MOST_DEPTH:
            raise _invalid(f"The JSON file is nested more than {MOST_DEPTH} levels deep.", _SHAPE)
    if bones.count("{") + bones.count("[") > most or bones.count(",") > MOST_CELLS:
        raise FileRefused(
            f"The file holds more than {MOST_ROWS:,} rows.", "Split it into several files.", code="FILE-ROWS"
        )


@lru_cache(maxsize=4096)
def _meant(name: str) -> str:
    """What a key means, however it is written: `unitPrice`, `Unit price` and `unit_price` are one."""
    return plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)) or name.strip()


def _stated(parsed: object) -> str:
    stated = parsed.get("type") if isinstance(parsed, Members) else None
    return stated if isinstance(stated, str) and not isinstance(stated, Number) else ""


def _documents(parsed: object, notes: list[str]) -> list[Members]:
    documents = parsed
    if isinstance(parsed, Members):
        _refuse_twice(parsed, "at the top of the file")
        keys = [key for key in parsed if _meant(key) == "documents"]
        documents = parsed[keys[0]] if keys else None
        others = [key for key in parsed if key not in keys and key != "type"]
        if others:
            notes.append(
                f"Beside the documents the file holds what was not read: {', '.join(map(_quoted, others[:5]))}."
            )
    if not isinstance(documents, list):
        raise _invalid("The JSON file holds no list of documents.", _SHAPE)
    for number, document in enumerate(documents, 1):
        if not isinstance(document, Members):
            raise _invalid(f"Document {number:,} of the JSON file is no object.", _SHAPE)
        _refuse_twice(document, f"in document {number:,}")
        _check_members(number, document)
    return documents


def _check_members(number: int, document: Members) -> None:
    lines = _lines(document)
    if lines is None:
        raise _invalid(f"The “lines” of document {number:,} are no list of objects.", _SHAPE)
    for key, value in document.items():
        if _meant(key) != "lines" and isinstance(value, list | dict):
            hint = " Lines stand under “lines”." if isinstance(value, list) else ""
            raise _invalid(f"The value of {_quoted(key)} in document {number:,} is not one value.{hint}", _SHAPE)
    for position, line in enumerate(lines, 1):
        place = f"in line {position:,} of document {number:,}"
        _refuse_twice(line, place)
        for key, value in line.items():
            if isinstance(value, list | dict):
                raise _invalid(f"The value of {_quoted(key)} {place} is not one value.", _SHAPE)


def _refuse_twice(members: Members, place: str) -> None:
    if members.twice:
        raise _invalid(f"{_quoted(members.twice[0])} stands {place} more than once.", "Leave one of them.")


def _lines(document: Members) -> list[Members] | None:
    """The lines of a document, none where it has none; None where they are no list of objects."""
    lines = next((value for key, value in document.items() if _meant(key) == "lines"), [])
    if not isinstance(lines, list) or not all(isinstance(line, Members) for line in lines):
        return None
    return lines


@dataclass(frozen=True)
class _Document:
    """Its own values and those of each of its lines, by the names they have at their level."""

    head: dict[_Name, object]
    lines: list[dict[_Name, object]]
    is_flat: bool
    spelling: dict[_Name, str]


def _split(document: Members, known: KnownNames) -> _Document:
    """A document without `lines` is its one line itself, so that what means a column of lines is one of it."""
    is_flat = not any(_meant(key) == "lines" for key in document)
    head: dict[_Name, object] = {}
    own_line: dict[_Name, object] = {}
    spelling: dict[_Name, str] = {}
    for key, value in document.items():
        if (meant := _meant(key)) == "lines":
            continue
        is_line = is_flat and meant in known.line and meant not in known.document
        spelling[name := _Name(is_line, meant)] = key
        (own_line if is_line else head)[name] = value
    lines = []
    for line in _lines(document) or ():
        spelling |= {_Name(True, _meant(key)): key for key in line if _Name(True, _meant(key)) not in spelling}
        lines.append({_Name(True, _meant(key)): value for key, value in line.items()})
    return _Document(head, lines or [own_line], is_flat, spelling)


def _headers(names: Mapping[_Name, str], known: KnownNames) -> list[str]:
    """The header of each key. A key that means a column of the other level is told apart by its level."""
    return [_header(name, key, names, known) for name, key in names.items()]


def _header(name: _Name, key: str, names: Mapping[_Name, str], known: KnownNames) -> str:
    own, other = (known.line, known.document) if name.is_line else (known.document, known.line)
    if name.meant in own:
        return key.strip() if plain(key) == name.meant else name.meant  # `unitPrice`
    if name.is_line and f"line {name.meant}" in known.line:
        return f"line {name.meant}".replace(" ", "_")  # `project` of a line is the column Line project
    if name.meant not in other and _Name(not name.is_line, name.meant) not in names:
        return key.strip()
    return f"{key.strip()} (of a line)" if name.is_line else f"{key.strip()} (of the document)"


def _rows(documents: list[_Document], known: KnownNames, notes: list[str]) -> Iterator[Row]:
    names: dict[_Name, str] = {}
    for document in documents:
        for name, key in document.spelling.items():
            names.setdefault(name, key)
    places = {name: place for place, name in enumerate(names)}
    signs = Signs()
    yield Row(1, tuple(signs.cell(header, 1) for header in _headers(names, known)))
    is_nested = not all(document.is_flat for document in documents)  # a flat list is a table, as in a spreadsheet
    number = 1
    for document in documents:
        for position, line in enumerate(document.lines):
            number += 1
            cells = [ABSENT] * len(names)
            for name, value in {**document.head, **line}.items():
                cells[places[name]] = _cell(value, number, signs)
            yield Row(number, tuple(cells), starts_document=position == 0 if is_nested else None)
    notes += signs.notes()


def _cell(value: object, row: int, signs: Signs) -> Cell:
    if value is None or value == "":
        return BLANK
    if isinstance(value, bool):
        return Cell("yes" if value else "no", CellKind.YES_NO)
    if isinstance(value, Number):
        return _number(value)
    return signs.cell(str(value), row)


def _number(written: Number) -> Cell:
    """A number with all its digits, without an exponent; one of absurd size stays a text, which is then a problem."""
    try:
        number = Decimal(written)
    except InvalidOperation:
        return Cell(str(written))
    if abs(number.adjusted()) > _MOST_DIGITS:
        return Cell(str(written))
    digits = f"{number:f}"
    digits = digits.removeprefix("-") if not number else digits
    return Cell(digits, CellKind.NUMBER, shown="" if digits == written else str(written))


def _quoted(name: str) -> str:
    return f"“{name[:60]}”"


def resembles_json(content: bytes) -> bool:
    """Whether a file of any name begins like one of JSON: a list of objects, or an object with a key."""
    start = content[:4096].decode(unicode_encoding(content) or "utf-8-sig", "ignore")
    return re.match(r'\s*(?:\[\s*(?:\{|\]\s*\Z)|\{\s*")', start) is not None
