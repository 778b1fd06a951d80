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

from integrations.intacct.errors import ErrorEntry, Flaw
from integrations.intacct.flaws import of_xml
from integrations.intacct.rows import attributes_of, local_name, row_of
from integrations.intacct.types import Record

SUCCESS = "success"
# Room for the largest page (2000 rows) with 500 fields to a row, while an answer of nothing but tags stays below half a
# gigabyte of memory.
MAX_ELEMENTS = 1_000_000
MAX_DEPTH = 60
# A total beyond these digits is no total: more records than any company has, and more than a database counts.
MOST_DIGITS = 9
# Of a chain of errors the first is the cause; what follows repeats it.
MOST_ERRORS = 20
MOST_CHILDREN = 5_000  # outside the rows, where a request of a hundred functions has a hundred results
LONGEST_TEXT = 2_000
_HEAD_BYTES = 256 * 1024  # kept to name the element that cannot be read
_ROW_PARENT = ("response", "operation", "result", "data")


class UnreadableAnswer(Exception):
    """The bytes are not one well-formed response document; `flaw` says why."""

    def __init__(self, flaw: Flaw | str) -> None:
        self.flaw = Flaw(flaw) if isinstance(flaw, str) else flaw
        super().__init__(self.flaw.what)


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
        self._names: dict[etree._Element, set[str]] = {}
        self._elements = 0
        self._begun = False
        self._head = bytearray()

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
            raise UnreadableAnswer(f"it has more than {MAX_ELEMENTS} elements")
        self._head += chunk[: max(_HEAD_BYTES - len(self._head), 0)]
        try:
            self._parser.feed(chunk)
        except etree.LxmlError as error:
            raise UnreadableAnswer(of_xml(error, bytes(self._head))) from None
        self._take_rows()

    def close(self) -> Answer:
        """Return the answer. Raises UnreadableAnswer when it is empty, incomplete or not a response."""
        if not self._begun:
            raise UnreadableAnswer("it is empty")
        try:
            root = self._parser.close()
        except etree.LxmlError as error:
            raise UnreadableAnswer(of_xml(error, bytes(self._head))) from None
        self._take_rows()
        _refuse_doctype(root)
        _refuse_encoding(root)
        if local_name(root) != "response":
            raise UnreadableAnswer("it is XML, but not a response of the gateway")
        return _answer(self._node(root, ()))

    def _take_rows(self) -> None:
        for event, element in self._parser.read_events():
            if event == "start":
                if element.getparent() is None:
                    _refuse_doctype(element)
                    _refuse_encoding(element)
                continue
            data = element.getparent()
            if data is None:
                continue
            rows = self._rows.get(data)
            if rows is None:
                if not _is_data(data):
                    continue
                rows = self._rows[data] = []
                self._names[data] = set()
            rows.append(row_of(element))
            element.clear()
            while element.getprevious() is not None:
                self._names[data].add(local_name(data[0]))
                del data[0]

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


def _refuse_doctype(element: etree._Element) -> None:
    if element.getroottree().docinfo.doctype:
        raise HostileAnswer("The answer carries a document type definition.")


def _refuse_encoding(element: etree._Element) -> None:
    """The gateway writes UTF-8. Under another name its letters would be read as others, and nobody would notice."""
    encoding = (element.getroottree().docinfo.encoding or "UTF-8").upper()
    if encoding != "UTF-8" and not encoding.endswith("ASCII"):
        raise UnreadableAnswer(f"it says it is written in {encoding[:40]}, and Sage Intacct writes UTF-8")


def _is_data(element: etree._Element) -> bool:
    """Whether an element is where rows stand: response, operation, result, data."""
    ancestors = [element, *element.iterancestors()]
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
