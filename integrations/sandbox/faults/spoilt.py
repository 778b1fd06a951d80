"""Records that cannot be sent as they are: a character XML forbids, bytes of another encoding, a tag left open.

Owns how such a record looks in every answer that shows the field. Must not decide which record it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from integrations.sandbox.wire.nodes import Node, leaf

# What stands in the middle of the field's text, as bytes of the answer.
RAW: dict[str, bytes] = {
    "control": b"&#x1F;",
    "raw_control": b"\x1f",
    "bytes": b"\xc3\x28",
    "noncharacter": b"\xef\xbf\xbe",
    "surrogate": b"\xed\xa0\x80",
    "tag": b"<b>",
    "entity": b"&bogus;",
    "ampersand": b" & ",
}
NESTED, TWICE = "nested", "twice"
WAYS = (*RAW, NESTED, TWICE)
# A private character, which no record holds: it stands for the bytes until the answer is written.
_MARK = "\ue5a0"


def spoil_rows(data: Node | None, spoilt: Mapping[str, tuple[str, str]]) -> None:
    """Spoil the rows of an answer that are these records, given by RECORDNO with a field and a way."""
    if data is None or not spoilt or not data.children:
        return
    data.children = [_spoilt(row, spoilt) for row in data.children]


def _spoilt(row: Node, spoilt: Mapping[str, tuple[str, str]]) -> Node:
    number = next((child.text or "" for child in row.children or () if child.name.upper() == "RECORDNO"), "")
    if number not in spoilt or not row.children:
        return row
    name, way = spoilt[number]
    children: list[Node] = []
    for child in row.children:
        children += _ways(child, way) if child.name.upper() == name.upper() else [child]
    return Node(row.name, children=children, attributes=row.attributes)


def _ways(field: Node, way: str) -> list[Node]:
    text = field.text or ""
    if way == TWICE:
        return [leaf(field.name, text), leaf(field.name, f"{text} again")]
    if way == NESTED:
        return [Node(field.name, children=[leaf("value", text)])]
    return [leaf(field.name, f"{text[:1]}{_MARK}{way}{_MARK}{text[1:]}")]


def written(body: bytes) -> bytes:
    """The answer with the bytes in place."""
    mark = _MARK.encode()
    if mark in body:
        for way, raw in RAW.items():
            body = body.replace(mark + way.encode() + mark, raw)
    return body
