"""XML as a person reads it: an element a line, each below what holds it. For showing only; never sent, never parsed on.

Owns the layout. What is not whole, or not safe to parse, stays as it is.
"""

from lxml import etree


def indented(text: str) -> str:
    """The same XML with each element on a line of its own; text that is no whole XML stays as it is."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return text
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True)
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return text
    etree.indent(root, space="  ")
    return etree.tostring(root, encoding="unicode")
