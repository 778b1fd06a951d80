"""What went wrong below the gateway's own answers: connections, timeouts, proxies, unreadable bodies.

Owns the translation of the HTTP library's exceptions and of bare HTTP statuses, and the judgment whether the request
can have been executed. Must not match on Sage Intacct's texts or decide on retries.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, LineTooLong

import requests
from urllib3.exceptions import ConnectTimeoutError, InvalidHeader, LocationValueError, NewConnectionError, ProxyError

from integrations.intacct.classifier import rate_limited, service_failed
from integrations.intacct.errors import (
    Flaw,
    IntacctError,
    OutOfTime,
    ProtocolError,
    TransportError,
    UnknownOutcome,
    UnreadableError,
)
from integrations.intacct.results import lost

_TIMEOUT, _UNREACHABLE, _BROKEN_OFF, _TOO_LARGE = "CON-TIMEOUT", "CON-UNREACHABLE", "CON-BROKEN", "ANS-TOO-LARGE"
_ANSWERS_OF_NO_USE = frozenset({_BROKEN_OFF, _TOO_LARGE})
LONGEST_PAUSE_ASKED = 86_400.0
MOST_DIGITS = 9
# How a request ends that was given too little time.
TIME_IS_UP = frozenset({_TIMEOUT, _UNREACHABLE})
# The gateway or the proxy in front of it turned the request away before any function was looked at.
_REFUSED_STATUSES = frozenset({401, 403, 404, 405, 411, 413, 414, 415, 429})


def of_http_library(error: Exception, *, reading: bool) -> IntacctError:
    """Translate an exception of the HTTP library. `reading` says that the head of the answer had arrived."""
    causes = _chain(error)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return TransportError(
            "The certificate of the endpoint cannot be verified, so nothing was sent to it.",
            code="CON-CERTIFICATE",
            nothing_left=True,
        )
    unsent = (NewConnectionError, ConnectTimeoutError, ProxyError, LocationValueError, requests.exceptions.InvalidURL)
    if not reading and any(isinstance(cause, unsent) for cause in causes):
        return TransportError(
            "Sage Intacct cannot be reached.",
            code=_UNREACHABLE,
            retryable=True,
            nothing_left=True,
        )
    if any(isinstance(cause, LineTooLong | InvalidHeader) or type(cause) is HTTPException for cause in causes):
        return unreadable("its head has more or longer lines than any, or two that contradict each other")
    if isinstance(error, requests.Timeout) or any(isinstance(cause, TimeoutError) for cause in causes):
        return too_slow()
    return TransportError(
        "The connection to Sage Intacct broke off while an answer was awaited."
        if not reading
        else "The answer of Sage Intacct broke off in the middle.",
        code=_BROKEN_OFF,
        retryable=True,
    )


def of_status(status: int, retry_after: float | None) -> IntacctError:
    """The error for an answer that is not XML, by its HTTP status."""
    if status == 429:
        limited = rate_limited()
        keep_pause(limited, retry_after)
        return limited
    if 300 <= status < 400:  # some send one after the work is done, so it does not say that nothing was
        return TransportError(
            "The endpoint answered with a redirect, which is never followed with credentials.",
            code="CON-REDIRECT",
        )
    if status >= 500:
        failed = service_failed(status)
        keep_pause(failed, retry_after)
        return failed
    if status in _REFUSED_STATUSES:
        return TransportError(
            f"The endpoint refused the request with HTTP status {status} and no message of Sage Intacct.",
            code="CON-STATUS",
            not_executed=True,
        )
    return unreadable(f"HTTP status {status} came without an XML document")


def of_unreadable(status: int | None, retry_after: float | None, flaw: Flaw) -> IntacctError:
    """The error for a body that claims to be XML and is not: the HTTP status speaks first unless it is a success."""
    return UnreadableError(flaw) if status is None or status < 300 else of_status(status, retry_after)


def unreadable(reason: str) -> IntacctError:
    """The error for an answer that is not a response document."""
    return UnreadableError(Flaw(reason))


def flaw_of(error: IntacctError | None) -> Flaw | None:
    """What is wrong with an answer that came and is of no use; None when none came, or the gateway itself is at fault.

    An answer that breaks off or never ends belongs to it: what is asked for may be what breaks it.
    """
    if isinstance(error, UnreadableError):
        return error.flaw
    return Flaw(error.sentence.rstrip(".")) if error is not None and error.code in _ANSWERS_OF_NO_USE else None


def hostile() -> IntacctError:
    """The error for an answer with a document type definition, which the gateway never sends."""
    return ProtocolError(
        "The answer carries a document type definition and was refused.",
        code="ANS-HOSTILE",
    )


def too_large(limit: int) -> IntacctError:
    return ProtocolError(
        f"The answer of Sage Intacct is larger than {limit} bytes.",
        code=_TOO_LARGE,
    )


def too_heavy(flaw: Flaw) -> IntacctError:
    """The error for an answer that would take more memory than any may."""
    return ProtocolError(f"The answer of Sage Intacct is too large: {flaw.what}.", code=_TOO_LARGE)


def endless_head() -> IntacctError:
    """The error for an answer of which nothing but its head came, and more of it than any head has."""
    return unreadable("its head does not end")


def too_slow() -> IntacctError:
    return TransportError("Sage Intacct did not answer in time.", code=_TIMEOUT, retryable=True)


def out_of_time(*, nothing_left: bool = False) -> OutOfTime:
    """The error for a request that does not fit into the time its caller has; `nothing_left` says it was not begun."""
    return OutOfTime(
        "There was too little time left to send it."
        if nothing_left
        else "Sage Intacct gave no usable answer in the time that one piece of work may take.",
        code="SVC-SLOW",
        retryable=True,
        nothing_left=nothing_left,
    )


def answer_lost(error: IntacctError) -> UnknownOutcome:
    """The error for a write whose answer was lost; `error` says how."""
    outcome = lost(error.sentence)
    outcome.details = error.details
    return outcome


def keep_pause(error: IntacctError, seconds: float | None) -> None:
    """Note with an error how long the gateway asks to be left alone; a pause that was cut is said to be."""
    if error.retry_after is None and seconds is not None:
        error.retry_after = seconds
        if seconds >= LONGEST_PAUSE_ASKED:
            error.sentence += " It asks for a pause of a day or more; after a day it is asked again."


def retry_after_seconds(header: str | None) -> float | None:
    """Seconds asked for by a Retry-After header, in either of its forms; None when absent or senseless.

    A day at most: a header must not keep a company's documents from being sent for ever.
    """
    text = (header or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return LONGEST_PAUSE_ASKED if len(text) > MOST_DIGITS else min(float(text), LONGEST_PAUSE_ASKED)
    try:
        moment = parsedate_to_datetime(text[:100])
    except (ValueError, OverflowError, TypeError, IndexError):  # of a date no calendar has; the library lets all pass
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - datetime.now(UTC)).total_seconds()), LONGEST_PAUSE_ASKED)


def _chain(error: BaseException) -> list[BaseException]:
    """The exception with its causes, contexts, arguments and the reasons urllib3 wraps."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        entry = waiting.pop()
        if not isinstance(entry, BaseException) or any(entry is known for known in found):
            continue
        found.append(entry)
        waiting += [entry.__cause__, entry.__context__, getattr(entry, "reason", None), *entry.args]
        waiting.append(getattr(entry, "original_error", None))
    return found
