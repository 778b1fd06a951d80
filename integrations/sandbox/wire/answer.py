"""Writing a response document: nodes, escaping, whitespace, and the frame every answer shares.

Owns how an answer looks on the wire. Must not decide what is answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from integrations.sandbox.wire.additional_info import additional_info
from integrations.sandbox.wire.failures import ErrorEntry
from integrations.sandbox.wire.nodes import Node, leaf

PROLOG = '<?xml version="1.0" encoding="UTF-8"?>'
INDENT = "    "


# What a function answers inside its result.
Payload = Node | tuple[Node, ...] | None


def escape(text: str) -> str:
    """Escape text as the gateway does, apostrophes included (`&#039;` in every captured answer)."""
    if text.isalnum():
        return text
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&#039;")
    )


def render(root: Node, *, whitespace: bool) -> bytes:
    """The document as UTF-8, indented when whitespace is wanted."""
    parts: list[str] = [PROLOG]
    _write(root, parts, "\n" if whitespace else "")
    if whitespace:
        parts.append("\n")
    return "".join(parts).encode("utf-8")


def _write(node: Node, parts: list[str], newline: str) -> None:
    parts.append(f"{newline}<{node.name}")
    if node.attributes:
        parts.extend(f' {key}="{escape(value)}"' for key, value in node.attributes.items())
    if node.children is not None:
        if not node.children:
            parts.append("/>")
            return
        parts.append(">")
        deeper = newline + INDENT if newline else ""
        for child in node.children:
            if child.children is None and not child.attributes:
                parts.append(f"{deeper}<{child.name}>{escape(child.text or '')}</{child.name}>")
            else:
                _write(child, parts, deeper)
        parts.append(f"{newline}</{node.name}>")
        return
    parts.append(f">{escape(node.text or '')}</{node.name}>")


def error_message(errors: Iterable[ErrorEntry], *, additional: bool = False) -> Node:
    """An `<errormessage>` with its chain of errors; the first is the cause, the others are context."""
    return Node("errormessage", children=[_error(entry, additional) for entry in errors])


def _error(entry: ErrorEntry, additional: bool) -> Node:
    if entry.errorno is None:
        children = [leaf("description2", entry.description2)]
    else:
        children = [
            leaf("errorno", entry.errorno),
            leaf("description", entry.description),
            leaf("description2", entry.description2),
            leaf("correction", entry.correction),
        ]
    if additional:
        children.append(additional_info(entry))
    return Node("error", children=children)


@dataclass(slots=True)
class ControlEcho:
    """What the answer repeats of the request's control block, as far as it could be read."""

    senderid: str = ""
    controlid: str = ""
    uniqueid: str | None = None
    dtdversion: str | None = None
    whitespace: bool = True
    additional: bool = False


@dataclass(slots=True)
class AuthenticationEcho:
    """The authentication block of one answered operation; times are ISO-8601 with offset."""

    succeeded: bool
    userid: str = ""
    companyid: str = ""
    locationid: str | None = None
    sessiontimestamp: str | None = None
    sessiontimeout: str | None = None
    clientid: str | None = None

    def node(self) -> Node:
        children = [leaf("status", "success" if self.succeeded else "failure")]
        for name in ("userid", "companyid", "clientid", "locationid", "sessiontimestamp", "sessiontimeout"):
            value = getattr(self, name)
            if value is not None:
                children.append(leaf(name, value))
        return Node("authentication", children=children)


@dataclass(slots=True)
class Result:
    """The outcome of one function: success, failure or aborted, with what it answers: data, a key, a list."""

    function: str
    controlid: str
    status: str = "success"
    payload: Payload = None
    errors: list[ErrorEntry] = field(default_factory=list)

    def node(self, *, additional: bool = False) -> Node:
        children = [leaf("status", self.status), leaf("function", self.function), leaf("controlid", self.controlid)]
        if isinstance(self.payload, Node):
            children.append(self.payload)
        elif self.payload is not None:
            children.extend(self.payload)
        if self.errors:
            children.append(error_message(self.errors, additional=additional))
        return Node("result", children=children)


def response(echo: ControlEcho, succeeded: bool, *body: Node) -> bytes:
    """A whole answer: control block, then the operations or one error message."""
    children = [
        leaf("status", "success" if succeeded else "failure"),
        leaf("senderid", echo.senderid),
        leaf("controlid", echo.controlid),
    ]
    if echo.uniqueid is not None:
        children.append(leaf("uniqueid", echo.uniqueid))
    if echo.dtdversion is not None:
        children.append(leaf("dtdversion", echo.dtdversion))
    root = Node("response", children=[Node("control", children=children), *body])
    return render(root, whitespace=echo.whitespace)
