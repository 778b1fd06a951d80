"""Reading an answer as a stream, with everything dangerous in XML switched off.

Owns the hardened parser and the plain structure of a response (developer.intacct.com, Web Services > Responses). Must
not judge what an answer means: that is the classifier's and the client's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from lxml import etree

from integrations.intacct.errors import ErrorEntry
from integrations.intacct.types import Record

SUCCESS = "success"
# Room for the largest page (2000 rows) with 500 fields to a row, while an answer of nothing but tags stays below half a
# gigabyte of memory.
MAX_ELEMENTS = 1_000_000
MAX_DEPTH = 60
_ROW_PARENT = ["response", "operation", "result", "data"]


class UnreadableAnswer(Exception):
    """The bytes are not one well-formed response document."""


class HostileAnswer(UnreadableAnswer):
    """The document carries a DTD, which a gateway never sends."""


@dataclass(frozen=True)
class Authentication:
    status: str
    user: str
    company: str
    entity: str
    started_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True)
class RawResult:
    """One `<result>`, its rows already turned into records. Counters are None when absent or not a number."""

    status: str
    function: str
    control_id: str
    key: str
    list_type: str
    total: int | None
    count: int | None
    remaining: int | None
    offset: int | None
    rows: list[Record]
    errors: tuple[ErrorEntry, ...]


@dataclass(frozen=True)
class Answer:
    """A whole response. `control_errors` belong to the document, `operation_errors` to the authentication."""

    control_status: str
    control_id: str
    control_errors: tuple[ErrorEntry, ...]
    authentication: Authentication | None
    operation_errors: tuple[ErrorEntry, ...]
    results: tuple[RawResult, ...]
    has_operation: bool


@dataclass(slots=True)
class _Node:
    tag: str
    attributes: dict[str, str]
    children: list[_Node] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    rows: list[Record] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def child(self, tag: str) -> _Node | None:
        return next((entry for entry in self.children if entry.tag == tag), None)

    def all(self, tag: str) -> list[_Node]:
        return [entry for entry in self.children if entry.tag == tag]

    def value(self, tag: str) -> str:
        """The trimmed text of a child; missing and empty are the same on this wire."""
        node = self.child(tag)
        return node.text.strip() if node is not None else ""


if TYPE_CHECKING:
    _Target = etree.ParserTarget["_Node | None"]  # exists in the type stubs only
else:
    _Target = object


class _Builder(_Target):
    """Receives parser events. A finished row becomes a record at once, so a page is never held twice."""

    def __init__(self) -> None:
        self.root: _Node | None = None
        self._path: list[str] = []
        self._open: list[_Node] = []
        self._elements = 0

    def doctype(self, name: str | None, public_id: str | None, system_id: str | None) -> None:
        raise HostileAnswer("The answer carries a document type definition.")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise UnreadableAnswer(f"The answer has more than {MAX_ELEMENTS} elements.")
        if len(self._path) >= MAX_DEPTH:
            raise UnreadableAnswer(f"The answer is nested deeper than {MAX_DEPTH} levels.")
        self._open.append(_Node(_local(tag), {_local(name): value for name, value in attributes.items()}))
        self._path.append(self._open[-1].tag)

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1].texts.append(text)

    def end(self, tag: str) -> None:
        node = self._open.pop()
        self._path.pop()
        if not self._open:
            self.root = node
        elif self._path == _ROW_PARENT:
            self._open[-1].rows.append(_row(node))
        else:
            self._open[-1].children.append(node)

    def close(self) -> _Node | None:
        return self.root


class AnswerParser:
    """Feed it the bytes of an answer as they arrive, then close it for the Answer."""

    def __init__(self) -> None:
        self._builder = _Builder()
        self._parser = etree.XMLParser(
            target=self._builder,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
        )
        self._begun = False

    def feed(self, chunk: bytes) -> None:
        """Parse more bytes. Raises UnreadableAnswer as soon as they cannot be an answer."""
        if not self._begun:
            chunk = chunk.lstrip(b" \t\r\n")
            if not chunk:
                return
            self._begun = True
        try:
            self._parser.feed(chunk)
        except etree.LxmlError as error:
            raise UnreadableAnswer(f"The answer is not well-formed XML: {error}") from None

    def close(self) -> Answer:
        """Return the answer. Raises UnreadableAnswer when it is empty, incomplete or not a response."""
        if not self._begun:
            raise UnreadableAnswer("The answer is empty.")
        try:
            self._parser.close()
        except etree.LxmlError as error:
            raise UnreadableAnswer(f"The answer is incomplete: {error}") from None
        root = self._builder.root
        if root is None or root.tag != "response":
            raise UnreadableAnswer("The answer is XML, but not a response of the gateway.")
        return _answer(root)


def _answer(root: _Node) -> Answer:
    control = root.child("control")
    operations = root.all("operation")
    operation = operations[0] if operations else None
    return Answer(
        control_status=control.value("status") if control is not None else "",
        control_id=control.value("controlid") if control is not None else "",
        control_errors=_errors(root),
        authentication=_authentication(operation),
        operation_errors=_errors(operation) if operation is not None else (),
        results=tuple(_result(node) for entry in operations for node in entry.all("result")),
        has_operation=operation is not None,
    )


def _authentication(operation: _Node | None) -> Authentication | None:
    node = operation.child("authentication") if operation is not None else None
    if node is None:
        return None
    return Authentication(
        status=node.value("status"),
        user=node.value("userid"),
        company=node.value("companyid"),
        entity=node.value("locationid"),
        started_at=_moment(node.value("sessiontimestamp")),
        expires_at=_moment(node.value("sessiontimeout")),
    )


def _result(node: _Node) -> RawResult:
    data = node.child("data")
    attributes = data.attributes if data is not None else {}
    list_type = attributes.get("listtype", "")
    total = _number(attributes.get("totalcount"))
    legacy = node.child("listtype")  # get_list answers with an element instead of attributes
    if legacy is not None:
        list_type = list_type or legacy.text.strip()
        total = total if total is not None else _number(legacy.attributes.get("total"))
    return RawResult(
        status=node.value("status"),
        function=node.value("function"),
        control_id=node.value("controlid"),
        key=node.value("key"),
        list_type=list_type,
        total=total,
        count=_number(attributes.get("count")),
        remaining=_number(attributes.get("numremaining")),
        offset=_number(attributes.get("offset")),
        rows=data.rows if data is not None else [],
        errors=_errors(node),
    )


def _errors(parent: _Node) -> tuple[ErrorEntry, ...]:
    return tuple(_error(node) for message in parent.all("errormessage") for node in message.all("error"))


def _error(node: _Node) -> ErrorEntry:
    additional = node.child("additionalinfo")
    return ErrorEntry(
        errorno=node.value("errorno"),
        description=node.value("description"),
        description2=node.value("description2"),
        correction=node.value("correction"),
        error_id=additional.value("errorid") if additional is not None else "",
    )


def _row(node: _Node) -> Record:
    """A row of `data`: a record of its children, or {tag: text} for a bare value such as `<application>`."""
    if node.children or node.attributes or not node.text.strip():
        return _record(node)
    return {node.tag: node.text}


def _record(node: _Node) -> Record:
    record: Record = {f"@{name}": value for name, value in node.attributes.items()}
    if not node.children and node.text.strip():
        record["#text"] = node.text
    for child in node.children:
        if child.children or child.attributes:
            _list_in(record, child.tag).extend(_lines(child))
        elif child.tag in record:
            _list_in(record, child.tag).append({child.tag: child.text})
        else:
            record[child.tag] = child.text
    return record


def _list_in(record: Record, tag: str) -> list[Record]:
    """The list kept under a tag, made from what is there so far; it grows in place."""
    found = record.get(tag)
    if isinstance(found, list):
        return found
    made: list[Record] = [] if found is None else [{tag: found}]
    record[tag] = made
    return made


def _lines(node: _Node) -> list[Record]:
    """Nested elements as records: one for each of equally named children, otherwise one for the element itself."""
    tags = {child.tag for child in node.children}
    if len(tags) == 1 and not node.attributes:
        if all(child.children for child in node.children):
            return [_record(child) for child in node.children]
        if not any(child.children or child.attributes for child in node.children):
            return [{child.tag: child.text} for child in node.children]
    return [_record(node)]


def _number(text: str | None) -> int | None:
    try:
        return int(text) if text else None
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    """A timestamp with its offset; one without an offset is not usable and counts as missing."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _local(name: str) -> str:
    return name.rpartition("}")[2]
