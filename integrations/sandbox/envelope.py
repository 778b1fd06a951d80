"""Reading a request document: the published structure of the envelope and of each function.

Owns which documents are valid. Must not look at credentials, sessions or data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from integrations.sandbox.answer import ControlEcho
from integrations.sandbox.documents import (
    FALSE_WORDS,
    TRUE_WORDS,
    child_text,
    echo_of,
    parse_document,
    read_echo,
    tag_of,
    text_of,
)
from integrations.sandbox.failures import ControlFailure, schema_violation
from integrations.sandbox.shapes import (
    AGGREGATES,
    COMPARISONS,
    CONNECTIVES,
    QUERY_OPTIONS,
    SHAPES,
    Shape,
)

CONTROL_ORDER = (
    "appid",
    "senderid",
    "password",
    "controlid",
    "uniqueid",
    "dtdversion",
    "policyid",
    "debug",
    "includewhitespace",
    "showadditionalerrorinfo",
)
LOGIN_ORDER = ("userid", "companyid", "password", "clientid", "locationid")
MAX_CONTROL_ID = 256


@dataclass(frozen=True, slots=True, repr=False)
class Login:
    """Credentials of a login block; `locationid` is empty at top level."""

    userid: str
    companyid: str
    password: str
    clientid: str
    locationid: str


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """One function of the request with its control id as sent."""

    name: str
    controlid: str
    element: etree._Element


@dataclass(frozen=True, slots=True, repr=False)
class Operation:
    """One operation: either a login or a session id, and its functions in order."""

    transaction: bool
    login: Login | None
    sessionid: str
    calls: tuple[FunctionCall, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """A valid request. `uniqueid` is true when absent, the server's own default."""

    echo: ControlEcho
    senderid: str
    password: str
    policyid: str
    uniqueid: bool
    operations: tuple[Operation, ...]


def parse_request(body: bytes) -> tuple[ControlEcho, Request | ControlFailure]:
    """Parse and validate a body. Out: what can be echoed, and the request or the refusal."""
    echo = ControlEcho()
    try:
        root = parse_document(body)
    except ControlFailure as failure:
        return echo_of(body), failure
    try:
        echo = read_echo(root)
        return echo, _request(root, echo)
    except ControlFailure as failure:
        return echo, failure


def _request(root: etree._Element, echo: ControlEcho) -> Request:
    if root.tag != "request":
        raise schema_violation(
            f"Error 1845: Element '{tag_of(root)}': No matching global declaration available.", _line(root)
        )
    children = list(root)
    if not children or children[0].tag != "control":
        raise _unexpected(children[0] if children else root, ("control",))
    control = children[0]
    _sequence(control, CONTROL_ORDER, required=("senderid", "password", "controlid", "dtdversion"))
    for child in control:
        if len(child):
            raise _unexpected(child[0], ())
    _check_control(control)
    operations = children[1:]
    if not operations:
        raise _missing(root, ("operation",))
    return Request(
        echo=echo,
        senderid=child_text(control, "senderid"),
        password=child_text(control, "password"),
        policyid=child_text(control, "policyid"),
        uniqueid=echo.uniqueid == "true",
        operations=tuple(_operation(element) for element in operations),
    )


def _check_control(control: etree._Element) -> None:
    controlid = control.find("controlid")
    if controlid is not None and len(text_of(controlid)) > MAX_CONTROL_ID:
        raise schema_violation(
            "Error 1831: Element 'controlid': the value is longer than 256 characters.", _line(controlid)
        )
    version = control.find("dtdversion")
    if version is not None and text_of(version) != "3.0":
        text = (
            f"Error 1840: Element 'dtdversion': The value '{text_of(version)}' is not an element of the set {{'3.0'}}."
        )
        raise schema_violation(text, _line(version))
    for name in ("uniqueid", "includewhitespace", "showadditionalerrorinfo"):
        element = control.find(name)
        if element is not None and text_of(element).lower() not in TRUE_WORDS + FALSE_WORDS:
            text = f"Error 1824: Element '{name}': '{text_of(element)}' is not a valid value of type 'xs:boolean'."
            raise schema_violation(text, _line(element))


def _operation(element: etree._Element) -> Operation:
    if element.tag != "operation":
        raise _unexpected(element, ("operation",))
    _attributes(element, ("transaction",))
    transaction = element.get("transaction", "false")
    if transaction not in ("true", "false"):
        text = f"Error 1840: Element 'operation', attribute 'transaction': The value '{transaction}' is not allowed."
        raise schema_violation(text, _line(element))
    children = list(element)
    if not children or children[0].tag != "authentication":
        raise _unexpected(children[0], ("authentication",)) if children else _missing(element, ("authentication",))
    login, sessionid = _authentication(children[0])
    rest = children[1:]
    while rest and rest[0].tag == "preferences":
        rest = rest[1:]
    if len(rest) != 1 or rest[0].tag != "content":
        wrong = [child for child in rest if child.tag != "content"] or rest[1:]
        raise _unexpected(wrong[0], ("content",)) if wrong else _missing(element, ("content",))
    calls = tuple(_function(child) for child in rest[0])
    if not calls:
        raise _missing(rest[0], ("function",))
    return Operation(transaction == "true", login, sessionid, calls)


def _authentication(element: etree._Element) -> tuple[Login | None, str]:
    children = list(element)
    if not children:
        raise _missing(element, ("login", "sessionid"))
    if len(children) > 1:
        raise _unexpected(children[1], ())
    method = children[0]
    if method.tag == "sessionid":
        return None, text_of(method)
    if method.tag != "login":
        raise _unexpected(method, ("login", "sessionid"))
    _sequence(method, LOGIN_ORDER, required=("userid", "companyid", "password"))
    return Login(*(child_text(method, name) for name in LOGIN_ORDER)), ""


def _function(element: etree._Element) -> FunctionCall:
    if element.tag != "function":
        raise _unexpected(element, ("function",))
    _attributes(element, ("controlid",))
    controlid = element.get("controlid")
    if controlid is None:
        text = "Error 1868: Element 'function': The attribute 'controlid' is required but missing."
        raise schema_violation(text, _line(element))
    children = list(element)
    if len(children) != 1:
        raise _unexpected(children[1], ()) if children else _missing(element, tuple(sorted(SHAPES)))
    call = children[0]
    name = tag_of(call)
    shape = SHAPES.get(name)
    if shape is None:
        raise _unexpected(call, tuple(sorted(SHAPES)))
    _check_shape(call, shape)
    if name == "query":
        _check_query(call)
    return FunctionCall(name, controlid, call)


def _check_shape(call: etree._Element, shape: Shape) -> None:
    _attributes(call, shape.attributes)
    for name in shape.required_attributes:
        if name not in call.attrib:
            text = f"Error 1868: Element '{tag_of(call)}': The attribute '{name}' is required but missing."
            raise schema_violation(text, _line(call))
    if shape.free:
        if not len(call):
            raise _missing(call, ("object",))
        return
    if shape.sequence:
        _sequence(call, shape.children, shape.required)
    seen: set[str] = set()
    for child in call:
        tag = tag_of(child)
        if tag not in shape.children or tag in seen:
            raise _unexpected(child, tuple(name for name in shape.children if name not in seen))
        seen.add(tag)
    missing = tuple(name for name in shape.required if name not in seen)
    if missing:
        raise _missing(call, missing)
    chosen = [child for child in call if tag_of(child) in shape.one_of]
    if shape.one_of and not chosen:
        raise _missing(call, shape.one_of)
    if len(chosen) > 1:
        raise _unexpected(chosen[1], ())


def _check_query(call: etree._Element) -> None:
    select = call.find("select")
    if select is not None:
        for child in select:
            if child.tag not in ("field", *AGGREGATES):
                raise _unexpected(child, ("field", *AGGREGATES))
    options = call.find("options")
    if options is not None:
        _sequence(options, QUERY_OPTIONS, ())
    condition = call.find("filter")
    if condition is not None:
        for child in condition:
            _check_condition(child)
    orderby = call.find("orderby")
    if orderby is not None:
        for order in orderby:
            if order.tag != "order":
                raise _unexpected(order, ("order",))
            for part in order:
                if part.tag not in ("field", "ascending", "descending"):
                    raise _unexpected(part, ("field", "ascending", "descending"))


def _check_condition(element: etree._Element) -> None:
    if element.tag in CONNECTIVES:
        if len(element) < 2:
            raise _missing(element, COMPARISONS)
        for child in element:
            _check_condition(child)
        return
    if element.tag not in COMPARISONS:
        raise _unexpected(element, CONNECTIVES + COMPARISONS)
    if element.find("field") is None:
        raise _missing(element, ("field",))
    for child in element:
        if child.tag not in ("field", "value"):
            raise _unexpected(child, ("field", "value"))


def _sequence(element: etree._Element, order: Sequence[str], required: Sequence[str]) -> None:
    """Children must follow the order; each at most once; the error names what was expected at that place."""
    position = 0
    for child in element:
        tag = tag_of(child)
        if tag not in order[position:]:
            raise _unexpected(child, tuple(order[position:]))
        index = order.index(tag, position)
        skipped = [name for name in order[position:index] if name in required]
        if skipped:
            raise _unexpected(child, tuple(skipped))
        position = index + 1
    missing = tuple(name for name in order[position:] if name in required)
    if missing:
        raise _missing(element, missing)


def _attributes(element: etree._Element, allowed: Sequence[str]) -> None:
    for name in element.attrib:
        if name not in allowed:
            text = f"Error 1866: Element '{tag_of(element)}', attribute '{name!s}': The attribute is not allowed."
            raise schema_violation(text, _line(element))


def _unexpected(element: etree._Element, expected: Sequence[str]) -> ControlFailure:
    hint = f" Expected is one of ( {', '.join(expected)} )." if len(expected) > 1 else ""
    if len(expected) == 1:
        hint = f" Expected is ( {expected[0]} )."
    return schema_violation(
        f"Error 1871: Element '{tag_of(element)}': This element is not expected.{hint}", _line(element)
    )


def _missing(element: etree._Element, expected: Sequence[str]) -> ControlFailure:
    word = "one of ( " if len(expected) > 1 else "( "
    text = (
        f"Error 1871: Element '{tag_of(element)}': Missing child element(s). Expected is {word}{', '.join(expected)} )."
    )
    return schema_violation(text, _line(element))


def _line(element: etree._Element) -> int:
    return element.sourceline or 0
