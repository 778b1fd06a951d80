"""docs/field-maps.md: made from the rows of the mappings, and compared with what they make."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from integrations.delivery.contract import PushFlow
from integrations.delivery.field_docs import field_maps_page
from integrations.intacct.element_orders import FUNCTIONS
from integrations.runs.flow import flows

PAGE = settings.BASE_DIR / "docs" / "field-maps.md"
FLOWS = [flow for flow in flows() if isinstance(flow, PushFlow)]


def test_the_page_is_what_the_mappings_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == field_maps_page(), "write it with: make docs-field-maps"


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.key)
def test_every_element_that_a_flow_can_write_stands_there(flow: PushFlow) -> None:
    section = field_maps_page().split(f"## {flow.plural.capitalize()}\n")[1].split("\n## ")[0]
    rows = [row for function in flow.functions for block in function.blocks for row in block.rows.documented()]
    assert rows
    for row in rows:
        assert row.source, row.name
        assert f"| `{row.name}` | {row.label} | {row.source} |" in section
        assert (f"`{row.reads}`" if row.reads else "cannot be read") in section


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.key)
def test_rows_name_elements_that_the_function_has(flow: PushFlow) -> None:
    for function in flow.functions:
        shape = FUNCTIONS[function.name]
        head, lines = (block.rows.documented() for block in function.blocks)
        changeable = [row for row in head if not (function.is_update and row.fixed)]
        assert {row.name for row in changeable} <= {*shape.elements}
        (items,) = [name for name in shape.nested if name in ("potransitems", "updatepotransitems")]
        for line in shape.nested[items].nested.values():
            assert {row.name for row in lines} <= {*line.elements}


def test_the_command_writes_the_page_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "field-maps.md"
    with pytest.raises(SystemExit):
        call_command("document_field_maps", "--check", file=file)
    assert "make docs-field-maps" in capsys.readouterr().err
    call_command("document_field_maps", file=file)
    assert file.read_text() == field_maps_page()
    call_command("document_field_maps", "--check", file=file)
