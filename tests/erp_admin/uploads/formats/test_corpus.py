"""Every file of the corpus is read as its entry says, or refused so; small ones and large ones by the same rules."""

import json
from pathlib import Path
from typing import Any

import pytest

from erp_admin.uploads.columns import known_names
from erp_admin.uploads.formats.detect import form_of
from erp_admin.uploads.formats.process import read_in_process
from erp_admin.uploads.formats.table import CellKind, FileRefused, KnownNames, Table
from erp_admin.uploads.kinds import upload_for
from tests.erp_admin.uploads.formats.reading import table

CORPUS = Path(__file__).parents[3] / "payloads/imports"
EXPECTED: dict[str, dict[str, Any]] = json.loads((CORPUS / "expected.json").read_text())


def seen(found: Table) -> dict[str, Any]:
    """What a table holds, in the form of the entries."""
    rows = list(found.rows)
    cells = {
        f"{chr(65 + place)}{row.number}": facts
        for row in rows
        for place, cell in enumerate(row.cells)
        if (
            facts := {
                **({"kind": cell.kind.value} if cell.kind is not CellKind.TEXT else {}),
                **({"shown": cell.shown} if cell.shown else {}),
                **({"currency": cell.currency} if cell.currency else {}),
                **({"concerns": list(cell.concerns)} if cell.concerns else {}),
                **({"is_absent": True} if cell.is_absent else {}),
            }
        )
    }
    facts = {
        "rows": {str(row.number): list(row.texts) for row in rows},
        "cells": cells,
        "hidden": [row.number for row in rows if row.is_hidden],
        "starts": [row.number for row in rows if row.starts_document],
        "notes": found.notes,
        "delimiter": found.delimiter,
    }
    return {name: value for name, value in facts.items() if value}


def test_every_file_has_an_entry() -> None:
    assert {str(path.relative_to(CORPUS)) for path in CORPUS.glob("*/*")} == EXPECTED.keys()
    assert len(EXPECTED) > 80


@pytest.mark.parametrize("name", EXPECTED)
def test_it_is_read_as_it_is_right(name: str) -> None:
    content = (CORPUS / name).read_bytes()
    if "refused" in EXPECTED[name]:
        with pytest.raises(FileRefused) as caught, table(content, name):
            pass
        assert {"refused": caught.value.code, "sentence": caught.value.sentence} == EXPECTED[name]
        assert caught.value.advice
    else:
        with table(content, name) as found:
            assert seen(found) == EXPECTED[name]


@pytest.mark.parametrize(
    "name",
    [
        "csv/sep_line.csv",
        "csv/unclosed_quote.csv",
        "csv/meaningless_signs.csv",
        "json/null_and_absent.json",
        "json/numbers.json",
        "json/duplicate_keys.json",
    ],
)
def test_the_process_for_large_files_reads_the_same(name: str) -> None:
    content = (CORPUS / name).read_bytes()
    names: KnownNames = known_names(upload_for("commitments").columns)
    form = form_of(name, content)
    if "refused" in EXPECTED[name]:
        with pytest.raises(FileRefused) as caught:
            read_in_process(form, content, names)
        assert {"refused": caught.value.code, "sentence": caught.value.sentence} == EXPECTED[name]
    else:
        with read_in_process(form, content, names) as found:
            assert seen(found) == EXPECTED[name]
