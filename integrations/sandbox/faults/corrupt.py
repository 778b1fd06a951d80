"""How faults look on the wire: answers of gateways, proxies and content networks, and answers that were spoilt.

Owns these bytes and statuses. Must not decide when a fault strikes or whether work is done.
"""

from __future__ import annotations

from integrations.sandbox.faults.pending import Fault
from integrations.sandbox.wire.answer import ControlEcho, error_message, response
from integrations.sandbox.wire.failures import NOT_AUTHENTICATED, ErrorEntry, with_support_id
from integrations.sandbox.wire.reply import Reply

HTML = "text/html; charset=UTF-8"
XML = 'text/xml; encoding="UTF-8"'
HOSTILE = b"""<?xml version="1.0"?>
<!DOCTYPE response [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c SYSTEM "file:///etc/hostname">]>
<response><control><status>success</status><senderid>&b;</senderid><controlid>&c;</controlid></control></response>"""


def gateway_error(number: str, text: str) -> bytes:
    """The minimal document of refusals that never reach the application: errors with number and description only."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><response><control><status>failure</status></control><errormessage>'
        f"<error><errorno>{number}</errorno><description>{text}</description></error></errormessage></response>"
    ).encode()


def _page(title: str) -> bytes:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>".encode()


def too_many_requests(retry_after: int | None = None) -> Reply:
    """The rate limit of the gateway, also used beyond the limit of requests in flight."""
    body = gateway_error("GW-0010", "API rate limit exceeded [Request ID: CB00710A:0001]")
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Reply(body, status=429, summary="429", headers=headers)


def instead_of_answer(fault: Fault, echo: ControlEcho) -> Reply:
    """The answer of a fault that keeps the request from the application."""
    if fault.kind == "429":
        return too_many_requests(fault.values.get("retry_after"))
    if fault.kind == "offline":
        entry = ErrorEntry(NOT_AUTHENTICATED, with_support_id("The Service is Temporarily Off-line"))
        return Reply(response(echo, False, error_message([entry])), summary="fault offline")
    status, kind, body = {
        "400": (400, XML, gateway_error("GW-0011", "Invalid Request [Request ID: CB00710A:0002]")),
        "401": (
            401,
            XML,
            gateway_error("XMLGW_JPP0002", "Sign-in information is incorrect. Please check your request."),
        ),
        "502": (502, HTML, _page("502 Bad Gateway")),
        "html": (200, HTML, _page("Maintenance")),
        "garbage": (200, XML, b"\x00\xff<<not xml at all"),
        "empty": (200, XML, b""),
        "hostile": (200, XML, HOSTILE),
    }[fault.kind]
    return Reply(body, content_type=kind, status=status, summary=f"fault {fault.kind}")


def proxy_timeout() -> Reply:
    """The proxy gave up; whether the work was done, is being done or will be, it does not know."""
    return Reply(_page("524 A timeout occurred"), content_type=HTML, status=524, summary="fault 524")


def changed_answer(fault: Fault, reply: Reply) -> Reply:
    """What is left of an answer that the application had finished."""
    if fault.kind == "524":
        return proxy_timeout()
    if fault.kind == "two_roots":
        body = reply.body + b"\n<response><control><status>success</status></control></response>"
    else:
        body = reply.body[: len(reply.body) * 2 // 3]
    return Reply(body, content_type=reply.content_type, status=reply.status, summary=f"fault {fault.kind}")
