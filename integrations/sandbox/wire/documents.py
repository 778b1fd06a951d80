"""Reading bytes as XML, safely: no document type, no entities, no network, and truthful positions of errors.

Owns the parser and the small readers of an element's text. Must not know the structure of a request.
"""

from __future__ import annotations

import re

from lxml import etree

from integrations.sandbox.wire.answer import ControlEcho
from integrations.sandbox.wire.failures import (
    SCHEMA_VIOLATION,
    ControlFailure,
    ErrorEntry,
    schema_violation,
    with_support_id,
)

BYTE_ORDER_MARKS = b"\xef\xbb\xbf\xff\xfe"
WHITE_SPACE = re.compile(rb"\s*")
TRUE_WORDS = ("true", "1", "t")
FALSE_WORDS = ("false", "0", "f", "")


def tag_of(element: etree._Element) -> str:
    """The name of an element."""
    return str(element.tag)


def text_of(element: etree._Element | None) -> str:
    """The text of an element without surrounding whitespace; empty when there is none."""
    return "" if element is None else (element.text or "").strip()


def child_text(element: etree._Element, name: str) -> str:
    """The text of the first child with that name."""
    return text_of(element.find(name))


def is_true(text: str) -> bool:
    """Read a boolean in the spellings live clients send: true, True, 1, T."""
    return text.strip().lower() in TRUE_WORDS


def has_doctype(body: bytes) -> bool:
    """Whether a document type comes before the root element, in any encoding. Takes time in proportion to the body."""
    text = body.replace(b"\0", b"").lstrip(BYTE_ORDER_MARKS)
    position = 0
    while True:
        found = WHITE_SPACE.match(text, position)
        position = found.end() if found is not None else position
        if text.startswith(b"<?", position):
            mark = b"?>"
        elif text.startswith(b"<!--", position):
            mark = b"-->"
        else:
            return text.startswith(b"<!DOCTYPE", position)
        end = text.find(mark, position)
        if end < 0:
            return False
        position = end + len(mark)


def _parser(recover: bool) -> etree.XMLParser[etree._Element]:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )


def parse_document(body: bytes) -> etree._Element:
    """The root of a well-formed document. Raises ControlFailure with line and column."""
    if has_doctype(body):
        raise schema_violation("Fatal Error: a document type declaration is not allowed.", 1, 1)
    parser = _parser(recover=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as problem:
        entries = [entry for entry in parser.error_log if entry.level_name == "FATAL"] or list(parser.error_log)
        if not entries:
            line, column = problem.position
            raise schema_violation(f"Fatal Error: {problem.msg or 'Document is empty'}.", line, column) from None
        raise ControlFailure(
            [
                ErrorEntry(
                    SCHEMA_VIOLATION,
                    with_support_id(
                        f"XML Parse schema error: Fatal Error {entry.type}: {entry.message}. "
                        f"Line: {entry.line}, column: {entry.column}."
                    ),
                )
                for entry in entries[:5]
            ]
        ) from None
    except ValueError:
        raise schema_violation("Fatal Error: Document is empty.", 1, 1) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise schema_violation("Fatal Error: a document type declaration is not allowed.", 1, 1)
    return root


def echo_of(body: bytes) -> ControlEcho:
    """What a broken document still says about its control block; the gateway echoes it even for malformed XML."""
    if has_doctype(body):
        return ControlEcho()
    try:
        root = etree.fromstring(body, _parser(recover=True))
    except (etree.XMLSyntaxError, ValueError):
        return ControlEcho()
    return ControlEcho() if root is None else read_echo(root)


def read_echo(root: etree._Element) -> ControlEcho:
    """The part of the control block that every answer repeats."""
    control = root.find("control")
    if control is None:
        return ControlEcho()
    unique = control.find("uniqueid")
    version = control.find("dtdversion")
    white = control.find("includewhitespace")
    additional = control.find("showadditionalerrorinfo")
    return ControlEcho(
        senderid=child_text(control, "senderid"),
        controlid=child_text(control, "controlid"),
        uniqueid="true" if unique is None or is_true(text_of(unique)) else "false",
        dtdversion=None if version is None else text_of(version),
        whitespace=white is None or text_of(white).lower() not in ("false", "0", "f"),
        additional=is_true(text_of(additional)),
    )
