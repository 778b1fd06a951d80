"""A declaration that cannot work is refused when it is made, in words that say what is wrong with it."""

from dataclasses import replace
from typing import Any

import pytest

from integrations.imports.contract import ImportedField, OwnedLines, WhenGone
from integrations.lists import Reader
from tests.toy_imports.declared import CONTRACTS, LINES, PRICED, contract_declaration, priced_declaration
from tests.toy_imports.models import ToyContractLine, ToyPrice

FIELDS = (ImportedField("name", "NAME"),)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fields": (ImportedField("color", "NAME"),)}, "ToyContract has no field color."),
        ({"fields": (*FIELDS, *FIELDS)}, "name of ToyContract would be written twice."),
        ({"fields": (ImportedField("number", "NAME"),)}, "number of ToyContract would be written twice."),
        ({"fields": (ImportedField("connection", "NAME"),)}, "ToyContract has no field connection."),
        ({"lines": contract_declaration().lines * 2}, "The lines of ToyContract are declared twice."),
        ({"lines": priced_declaration(nested=True).lines}, "Contracts are read without PROJECTCONTRACTLINEENTRIES."),
    ],
)
def test_a_declaration_that_cannot_work_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(contract_declaration(), **changes)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({}, "ToyContractLine comes from a list or from nested rows, one of the two."),
        ({"kind": LINES, "nested": "ITEMS"}, "ToyContractLine comes from a list or from nested rows, one of the two."),
        ({"kind": CONTRACTS}, "Contracts do not name the document they belong to."),
    ],
)
def test_lines_that_come_from_nowhere_are_refused(source: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        OwnedLines(ToyContractLine, FIELDS, WhenGone.REMOVED, **source)


def test_a_line_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="ToyPrice has no field name"):
        OwnedLines(ToyPrice, FIELDS, WhenGone.REMOVED, kind=LINES)


def test_a_query_brings_no_owned_lines() -> None:
    with pytest.raises(ValueError, match="Priced lines: only `read` brings owned lines with it"):
        replace(PRICED, reader=Reader.QUERY)
