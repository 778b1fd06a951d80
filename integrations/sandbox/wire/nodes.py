"""The elements an answer is built of.

Owns their form in memory. Must not know how they are written or what they say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Node:
    """An element of the answer: a name with attributes, holding either text or child nodes."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(
        self,
        name: str,
        text: str | None = None,
        children: Sequence[Node] | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.text = text
        self.children = children
        self.attributes = attributes


def leaf(name: str, text: str = "") -> Node:
    """An element with text; a missing value is an empty element, never an omitted one."""
    return Node(name, text=text)


def branch(name: str, *children: Node, **attributes: str | int) -> Node:
    """An element with children and attributes; without children it closes itself, as attribute-only rows do."""
    return Node(name, children=children, attributes={key: str(value) for key, value in attributes.items()})
