"""Which hostile answers meet the write of a document, and what must come of it: it is in Intacct once, with its total.

Owns the names, the gateway in front and the counting. The suite takes a sample of them, tests.soak all.
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from erp_admin.models import Commitment
from integrations.gateway import client as gateway
from integrations.intacct import Query, eq
from integrations.models import Connection, Push, PushState
from integrations.sandbox.facade import SandboxServer
from tests.attack.answers import ATTACKS, Ask, Attack, Wire, head
from tests.attack.hostile_answers import ALL
from tests.erp_admin.samples import commitment
from tests.integrations.delivery.ledger import make_due, push, work_again
from tests.integrations.delivery.spoiling import SpoilingGateway, spoiling
from tests.standing import Standing, standing

WRITE, ANY_IN_A_SESSION = "<create_potransaction>", "<sessionid>"
SOON = 0.5  # seconds for an exchange whose answer drips or does not come
SMALL = 0.002  # bombs of two megabytes: what they come to in full size is measured by tests.attack
_AROUND = (
    "<response><control><status>success</status></control><operation><authentication><status>success</status>"
    "</authentication>{}</operation></response>"
)
_RESULT = "<result><status>{}</status><function>{}</function><controlid>CONTROL</controlid>{}</result>"


def _answer(*parts: bytes | float) -> Attack:
    return Attack(lambda _: iter(parts), frozenset())


def _well_formed(results: str) -> Attack:
    """An answer as the gateway gives it, but for its results."""

    def make(ask: Ask) -> Wire:
        return iter([head(), _AROUND.format(results.replace("CONTROL", ask.control_id)).encode()])

    return Attack(make, frozenset())


def _result(status: str = "success", function: str = "create_potransaction", key: str = "<key>PC-1</key>") -> str:
    return _RESULT.format(status, function, key)


OWN = {
    "a redirect to itself that keeps the method": _answer(head(307, Location="/ia/xml/xmlgw.phtml")),
    "nothing but a head": _answer(head(Content_Length="5000")),
    "half a status line": _answer(b"HTTP/1.1 20"),
    "no content": _answer(head(204)),
    "not modified": _answer(head(304)),
    "a request timeout without a word": _answer(head(408)),
    "a bad request of a proxy": _answer(head(400, Content_Type="text/html"), b"<html>Bad</html>"),
    "a gateway timeout that asks for a second": _answer(head(504, Retry_After="1"), b"late"),
    "an empty gzip": _answer(head(Content_Encoding="gzip"), gzip.compress(b"")),
    "success and then another document": _well_formed(_result() + "</operation></response><response><operation>"),
    "success without a key": _well_formed(_result(key="")),
    "success of another function": _well_formed(_result(function="create_vendor")),
    "success twice": _well_formed(_result() + _result()),
    "success under another control id": _well_formed(_result().replace("CONTROL", "of-another")),
    "a status that there is not": _well_formed(_result(status="perhaps")),
}
_OF_THE_TABLES = (
    "gzip bomb of elements",
    "gzip in gzip in gzip",
    "two headers of encoding",
    "bare deflate bomb",
    "brotli nobody asked for",
    "gzip and 50 MB of garbage behind it",
    "a million gzip members",
    "gzip without its end",
    "gzip with a wrong checksum",
    "a million headers",
    "100 Continue without end",
    "103 Early Hints, then nothing",
    "101 Switching Protocols",
    "a status of 999",
    "chunks said to be of a gigabyte",
    "a negative chunk size",
    "a length that is too long",
    "a length that is too short",
    "two lengths",
    "a redirect with a gzip bomb",
    "99 cookies of 2 KB with slow dates",
    "HTML of 2 GB with a status of 200",
    "a server error with a gzip bomb that is no XML",
    "a million attributes on one element",
    "attributes outside the rows, a million",
    "billion laughs",
    "a document type in UTF-16 without a mark",
    "EBCDIC",
    "zero bytes",
    "a depth of 100,000",
    "the same control id twice",
    "a server error with 60 MB of XML",
    "well-formed and broken off after 60 MB",
)
SLOW = {
    name: ATTACKS[name]
    for name in (
        "the head dripping, a byte at a time",
        "100 Continue dripping",
        "the body dripping",
        "gzip dripping",
        "chunk extensions dripping",
        "silence",
        "half a head, then silence",
    )
}
QUICK = {**{name: ALL[name] for name in _OF_THE_TABLES}, **OWN}


@contextmanager
def in_front(intacct: SandboxServer, settings: Any) -> Iterator[SpoilingGateway]:
    """The gateway that all requests go through from now on."""
    with spoiling(intacct) as gateway_in_front:
        settings.INTACCT_ENDPOINT_URL = gateway_in_front.endpoint
        yield gateway_in_front


def there(connection: Connection, document: Commitment) -> list[Decimal]:
    """The totals of the documents with its number, read from Intacct."""
    connection.refresh_from_db()
    with gateway.opened(connection) as client:
        query = Query("PODOCUMENT", ("RECORDNO", "TRX_TOTAL"), where=eq("DOCNO", document.number))
        return [Decimal(row["TRX_TOTAL"]) for row in client.query(query).rows]


def arrives_once(met: SpoilingGateway, connection: Connection, attack: Attack, *, passes_on: bool) -> None:
    """Push a document whose write is met, let time pass, and count."""
    document = commitment(connection, "SC-H1", "40000.00", "1250.55")
    met.spoil(attack, WRITE, passes_on=passes_on, size=SMALL)
    push(connection, document)
    assert (met.met, met.passed) == (1, int(passes_on))
    row = Push.objects.get()
    if passes_on:  # found by looking it up, within the same run
        assert (standing(document), row.may_have_arrived) == (Standing.VERIFIED, True), document.state_reason
    else:
        assert (standing(document), row.state) == (Standing.CHECKING, PushState.VERIFYING), document.state_reason
        make_due(document)
        work_again(connection, document)
        assert (standing(document), there(connection, document)) == (Standing.CHECKING, [])
        make_due(document, quarantine_over=True)
        work_again(connection, document)
    row.refresh_from_db()
    assert (standing(document), row.tries) == (Standing.VERIFIED, 1 if passes_on else 2)
    assert there(connection, document) == [document.total] == [Decimal("41250.55")]
