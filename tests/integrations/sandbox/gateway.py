"""A raw XML caller for the local Intacct: builds envelopes as text, posts them over a socket, reads answers with lxml.

Owns no assertions. Must not import the protocol client, so that the local Intacct is tested on its own.
"""

from __future__ import annotations

import http.client
import itertools
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from lxml import etree

from integrations.sandbox.facade import SandboxServer

_numbers = itertools.count(1)


@dataclass(slots=True)
class Answer:
    """One HTTP answer with its parsed document, if it is one."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def root(self) -> etree._Element:
        parser: etree.XMLParser[etree._Element] = etree.XMLParser(resolve_entities=False, no_network=True)
        return etree.fromstring(self.body, parser)

    def text(self, path: str) -> str:
        return self.root.findtext(path) or ""

    @property
    def results(self) -> list[etree._Element]:
        return self.root.findall("operation/result")

    @property
    def result(self) -> etree._Element:
        return self.results[0]

    @property
    def data(self) -> etree._Element:
        data = self.result.find("data")
        assert data is not None, self.body.decode()
        return data

    @property
    def errors(self) -> list[tuple[str, str]]:
        return [
            (error.findtext("errorno") or "", error.findtext("description2") or "") for error in self.root.iter("error")
        ]

    def values(self, name: str) -> list[str]:
        return [row.findtext(name) or "" for row in self.data]


@dataclass(slots=True)
class Caller:
    """Calls one gateway as one user; `session` replaces the login once it is set."""

    server: SandboxServer
    company: str = ""
    user: str = ""
    password: str = ""
    sender: str = ""
    sender_password: str = ""
    entity: str | None = None
    session: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = self.server.credentials
        self.company = self.company or known["company"]
        self.user = self.user or known["user"]
        self.password = self.password or known["password"]
        self.sender = self.sender or known["sender"]
        self.sender_password = self.sender_password or known["sender_password"]

    def post(self, body: bytes | str, headers: dict[str, str] | None = None, path: str = "") -> Answer:
        parts = urlsplit(self.server.endpoint)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        try:
            content = body.encode() if isinstance(body, str) else body
            sent = {"Content-Type": "application/xml", **self.headers, **(headers or {})}
            connection.request("POST", path or parts.path, content, sent)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def envelope(
        self,
        *functions: str,
        uniqueid: str | None = "false",
        transaction: str | None = None,
        ids: tuple[str, ...] = (),
        whitespace: str | None = "false",
    ) -> str:
        names = ids or tuple(f"f-{next(_numbers)}" for _ in functions)
        calls = "".join(
            f'<function controlid="{name}">{call}</function>' for name, call in zip(names, functions, strict=True)
        )
        unique = "" if uniqueid is None else f"<uniqueid>{uniqueid}</uniqueid>"
        white = "" if whitespace is None else f"<includewhitespace>{whitespace}</includewhitespace>"
        attribute = "" if transaction is None else f' transaction="{transaction}"'
        return (
            '<?xml version="1.0" encoding="UTF-8"?><request><control>'
            f"<senderid>{escape(self.sender)}</senderid><password>{escape(self.sender_password)}</password>"
            f"<controlid>control-1</controlid>{unique}<dtdversion>3.0</dtdversion>{white}</control>"
            f"<operation{attribute}><authentication>{self.authentication()}</authentication>"
            f"<content>{calls}</content></operation></request>"
        )

    def authentication(self) -> str:
        if self.session:
            return f"<sessionid>{escape(self.session)}</sessionid>"
        entity = "" if self.entity is None else f"<locationid>{escape(self.entity)}</locationid>"
        return (
            f"<login><userid>{escape(self.user)}</userid><companyid>{escape(self.company)}</companyid>"
            f"<password>{escape(self.password)}</password>{entity}</login>"
        )

    def call(
        self,
        *functions: str,
        uniqueid: str | None = "false",
        transaction: str | None = None,
        ids: tuple[str, ...] = (),
    ) -> Answer:
        return self.post(self.envelope(*functions, uniqueid=uniqueid, transaction=transaction, ids=ids))

    def log_in(self) -> Caller:
        self.session = ""
        answer = self.call("<getAPISession/>")
        self.session = answer.text("operation/result/data/api/sessionid")
        assert self.session, answer.body.decode()
        return self

    def query(
        self,
        object_name: str,
        *fields: str,
        condition: str = "",
        order: str = "RECORDNO",
        options: str = "",
        pagesize: int | None = None,
        offset: int | None = None,
    ) -> Answer:
        select = "".join(name if name.startswith("<") else f"<field>{name}</field>" for name in fields)
        parts = [f"<object>{object_name}</object><select>{select}</select>"]
        if condition:
            parts.append(f"<filter>{condition}</filter>")
        if order:
            direction = "<descending/>" if order.startswith("-") else "<ascending/>"
            parts.append(f"<orderby><order><field>{order.lstrip('-')}</field>{direction}</order></orderby>")
        if options:
            parts.append(f"<options>{options}</options>")
        if pagesize is not None:
            parts.append(f"<pagesize>{pagesize}</pagesize>")
        if offset is not None:
            parts.append(f"<offset>{offset}</offset>")
        return self.call(f"<query>{''.join(parts)}</query>")


def where(operator: str, name: str, *values: str) -> str:
    """One filter condition."""
    given = "".join(f"<value>{escape(value)}</value>" for value in values)
    return f"<{operator}><field>{name}</field>{given}</{operator}>"
