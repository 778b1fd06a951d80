"""A row of an answer as a record: texts by name, nested elements as lists of records.

Owns that shape, also of rows whose elements are nested, repeated or carry attributes. Must not judge whether a row is
as it should be: readers.py does.
"""

from __future__ import annotations

from lxml import etree

from integrations.intacct.types import Record

Shapes = set[tuple[str, ...]]

# Attributes or children of children: what a usual row has none of. Asked once a row, in C.
_HAS_MORE_THAN_TEXTS = etree.XPath("boolean(@* or */@* or */*)")


def row_of(element: etree._Element, shapes: Shapes | None = None) -> Record:
    """A row of `data`: a record of its children, or {tag: text} for a bare value such as `<application>`.

    `shapes` are the names of rows seen so far, kept for one answer; it grows by those of this one.
    """
    if len(element) or element.keys() or not (element.text or "").strip():
        return _record(element, shapes)
    return {local_name(element): element.text}


def _record(element: etree._Element, shapes: Shapes | None = None) -> Record:
    if not _HAS_MORE_THAN_TEXTS(element):
        record: Record = {child.tag: child.text or "" for child in element}  # type: ignore[misc] # a tag is text here
        if len(record) == len(element) > 0:
            shape = tuple(record)
            if shapes is not None and shape in shapes:
                return record
            # A name in a namespace is shown with a brace, which no other name can hold.
            if "{" not in "".join(shape):
                if shapes is not None:
                    shapes.add(shape)
                return record
    return _mixed_record(element, shapes)


def _mixed_record(element: etree._Element, shapes: Shapes | None) -> Record:
    """A record with attributes, nested elements or repeated names."""
    record: Record = {f"@{name}": value for name, value in attributes_of(element).items()}
    if not len(element) and (element.text or "").strip():
        record["#text"] = element.text
    for child in element:
        tag = local_name(child)
        if len(child) or child.keys():
            _list_in(record, tag).extend(_lines(child, shapes))
        elif tag in record:
            _list_in(record, tag).append({tag: child.text or ""})
        else:
            record[tag] = child.text or ""
    if shapes is not None:
        shapes.add(tuple(record))
    return record


def _list_in(record: Record, tag: str) -> list[Record]:
    """The list kept under a tag, made from what is there so far; it grows in place."""
    found = record.get(tag)
    if isinstance(found, list):
        return found
    made: list[Record] = [] if found is None else [{tag: found}]
    record[tag] = made
    return made


def _lines(element: etree._Element, shapes: Shapes | None) -> list[Record]:
    """Nested elements as records: one for each of equally named children, otherwise one for the element itself."""
    tags = {local_name(child) for child in element}
    if len(tags) == 1 and not element.keys():
        if all(len(child) for child in element):
            return [_record(child, shapes) for child in element]
        if not any(len(child) or child.keys() for child in element):
            return [{local_name(child): child.text or ""} for child in element]
    return [_record(element, shapes)]


def attributes_of(element: etree._Element) -> dict[str, str]:
    return {etree.QName(name).localname: value for name, value in element.items()}


def local_name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
