"""Reading a request document: the published structure of the envelope and of each function.

Owns which documents are valid. Must not look at credentials, sessions or data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from integrations.sandbox.wire.answer import ControlEcho
from integrations.sandbox.wire.content import Model, check
from integrations.sandbox.wire.documents import (
    FALSE_WORDS,
    TRUE_WORDS,
    child_text,
    echo_of,
    parse_document,
    read_echo,
    tag_of,
    text_of,
)
from integrations.sandbox.wire.failures import ControlFailure, schema_violation
from integrations.sandbox.wire.legacy_shapes import FUNCTIONS, MODELS
from integrations.sandbox.wire.shapes import AGGREGATES, COMPARISONS, CONNECTIVES, QUERY_OPTIONS, SHAPES, Shape
from integrations.sandbox.wire.violations import check_attributes, check_sequence, line_of, missing, unexpected

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
)
# Its place in the control block is not published, so it may stand anywhere.
ANYWHERE = "showadditionalerrorinfo"
LOGIN_ORDER = ("userid", "companyid", "password", "clientid", "locationid")
MAX_CONTROL_ID = 256
KNOWN = tuple(sorted((*SHAPES, *FUNCTIONS)))


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


def parse_request(body: bytes, models: Mapping[str, Model] = MODELS) -> tuple[ControlEcho, Request | ControlFailure]:
    """Parse and validate a body. Out: what can be echoed, and the request or the refusal."""
    echo = ControlEcho()
    try:
        root = parse_document(body)
    except ControlFailure as failure:
        return echo_of(body), failure
    try:
        echo = read_echo(root)
        return echo, _request(root, echo, models)
    except ControlFailure as failure:
        return echo, failure


def _request(root: etree._Element, echo: ControlEcho, models: Mapping[str, Model]) -> Request:
    if root.tag != "request":
        raise schema_violation(
            f"Error 1845: Element '{tag_of(root)}': No matching global declaration available.", line_of(root)
        )
    children = list(root)
    if not children or children[0].tag != "control":
        raise unexpected(children[0] if children else root, ("control",))
    control = children[0]
    check_sequence(
        [child for child in control if child.tag != ANYWHERE],
        CONTROL_ORDER,
        required=("senderid", "password", "controlid", "dtdversion"),
        parent=control,
    )
    for child in control:
        if len(child):
            raise unexpected(child[0], ())
    _check_control(control)
    operations = children[1:]
    if not operations:
        raise missing(root, ("operation",))
    return Request(
        echo=echo,
        senderid=child_text(control, "senderid"),
        password=child_text(control, "password"),
        policyid=child_text(control, "policyid"),
        uniqueid=echo.uniqueid == "true",
        operations=tuple(_operation(element, models) for element in operations),
    )


def _check_control(control: etree._Element) -> None:
    controlid = control.find("controlid")
    if controlid is not None and len(text_of(controlid)) > MAX_CONTROL_ID:
        raise schema_violation(
            "Error 1831: Element 'controlid': the value is longer than 256 characters.", line_of(controlid)
        )
    version = control.find("dtdversion")
    if version is not None and text_of(version) != "3.0":
        text = (
            f"Error 1840: Element 'dtdversion': The value '{text_of(version)}' is not an element of the set {{'3.0'}}."
        )
        raise schema_violation(text, line_of(version))
    for name in ("uniqueid", "includewhitespace", ANYWHERE):
        element = control.find(name)
        if element is not None and text_of(element).lower() not in TRUE_WORDS + FALSE_WORDS:
            text = f"Error 1824: Element '{name}': '{text_of(element)}' is not a valid value of type 'xs:boolean'."
            raise schema_violation(text, line_of(element))


def _operation(element: etree._Element, models: Mapping[str, Model]) -> Operation:
    if element.tag != "operation":
        raise unexpected(element, ("operation",))
    check_attributes(element, ("transaction",))
    transaction = element.get("transaction", "false")
    if transaction not in ("true", "false"):
        text = f"Error 1840: Element 'operation', attribute 'transaction': The value '{transaction}' is not allowed."
        raise schema_violation(text, line_of(element))
    children = list(element)
    if not children or children[0].tag != "authentication":
        raise unexpected(children[0], ("authentication",)) if children else missing(element, ("authentication",))
    login, sessionid = _authentication(children[0])
    rest = children[1:]
    while rest and rest[0].tag == "preferences":
        rest = rest[1:]
    if len(rest) != 1 or rest[0].tag != "content":
        wrong = [child for child in rest if child.tag != "content"] or rest[1:]
        raise unexpected(wrong[0], ("content",)) if wrong else missing(element, ("content",))
    calls = tuple(_function(child, models) for child in rest[0])
    if not calls:
        raise missing(rest[0], ("function",))
    return Operation(transaction == "true", login, sessionid, calls)


def _authentication(element: etree._Element) -> tuple[Login | None, str]:
    children = list(element)
    if not children:
        raise missing(element, ("login", "sessionid"))
    if len(children) > 1:
        raise unexpected(children[1], ())
    method = children[0]
    if method.tag == "sessionid":
        return None, text_of(method)
    if method.tag != "login":
        raise unexpected(method, ("login", "sessionid"))
    check_sequence(method, LOGIN_ORDER, required=("userid", "companyid", "password"), parent=method)
    return Login(*(child_text(method, name) for name in LOGIN_ORDER)), ""


def _function(element: etree._Element, models: Mapping[str, Model]) -> FunctionCall:
    if element.tag != "function":
        raise unexpected(element, ("function",))
    check_attributes(element, ("controlid",))
    controlid = element.get("controlid")
    if controlid is None:
        text = "Error 1868: Element 'function': The attribute 'controlid' is required but missing."
        raise schema_violation(text, line_of(element))
    children = list(element)
    if len(children) != 1:
        raise unexpected(children[1], ()) if children else missing(element, KNOWN)
    call = children[0]
    name = tag_of(call)
    if name in FUNCTIONS:
        check(call, name, models)
    elif name in SHAPES:
        _check_shape(call, SHAPES[name])
    else:
        raise unexpected(call, KNOWN)
    if name == "query":
        _check_query(call)
    return FunctionCall(name, controlid, call)


def _check_shape(call: etree._Element, shape: Shape) -> None:
    check_attributes(call, shape.attributes, shape.required_attributes)
    if shape.free:
        if not len(call):
            raise missing(call, ("object",))
        return
    if shape.sequence:
        check_sequence(call, shape.children, shape.required, parent=call)
    seen: set[str] = set()
    for child in call:
        tag = tag_of(child)
        if tag not in shape.children or tag in seen:
            raise unexpected(child, tuple(name for name in shape.children if name not in seen))
        seen.add(tag)
    left = tuple(name for name in shape.required if name not in seen)
    if left:
        raise missing(call, left)
    chosen = [child for child in call if tag_of(child) in shape.one_of]
    if shape.one_of and not chosen:
        raise missing(call, shape.one_of)
    if len(chosen) > 1:
        raise unexpected(chosen[1], ())


def _check_query(call: etree._Element) -> None:
    select = call.find("select")
    if select is not None:
        for child in select:
            if child.tag not in ("field", *AGGREGATES):
                raise unexpected(child, ("field", *AGGREGATES))
    options = call.find("options")
    if options is not None:
        check_sequence(options, QUERY_OPTIONS, (), parent=options)
    condition = call.find("filter")
    if condition is not None:
        for child in condition:
            _check_condition(child)
    orderby = call.find("orderby")
    if orderby is not None:
        for order in orderby:
            if order.tag != "order":
                raise unexpected(order, ("order",))
            for part in order:
                if part.tag not in ("field", "ascending", "descending"):
                    raise unexpected(part, ("field", "ascending", "descending"))


def _check_condition(element: etree._Element) -> None:
    if element.tag in CONNECTIVES:
        if len(element) < 2:
            raise missing(element, COMPARISONS)
        for child in element:
            _check_condition(child)
        return
    if element.tag not in COMPARISONS:
        raise unexpected(element, CONNECTIVES + COMPARISONS)
    if element.find("field") is None:
        raise missing(element, ("field",))
    for child in element:
        if child.tag not in ("field", "value"):
            raise unexpected(child, ("field", "value"))
