"""docs/field-maps.md as the mappings of the pushing flows make it. Owns the form of the page; every row is declared."""

from collections.abc import Iterable

from integrations.delivery.contract import PushFlow
from integrations.delivery.field_maps import Block, FunctionMap
from integrations.runs.flow import flows

_HEAD = """# Field maps

What ERP Admin writes into Sage Intacct, element by element: where each value comes from, when it is sent, and the field
of the record by which it is read back and compared. This page is made by `make docs-field-maps` from the rows of the
mappings, which also write the functions, explain the preview and decide what is compared.
"""
_COLUMNS = ("Element", "Label", "Where the value comes from", "When it is sent", "Read back by")


def field_maps_page() -> str:
    """The whole page."""
    pushing = [flow for flow in flows() if isinstance(flow, PushFlow) and flow.functions]
    return "\n".join([_HEAD, *(_flow(flow) for flow in pushing)])


def _flow(flow: PushFlow) -> str:
    return "\n".join([f"## {flow.plural.capitalize()}\n", *(_function(function) for function in flow.functions)])


def _function(function: FunctionMap) -> str:
    parts = [f"### {function.name} ({function.does})\n"]
    if not function.is_update:
        return "\n".join([*parts, *(_block(block) for block in function.blocks)])
    fixed = [f"`{row.name}` ({row.label})" for block in function.blocks for row in block.rows.documented() if row.fixed]
    parts.append(
        "The elements above, each where it differs from what was last written, which is emptied where it has no value "
        "now. An added line is sent whole; a removed one by its number.\n"
    )
    if fixed:
        parts.append(f"Intacct cannot change these once the record is there: {', '.join(fixed)}.\n")
    return "\n".join(parts)


def _block(block: Block) -> str:
    lines = [f"{block.title}, read back as `{block.object_name}`:\n", _row(_COLUMNS), _row(["---"] * len(_COLUMNS))]
    for row in block.rows.documented():
        reads = f"`{row.reads}`" if row.reads else "cannot be read"
        lines.append(_row([f"`{row.name}`", row.label, row.source, row.when or "where it has a value", reads]))
    return "\n".join([*lines, ""])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
