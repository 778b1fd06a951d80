"""Reading an answer as a stream, with everything dangerous in XML switched off.

Owns the hardened parser and the plain structure of a response (developer.intacct.com, Web Services > Responses). Must
not judge what an answer means: that is the classifier's and the client's work.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from integrations.intacct.errors import ErrorEntry
from integrations.intacct.types import Record

SUCCESS = "success"
# Room for the largest page (2000 rows) with 500 fields to a row, while an answer of nothing but tags stays below half a
# gigabyte of memory.
MAX_ELEMENTS = 1_000_000
MAX_DEPTH = 60
_ROW_PARENT = ("response", "operation", "result", "data")
# Attributes, children of children, or names in a namespace: what a usual row has none of. Asked once a row, in C.
_HAS_MORE_THAN_TEXTS = etree.XPath("boolean(@* | */@* | */* | *[namespace-uri()])")


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
    """An element outside the rows, as plain data."""

    tag: str
    attributes: dict[str, str]
    text: str
    children: list[_Node] = field(default_factory=list)
    rows: list[Record] = field(default_factory=list)

    def child(self, tag: str) -> _Node | None:
        return next((entry for entry in self.children if entry.tag == tag), None)

    def all(self, tag: str) -> list[_Node]:
        return [entry for entry in self.children if entry.tag == tag]

    def value(self, tag: str) -> str:
        """The trimmed text of a child; missing and empty are the same on this wire."""
        node = self.child(tag)
        return node.text.strip() if node is not None else ""


class AnswerParser:
    """Feed it the bytes of an answer as they arrive, then close it for the Answer.

    `row_tags` are the elements whose rows are expected: such a row becomes a record as soon as it is complete and leaves
    the tree, so a page is never held twice. Rows of any other name are found at the end.
    """

    def __init__(self, row_tags: Collection[str] = ()) -> None:
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=["response", *row_tags],
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        self._rows: dict[etree._Element, list[Record]] = {}
        self._elements = 0
        self._begun = False

    def feed(self, chunk: bytes) -> None:
        """Parse more bytes. Raises UnreadableAnswer as soon as they cannot be an answer."""
        if not self._begun:
            chunk = chunk.lstrip(b" \t\r\n")
            if not chunk:
                return
            self._begun = True
        # Counted in the bytes, before the tree grows by them: a tag that opens, or one that is complete in itself.
        self._elements += chunk.count(b"<") - chunk.count(b"</")
        if self._elements > MAX_ELEMENTS:
            raise UnreadableAnswer(f"The answer has more than {MAX_ELEMENTS} elements.")
        try:
            self._parser.feed(chunk)
        except etree.LxmlError as error:
            raise UnreadableAnswer(f"The answer is not well-formed XML: {error}") from None
        self._take_rows()

    def close(self) -> Answer:
        """Return the answer. Raises UnreadableAnswer when it is empty, incomplete or not a response."""
        if not self._begun:
            raise UnreadableAnswer("The answer is empty.")
        try:
            root = self._parser.close()
        except etree.LxmlError as error:
            raise UnreadableAnswer(f"The answer is incomplete: {error}") from None
        self._take_rows()
        _refuse_doctype(root)
        if _local(root) != "response":
            raise UnreadableAnswer("The answer is XML, but not a response of the gateway.")
        return _answer(self._node(root, ()))

    def _take_rows(self) -> None:
        for event, element in self._parser.read_events():
            if event == "start":
                if element.getparent() is None:
                    _refuse_doctype(element)
                continue
            data = element.getparent()
            if data is None or not _is_data(data):
                continue
            self._rows.setdefault(data, []).append(_row(element))
            element.clear()
            while element.getprevious() is not None:
                del data[0]

    def _node(self, element: etree._Element, path: tuple[str, ...]) -> _Node:
        """An element with its children; those of `data` become rows, after the rows taken before."""
        if len(path) >= MAX_DEPTH:
            raise UnreadableAnswer(f"The answer is nested deeper than {MAX_DEPTH} levels.")
        node = _Node(_local(element), _attributes(element), element.text or "")
        path = (*path, node.tag)
        if path == _ROW_PARENT:
            taken = self._rows.get(element)
            node.rows = taken if taken is not None else [_row(child) for child in element]
        else:
            node.children = [self._node(child, path) for child in element]
        return node


def _refuse_doctype(element: etree._Element) -> None:
    if element.getroottree().docinfo.doctype:
        raise HostileAnswer("The answer carries a document type definition.")


def _is_data(element: etree._Element) -> bool:
    """Whether an element is where rows stand: response, operation, result, data."""
    ancestors = [element, *element.iterancestors()]
    return tuple(_local(entry) for entry in reversed(ancestors)) == _ROW_PARENT


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


def _row(element: etree._Element) -> Record:
    """A row of `data`: a record of its children, or {tag: text} for a bare value such as `<application>`."""
    if len(element) or element.keys() or not (element.text or "").strip():
        return _record(element)
    return {_local(element): element.text}


def _record(element: etree._Element) -> Record:
    if not _HAS_MORE_THAN_TEXTS(element):
        record: Record = {child.tag: child.text or "" for child in element}
        if len(record) == len(element) > 0:
            return record
    return _mixed_record(element)


def _mixed_record(element: etree._Element) -> Record:
    """A record with attributes, nested elements or repeated names."""
    record: Record = {f"@{name}": value for name, value in _attributes(element).items()}
    if not len(element) and (element.text or "").strip():
        record["#text"] = element.text
    for child in element:
        tag = _local(child)
        if len(child) or child.keys():
            _list_in(record, tag).extend(_lines(child))
        elif tag in record:
            _list_in(record, tag).append({tag: child.text or ""})
        else:
            record[tag] = child.text or ""
    return record


def _list_in(record: Record, tag: str) -> list[Record]:
    """The list kept under a tag, made from what is there so far; it grows in place."""
    found = record.get(tag)
    if isinstance(found, list):
        return found
    made: list[Record] = [] if found is None else [{tag: found}]
    record[tag] = made
    return made


def _lines(element: etree._Element) -> list[Record]:
    """Nested elements as records: one for each of equally named children, otherwise one for the element itself."""
    tags = {_local(child) for child in element}
    if len(tags) == 1 and not element.keys():
        if all(len(child) for child in element):
            return [_record(child) for child in element]
        if not any(len(child) or child.keys() for child in element):
            return [{_local(child): child.text or ""} for child in element]
    return [_record(element)]


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


def _attributes(element: etree._Element) -> dict[str, str]:
    return {etree.QName(name).localname: value for name, value in element.items()}


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2]
