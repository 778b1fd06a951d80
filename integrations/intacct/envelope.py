"""The request document: control, operation, authentication, content.

Owns the order of envelope elements (developer.intacct.com, Web Services > Requests) and what a request needs to be sent
and recorded. Must not send bytes or read answers.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from lxml import etree

from integrations.intacct.functions import Function
from integrations.intacct.types import Credentials, Sender, Session
from integrations.intacct.values import format_value

DTD_VERSION = "3.0"


class Purpose(Enum):
    """Why a request is sent; it decides what may be sent twice."""

    SIGN_IN = "sign_in"
    READ = "read"
    WRITE = "write"


@dataclass(frozen=True)
class Request:
    """A finished request. `secrets` are the values that must not be recorded in any body or error text."""

    body: bytes = field(repr=False)
    control_id: str
    functions: tuple[Function, ...]
    purpose: Purpose
    company: str
    entity: str
    secrets: tuple[str, ...] = field(repr=False)


def sign_in_request(sender: Sender, credentials: Credentials, function: Function) -> Request:
    """Return a request that signs in with user and password; `function` is the only one in it."""
    authentication = etree.Element("authentication")
    login = etree.SubElement(authentication, "login")
    _child(login, "userid", credentials.user)
    _child(login, "companyid", credentials.company)
    _child(login, "password", credentials.password)
    if credentials.entity:
        _child(login, "locationid", credentials.entity)
    return _request(
        sender,
        authentication,
        (function,),
        purpose=Purpose.SIGN_IN,
        transaction=False,
        company=credentials.company,
        entity=credentials.entity,
        secrets=(sender.password, credentials.password),
    )


def session_request(
    sender: Sender,
    credentials: Credentials,
    session: Session,
    functions: Sequence[Function],
    *,
    write: bool,
    transaction: bool,
) -> Request:
    """Return a request that carries `functions` in an open session."""
    authentication = etree.Element("authentication")
    _child(authentication, "sessionid", session.session_id)
    return _request(
        sender,
        authentication,
        tuple(functions),
        purpose=Purpose.WRITE if write else Purpose.READ,
        transaction=transaction,
        company=credentials.company,
        entity=credentials.entity,
        secrets=(sender.password, credentials.password, session.session_id),
    )


def _request(
    sender: Sender,
    authentication: etree._Element,
    functions: tuple[Function, ...],
    *,
    purpose: Purpose,
    transaction: bool,
    company: str,
    entity: str,
    secrets: tuple[str, ...],
) -> Request:
    control_id = str(uuid.uuid4())
    request = etree.Element("request")
    control = etree.SubElement(request, "control")
    _child(control, "senderid", sender.id)
    _child(control, "password", sender.password)
    _child(control, "controlid", control_id)
    # The gateway's default is true: the repeat of a completed function is refused. Reads may repeat, writes must not.
    _child(control, "uniqueid", format_value(purpose is Purpose.WRITE))
    _child(control, "dtdversion", DTD_VERSION)
    _child(control, "includewhitespace", "false")
    operation = etree.SubElement(request, "operation")
    if transaction:
        operation.set("transaction", "true")
    operation.append(authentication)
    content = etree.SubElement(operation, "content")
    for function in functions:
        element = etree.SubElement(content, "function", controlid=function.control_id)
        element.append(_parse_call(function))
    return Request(
        body=etree.tostring(request, encoding="UTF-8", xml_declaration=True),
        control_id=control_id,
        functions=functions,
        purpose=purpose,
        company=company,
        entity=entity,
        secrets=tuple(secret for secret in secrets if secret),
    )


def _parse_call(function: Function) -> etree._Element:
    # Our own text, so a large attachment may pass the limit for one text; entities and network stay off all the same.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    return etree.fromstring(function.xml, parser)


def _child(parent: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(parent, tag).text = format_value(text)
