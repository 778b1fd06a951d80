"""Faults on demand: what a gateway, a proxy or the network can do to a request, each for a number of times.

Owns the queue of faults and how each looks on the wire. Must not be reachable without the control address.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from integrations.sandbox.answer import ControlEcho, error_message, response
from integrations.sandbox.failures import NOT_AUTHENTICATED, ErrorEntry, with_support_id
from integrations.sandbox.gateway import Reply

HTML = "text/html; charset=UTF-8"
XML = 'text/xml; encoding="UTF-8"'
HOSTILE = b"""<?xml version="1.0"?>
<!DOCTYPE response [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c SYSTEM "file:///etc/hostname">]>
<response><control><status>success</status><senderid>&b;</senderid><controlid>&c;</controlid></control></response>"""

# Faults that answer instead of the gateway, that change its answer, and that cut the connection.
INSTEAD = ("429", "400", "401", "502", "html", "garbage", "empty", "hostile", "offline")
AFTER = ("truncated", "two_roots", "drop_after", "524")
OTHER = ("drop_before", "slow")
KINDS = (*INSTEAD, *AFTER, *OTHER)
MAX_SLOW_SECONDS = 900.0


@dataclass(slots=True)
class Fault:
    """A fault that waits for a matching request. `match` is any, a function name or an object name."""

    kind: str
    times: int
    match: str
    seconds: float = 0.0

    def matches(self, names: tuple[str, ...]) -> bool:
        return self.match == "any" or self.match.lower() in names


class Faults:
    """Faults in the order they were asked for; the first that matches is used up by one."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, names: tuple[str, ...]) -> Fault | None:
        """The fault for a request with these function and object names, in lower case."""
        with self._lock:
            for fault in self._waiting:
                if fault.matches(names):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.remove(fault)
                    return fault
        return None

    def pending(self) -> list[dict[str, object]]:
        with self._lock:
            return [{"kind": fault.kind, "times": fault.times, "match": fault.match} for fault in self._waiting]


def _gateway_error(number: str, text: str) -> bytes:
    """The minimal document of refusals that never reach the application: errors with number and description only."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><response><control><status>failure</status></control><errormessage>'
        f"<error><errorno>{number}</errorno><description>{text}</description></error></errormessage></response>"
    ).encode()


def _page(title: str) -> bytes:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>".encode()


def instead_of_answer(fault: Fault, echo: ControlEcho) -> Reply:
    """The answer of a fault that keeps the request from the application."""
    if fault.kind == "offline":
        entry = ErrorEntry(NOT_AUTHENTICATED, with_support_id("The Service is Temporarily Off-line"))
        return Reply(response(echo, False, error_message([entry])), summary="fault offline")
    status, kind, body = {
        "429": (429, XML, _gateway_error("GW-0010", "API rate limit exceeded [Request ID: CB00710A:0001]")),
        "400": (400, XML, _gateway_error("GW-0011", "Invalid Request [Request ID: CB00710A:0002]")),
        "401": (
            401,
            XML,
            _gateway_error("XMLGW_JPP0002", "Sign-in information is incorrect. Please check your request."),
        ),
        "502": (502, HTML, _page("502 Bad Gateway")),
        "html": (200, HTML, _page("Maintenance")),
        "garbage": (200, XML, b"\x00\xff<<not xml at all"),
        "empty": (200, XML, b""),
        "hostile": (200, XML, HOSTILE),
    }[fault.kind]
    return Reply(body, content_type=kind, status=status, summary=f"fault {fault.kind}")


def changed_answer(fault: Fault, reply: Reply) -> Reply:
    """What is left of an answer that the application had finished."""
    if fault.kind == "524":
        return Reply(_page("524 A timeout occurred"), content_type=HTML, status=524, summary="fault 524")
    if fault.kind == "two_roots":
        body = reply.body + b"\n<response><control><status>success</status></control></response>"
    else:
        body = reply.body[: len(reply.body) * 2 // 3]
    return Reply(body, content_type=reply.content_type, status=reply.status, summary=f"fault {fault.kind}")
