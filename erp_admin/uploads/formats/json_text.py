"""JSON files: a list of documents, each with its `lines`, or an object that holds it under `documents`.

Flattened into the same rows as a spreadsheet, so that one set of rules understands both.
"""

import json
from collections.abc import Iterator
from typing import Any

from erp_admin.uploads.formats.table import Cell, FileRefused, Row, Table, cleaned

_SHAPE = "It is a list of documents, or {“documents”: [ … ]}, each document an object with its “lines”."


def read(content: bytes) -> Table:
    """Raises FileRefused for what is no JSON or has another shape."""
    try:
        # Numbers stay text: an amount never passes through a binary fraction.
        parsed = json.loads(content, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise FileRefused(
            f"The file is not valid JSON{where}.", "Check it, then upload it again.", code="FILE-JSON"
        ) from (error)
    documents = parsed.get("documents") if isinstance(parsed, dict) else parsed
    if not isinstance(documents, list) or not all(isinstance(document, dict) for document in documents):
        raise FileRefused("The JSON file holds no list of documents.", _SHAPE, code="FILE-JSON")
    flat = [entry for position, document in enumerate(documents, 1) for entry in _flattened(position, document)]
    names = list(dict.fromkeys(name for entry in flat for name in entry))
    return Table(_rows(names, flat), ["Rows are counted by lines: the first line of the first document is row 2."])


def _flattened(position: int, document: dict[str, Any]) -> list[dict[str, str]]:
    lines = document.get("lines", [{}])
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise FileRefused(f"The “lines” of document {position} are no list of objects.", _SHAPE, code="FILE-JSON")
    head = {name: value for name, value in document.items() if name != "lines"}
    inside = {"project": "line_project", "retainage": "line_retainage"}  # the same names, one level further in
    return [
        _texts({**head, **{inside.get(name, name): value for name, value in line.items()}}) for line in lines or [{}]
    ]


def _texts(entry: dict[str, Any]) -> dict[str, str]:
    texts = {}
    for name, value in entry.items():
        if isinstance(value, (dict, list)):
            raise FileRefused(f"The value of “{name}” is not one value.", _SHAPE, code="FILE-JSON")
        shown = "" if value is None else {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        texts[name] = cleaned(shown)
    return texts


def _rows(names: list[str], flat: list[dict[str, str]]) -> Iterator[Row]:
    yield Row(1, tuple(Cell(name) for name in names))
    for number, entry in enumerate(flat, 2):
        yield Row(number, tuple(Cell(entry.get(name, "")) for name in names))
