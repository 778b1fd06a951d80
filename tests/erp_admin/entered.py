"""What a browser posts of an entry page: the fields of the head, and the lines as one value."""

import json
from typing import Any


def lines_json(*lines: dict[str, Any]) -> str:
    """Lines as the grid sends them: every cell a text, the key of a stored line a number."""
    return json.dumps([{name: text if name == "line" else str(text) for name, text in line.items()} for line in lines])


def entered(*lines: dict[str, Any], **head: Any) -> dict[str, Any]:
    """A commitment as its page posts it."""
    return {
        "kind": "subcontract",
        "number": "SC-100",
        "title": "Footings",
        "dated_on": "2026-03-02",
        "retainage_percent": "10",
        "currency": "usd",
        "lines_json": lines_json(*({"quantity": "1", **line} for line in lines)),
        **head,
    }
