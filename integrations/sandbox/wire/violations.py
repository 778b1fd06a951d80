"""The refusals of a document that breaks the published structure, in the words libxml2 gives live answers.

Owns these texts and the two plainest checks. Must not know any request or function.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree

from integrations.sandbox.wire.documents import tag_of
from integrations.sandbox.wire.failures import ControlFailure, schema_violation


def line_of(element: etree._Element) -> int:
    """The line an element begins in, 0 when unknown."""
    return element.sourceline or 0


def unexpected(element: etree._Element, expected: Sequence[str]) -> ControlFailure:
    """An element that may not stand where it stands, with the names that may."""
    hint = f" Expected is one of ( {', '.join(expected)} )." if len(expected) > 1 else ""
    if len(expected) == 1:
        hint = f" Expected is ( {expected[0]} )."
    return schema_violation(
        f"Error 1871: Element '{tag_of(element)}': This element is not expected.{hint}", line_of(element)
    )


def missing(element: etree._Element, expected: Sequence[str]) -> ControlFailure:
    """An element that ends before a child it needs."""
    word = "one of ( " if len(expected) > 1 else "( "
    text = (
        f"Error 1871: Element '{tag_of(element)}': Missing child element(s). Expected is {word}{', '.join(expected)} )."
    )
    return schema_violation(text, line_of(element))


def check_sequence(
    children: Iterable[etree._Element], order: Sequence[str], required: Sequence[str], parent: etree._Element
) -> None:
    """Children must follow the order; each at most once; the error names what was expected at that place."""
    position = 0
    for child in children:
        tag = tag_of(child)
        if tag not in order[position:]:
            raise unexpected(child, tuple(order[position:]))
        index = order.index(tag, position)
        skipped = [name for name in order[position:index] if name in required]
        if skipped:
            raise unexpected(child, tuple(skipped))
        position = index + 1
    left = tuple(name for name in order[position:] if name in required)
    if left:
        raise missing(parent, left)


def check_attributes(element: etree._Element, allowed: Sequence[str], required: Sequence[str] = ()) -> None:
    """Only the published attributes, and all that are required."""
    for name in element.attrib:
        if name not in allowed:
            text = f"Error 1866: Element '{tag_of(element)}', attribute '{name!s}': The attribute is not allowed."
            raise schema_violation(text, line_of(element))
    for name in required:
        if name not in element.attrib:
            text = f"Error 1868: Element '{tag_of(element)}': The attribute '{name}' is required but missing."
            raise schema_violation(text, line_of(element))


def check_enumeration(element: etree._Element, attribute: str, allowed: Sequence[str]) -> None:
    """An attribute whose values the schema lists."""
    value = element.get(attribute)
    if value is None or value in allowed:
        return
    # The older wording of the gateway for values outside an enumeration.
    text = f'Error 502: Value "{value}" for attribute {attribute} of {tag_of(element)} is not among the enumerated set.'
    raise schema_violation(text, line_of(element))
