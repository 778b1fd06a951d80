"""Reading an answer as a stream, with everything dangerous in XML switched off.

Owns the hardened parser and the plain structure of a response (developer.intacct.com, Web Services > Responses). Must
not judge what an answer means: that is the classifier's and the client's work.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from lxml import etree

from integrations.intacct.errors import ErrorEntry
from integrations.intacct.flaws import OversizedAnswer, UnreadableAnswer, of_xml
from integrations.intacct.prolog import refuse_doctype, refuse_encoding, refuse_prolog
from integrations.intacct.rows import attributes_of, local_name, row_of
from integrations.intacct.scale import Scale
from integrations.intacct.types import Record

SUCCESS = "success"
MAX_DEPTH = 60
# A total beyond these digits is no total: more records than any company has, and more than a database counts.
MOST_DIGITS = 9
# Of a chain of errors the first is the cause; what follows repeats it.
MOST_ERRORS = 20
MOST_CHILDREN = 5_000  # outside the rows, where a request of a hundred functions has a hundred results
LONGEST_TEXT = 2_000
MOST_RESULTS_WITH_ROWS = 1_000
_HEAD_BYTES = 256 * 1024  # kept to name the element that cannot be read
# Bytes are parsed in pieces of some size, so that what is looked at after each costs little, however they trickle in.
_LEAST_PIECE = 32 * 1024
_LONGEST_PROLOG = 64 * 1024
_ERROR = "error"
_ROW_PARENT = ("response", "operation", "result", "data")


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
    """One `<result>`, its rows already turned into records. Counters are None when absent.

    An element that must occur once and is nested or repeated is "", as if it were missing. `senseless` names a counter
    that is no number; `row_names` are all the names that its rows have.
    """

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
    senseless: str = ""
    row_names: frozenset[str] = frozenset()


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
    row_names: frozenset[str] = frozenset()

    def child(self, tag: str) -> _Node | None:
        return next((entry for entry in self.children if entry.tag == tag), None)

    def all(self, tag: str) -> list[_Node]:
        return [entry for entry in self.children if entry.tag == tag]

    def value(self, tag: str) -> str:
        """The trimmed text of a child; missing and empty are the same on this wire."""
        node = self.child(tag)
        return node.text.strip() if node is not None else ""

    def only(self, tag: str) -> str:
        """The trimmed text of a child that may occur once and holds nothing but text; "" for any other."""
        found = self.all(tag)
        return found[0].text.strip() if len(found) == 1 and not found[0].children else ""


class AnswerParser:
    """Feed it the bytes of an answer as they arrive, then close it for the Answer.

    `row_tags` are the elements whose rows are expected: such a row becomes a record as soon as it is complete and
    leaves the tree, so a page is never held twice. Rows of any other name are found at the end.
    """

    def __init__(self, row_tags: Collection[str] = ()) -> None:
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=["response", _ERROR, *row_tags],
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        self._rows: dict[etree._Element, list[Record]] = {}
        self._names: dict[etree._Element, set[str]] = {}
        self._scale = Scale()
        self._root: etree._Element | None = None
        self._waiting = bytearray()
        self._parsed = 0
        self._head = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Parse more bytes, in pieces of some size. Raises UnreadableAnswer as soon as they cannot be an answer."""
        if not self._parsed and not self._waiting:
            chunk = chunk.lstrip(b" \t\r\n")
        self._waiting += chunk
        if len(self._waiting) >= _LEAST_PIECE:
            self._parse()

    def close(self) -> Answer:
        """Return the answer. Raises UnreadableAnswer when it is empty, incomplete or not a response."""
        if not self._waiting and not self._parsed:
            raise UnreadableAnswer("it is empty")
        self._parse(is_all=True)
        try:
            root = self._parser.close()
        except etree.LxmlError as error:
            raise UnreadableAnswer(of_xml(error, bytes(self._head))) from None
        self._take_rows(b"")
        refuse_doctype(root)
        refuse_encoding(root)
        if local_name(root) != "response":
            raise UnreadableAnswer("it is XML, but not a response of the gateway")
        return _answer(self._node(root, ()))

    def discard(self) -> None:
        """Let go of all that was read: an error on its way up still holds this parser."""
        self._rows, self._names, self._root = {}, {}, None
        self._waiting, self._head = bytearray(), bytearray()
        self._parser = etree.XMLPullParser()

    def _parse(self, *, is_all: bool = False) -> None:
        piece = bytes(self._waiting)
        self._waiting.clear()
        if not piece:
            return
        if not self._parsed:
            refuse_prolog(piece, is_all=is_all)
        self._head += piece[: max(_HEAD_BYTES - len(self._head), 0)]
        self._parsed += len(piece)
        try:
            self._scale.add_bytes(piece)
            self._parser.feed(piece)
            self._take_rows(piece)
            if self._root is not None:
                self._scale.weigh(self._root)
        except etree.LxmlError as error:
            raise UnreadableAnswer(of_xml(error, bytes(self._head))) from None
        if self._root is None and self._parsed > _LONGEST_PROLOG:
            raise UnreadableAnswer(f"no response begins in its first {_LONGEST_PROLOG} bytes")

    def _take_rows(self, piece: bytes) -> None:
        taken: list[Record] = []
        shapes = self._scale.shapes
        for event, element in self._parser.read_events():
            if event == "start":
                if self._root is None:
                    self._root = element.getroottree().getroot()
                    refuse_doctype(element)
                    refuse_encoding(element)
                continue
            data = element.getparent()
            if data is None:
                continue
            rows = self._rows.get(data)
            if rows is None:
                if not _is_data(data):
                    _drop_surplus(element, data)
                    continue
                rows = self._begin_rows(data)
            row = row_of(element, shapes)
            rows.append(row)
            taken.append(row)
            element.clear()
            while element.getprevious() is not None:
                self._names[data].add(local_name(data[0]))
                del data[0]
        if taken:
            self._scale.add_rows(taken, piece, self._rows.values())

    def _begin_rows(self, data: etree._Element) -> list[Record]:
        if len(self._rows) >= MOST_RESULTS_WITH_ROWS:
            raise OversizedAnswer(f"it has more than {MOST_RESULTS_WITH_ROWS} results with rows")
        self._names[data] = set()
        self._rows[data] = []
        return self._rows[data]

    def _node(self, element: etree._Element, path: tuple[str, ...]) -> _Node:
        """An element with its children; those of `data` become rows, after the rows taken before."""
        if len(path) >= MAX_DEPTH:
            raise UnreadableAnswer(f"it is nested deeper than {MAX_DEPTH} levels")
        node = _Node(local_name(element), attributes_of(element), element.text or "")
        path = (*path, node.tag)
        if path == _ROW_PARENT:
            taken = self._rows.get(element)
            node.rows = taken if taken is not None else [row_of(child) for child in element]
            node.row_names = frozenset([*map(local_name, element), *self._names.get(element, ())])
        else:
            most = MOST_ERRORS if node.tag == "errormessage" else MOST_CHILDREN
            if len(element) > MOST_CHILDREN and node.tag != "errormessage":
                raise UnreadableAnswer(f"its {node.tag[:40]} holds more than {MOST_CHILDREN} elements")
            node.children = [self._node(child, path) for child in islice(element, most)]
        return node


def _drop_surplus(error: etree._Element, message: etree._Element) -> None:
    """Let go of an error in the middle of a long chain; the last one is still being read."""
    if error.tag == _ERROR and message.tag == "errormessage" and len(message) > MOST_ERRORS + 1:
        del message[MOST_ERRORS]


def _is_data(element: etree._Element) -> bool:
    """Whether an element is where rows stand: response, operation, result, data."""
    ancestors = [element, *islice(element.iterancestors(), len(_ROW_PARENT))]
    return tuple(local_name(entry) for entry in reversed(ancestors)) == _ROW_PARENT


def _answer(root: _Node) -> Answer:
    control = root.child("control") if len(root.all("control")) == 1 else None
    operations = root.all("operation")
    operation = operations[0] if operations else None
    return Answer(
        control_status=control.only("status") if control is not None else "",
        control_id=control.only("controlid") if control is not None else "",
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
        status=node.only("status"),
        user=node.value("userid"),
        company=node.value("companyid"),
        entity=node.only("locationid"),
        started_at=_moment(node.only("sessiontimestamp")),
        expires_at=_moment(node.only("sessiontimeout")),
    )


def _result(node: _Node) -> RawResult:
    data = node.child("data")
    attributes = data.attributes if data is not None else {}
    list_type = attributes.get("listtype", "")
    counters = {name: attributes.get(name) for name in ("totalcount", "count", "numremaining", "offset")}
    legacy = node.child("listtype")  # get_list answers with an element instead of attributes
    if legacy is not None:
        list_type = list_type or legacy.text.strip()
        counters["totalcount"] = counters["totalcount"] or legacy.attributes.get("total")
    return RawResult(
        # Two answers in one are none: which of them holds cannot be known.
        status=node.only("status") if len(node.all("data")) <= 1 and len(node.all("key")) <= 1 else "",
        function=node.only("function"),
        control_id=node.only("controlid"),
        key=node.only("key"),
        list_type=list_type,
        total=_number(counters["totalcount"]),
        count=_number(counters["count"]),
        remaining=_number(counters["numremaining"]),
        offset=_number(counters["offset"]),
        rows=data.rows if data is not None else [],
        errors=_errors(node),
        senseless=next((name for name, text in counters.items() if text and _number(text) is None), ""),
        row_names=data.row_names if data is not None else frozenset(),
    )


def _errors(parent: _Node) -> tuple[ErrorEntry, ...]:
    return tuple(_error(node) for message in parent.all("errormessage") for node in message.all("error"))


def _error(node: _Node) -> ErrorEntry:
    additional = node.child("additionalinfo")
    return ErrorEntry(
        errorno=node.value("errorno")[:LONGEST_TEXT],
        description=node.value("description")[:LONGEST_TEXT],
        description2=node.value("description2")[:LONGEST_TEXT],
        correction=node.value("correction")[:LONGEST_TEXT],
        error_id=additional.value("errorid")[:LONGEST_TEXT] if additional is not None else "",
    )


def _number(text: str | None) -> int | None:
    """A counter; None when it is absent or none that a gateway can mean: a word, a sign, a hundred digits."""
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS else None


def _moment(text: str) -> datetime | None:
    """A timestamp with its offset; one without an offset is not usable and counts as missing."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
