"""Answers as no gateway should give them, each as a change to a sound one, and what the calls of the client make of it.

Owns the changes, the sound answers and the words for an outcome. Asserts nothing.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass

from integrations.intacct import Client, IntacctError, Query, UnknownOutcome, functions
from tests.integrations.intacct.scripted_gateway import Gateway, Reply

VENDORS = Query("VENDOR", ("RECORDNO", "VENDORID", "NAME"))
ORDER = {
    "transactiontype": "PO", "datecreated": "", "vendorid": "V-1", "returnto": {"contactname": ""},
    "payto": {"contactname": ""}, "potransitems": {"potransitem": {"itemid": "A", "quantity": 1}},
}  # fmt: skip
FRAME = (
    '<?xml version="1.0" encoding="UTF-8"?><response><control><status>success</status><senderid>s</senderid>'
    "<controlid>c</controlid><uniqueid>false</uniqueid></control><operation><authentication><status>success</status>"
    "<userid>u</userid><companyid>c</companyid><locationid></locationid>"
    "<sessiontimestamp>2026-01-01T00:00:00+00:00</sessiontimestamp>"
    "<sessiontimeout>2026-01-01T06:00:00+00:00</sessiontimeout></authentication>{}</operation></response>"
)
ROWS = "".join(
    f"<VENDOR><RECORDNO>{number}</RECORDNO><VENDORID>V-{number}</VENDORID><NAME>Näme {number}</NAME></VENDOR>"
    for number in (11, 12, 13)
)


def result(function: str, content: str, number: int = 1) -> str:
    return (
        f"<result><status>success</status><function>{function}</function><controlid>fn-{number}</controlid>"
        f"{content}</result>"
    )


QUERIED = FRAME.format(
    result(
        "query",
        f'<data listtype="VENDOR" totalcount="3" offset="0" count="3" numremaining="0">{ROWS}</data>',
    )
)
READ = FRAME.format(result("read", f'<data listtype="VENDOR" count="3">{ROWS}</data>'))
PUSHED = FRAME.format(
    result("create_potransaction", "<key>PO-1</key>") + result("create_potransaction", "<key>PO-2</key>", 2)
)
MANY_ERRORS = (
    "<response><control><status>failure</status></control><errormessage>"
    + "<error><errorno>X</errorno></error>" * 100_000
    + "</errormessage></response>"
).encode()
Change = Callable[[str], Reply]


def change(old: str, new: str, count: int = -1) -> Change:
    """The answer with a pattern replaced; a call whose answer does not hold it is not struck."""

    def changed(text: str) -> Reply:
        return Reply(re.sub(old, lambda match: match.expand(new), text, count=max(count, 0), flags=re.DOTALL).encode())

    return changed


def raw(old: str, new: bytes) -> Change:
    """The answer with bytes in place of a text."""
    return lambda text: Reply(text.encode().replace(old.encode(), new))


def whole(body: bytes, content_type: str = "text/xml", **more: object) -> Change:
    """Something else instead of the answer."""
    return lambda text: Reply(body, content_type=content_type, **more)  # type: ignore[arg-type]


def as_it_is(**more: object) -> Change:
    """The answer under another status, type or header."""
    return lambda text: Reply(text.encode(), **more)  # type: ignore[arg-type]


def cut(share: float) -> Change:
    return lambda text: Reply(text.encode()[: int(len(text.encode()) * share)])


def damaged_gzip(text: str) -> Reply:
    packed = bytearray(gzip.compress(text.encode()))
    packed[len(packed) // 2] ^= 0xFF
    return Reply(bytes(packed), headers={"Content-Encoding": "gzip"})


@dataclass(frozen=True)
class Outcome:
    """What came of each call: `well`, the code of an error, or what of it was told apart. A blank was not struck."""

    pull: str
    look_up: str
    read_back: str
    push: str
    sign_in: str


def outcome_of(make_client: Callable[..., Client], gateway: Gateway, spoil: Change) -> Outcome:
    """Put the change to every call, each with a client of its own."""

    def struck(text: str, call: Callable[[Client], str]) -> str:
        reply = spoil(text)
        if reply == Reply(text.encode()):
            return ""
        gateway.script = [reply] * 200
        gateway.sign_ins = []
        return told(lambda: call(make_client()))

    def sign_in(client: Client) -> str:
        client.open_session()
        return "well"

    opened = gateway.session_opened().body.decode()
    signing = spoil(opened)
    gateway.sign_ins = [signing] * 20
    signed_in = "" if signing == Reply(opened.encode()) else told(lambda: sign_in(make_client()))
    gateway.sign_ins = []
    return Outcome(
        struck(QUERIED, pull), struck(QUERIED, look_up), struck(READ, read_back), struck(PUSHED, push), signed_in
    )


def told(call: Callable[[], str]) -> str:
    """The words of an outcome; an exception beyond the client's family passes."""
    try:
        return call()
    except IntacctError as error:
        if not (error.sentence and error.advice):
            return "says nothing"
        return error.code + (" not executed" if error.not_executed else "")


def pull(client: Client) -> str:
    pages = list(client.pages(VENDORS, around=True))
    rows = [row for page in pages for row in page.rows]
    unread = [entry.number for page in pages for entry in page.unread]
    if unread:
        return f"{len(rows)} read, unread: {', '.join(str(number) for number in unread)}"
    return "well" if [row["NAME"] for row in rows] == ["Näme 11", "Näme 12", "Näme 13"] else f"wrong: {rows}"


def look_up(client: Client) -> str:
    rows = [row for page in client.pages(VENDORS) for row in page.rows]
    return "well" if [row["NAME"] for row in rows] == ["Näme 11", "Näme 12", "Näme 13"] else f"wrong: {rows}"


def read_back(client: Client) -> str:
    rows, unread = client.read_around("VENDOR", [11, 12, 13], ("RECORDNO", "NAME"))
    if unread:
        return f"{len(rows)} read, unread: {', '.join(str(entry.number) for entry in unread)}"
    return "well" if [row["NAME"] for row in rows] == ["Näme 11", "Näme 12", "Näme 13"] else f"wrong: {rows}"


def push(client: Client) -> str:
    batch = [functions.ordered("create_potransaction", ORDER, control_id=name) for name in ("doc-1", "doc-2")]
    results = client.execute(batch, write=True)
    words = []
    for number, each in enumerate(results, start=1):
        if each.error is not None:
            words.append("lost" if isinstance(each.error, UnknownOutcome) else each.error.code)
        else:
            words.append({f"PO-{number}": "saved", "": "saved without a key"}.get(each.key, f"wrong: {each.key}"))
    return ", ".join(words)
