"""From the vendor's errors to ours: the only place that matches on Sage Intacct's numbers and texts.

Owns the order of the tests and the reading of an error chain, whose first entry is the cause. Must not send, retry or
log. Numbers mean little alone (BL01001973 is any business rule), so level and text decide with them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote

from integrations.intacct.answer import SUCCESS, Answer, RawResult
from integrations.intacct.errors import (
    BusyError,
    DataError,
    ErrorEntry,
    IntacctError,
    ProtocolError,
    SenderError,
    SessionError,
    SignInError,
    SubscriptionError,
)
from integrations.intacct.function_rules import FUNCTION_RULES
from integrations.intacct.redaction import redact_text

_STATUSES = frozenset({"", SUCCESS, "failure", "aborted"})
ROLLED_BACK = "XL03000009"
# Intacct does not tell which of them is wrong.
SIGN_IN_REFUSED = "Sage Intacct does not accept this company, user, password or entity."
_MISPLACED = re.compile(r"Element '([\w.-]+)': This element is not expected")  # libxml2's words, in live answers
_SUPPORT_ID = re.compile(r"\[(?:Support|Request) ID:([^\[\]]*)\]", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_RATE = re.compile(r"API rate limit|rate limit exceeded|too many (?:concurrent )?requests", re.IGNORECASE)
_OFFLINE = re.compile(r"temporarily off-?line|temporarily unavailable|try again later|under maintenance", re.IGNORECASE)
_SIGN_IN_NUMBERS = frozenset({"XMLGW_JPP0002", "UJPP0002", "invalidRequest", "GW-0011", "DL03000006"})


def tidy_entry(entry: ErrorEntry, secrets: tuple[str, ...]) -> ErrorEntry:
    """Return the entry without secrets, its support id taken out and decoded, its correction without HTML.

    Only the correction holds markup, escaped (developer.intacct.com, Error handling); in the other texts an angle
    bracket belongs to a value somebody entered.
    """
    support_id = ""
    texts: dict[str, str] = {}
    for name in ("errorno", "description", "description2", "correction"):
        text = redact_text(getattr(entry, name), secrets)
        found = _SUPPORT_ID.search(text)
        if found and not support_id:
            support_id = unquote(found.group(1).strip())
        text = _SUPPORT_ID.sub("", text)
        texts[name] = " ".join((_TAG.sub(" ", text) if name == "correction" else text).split())
    return replace(entry, support_id=entry.support_id or support_id, **texts)


def tidy_answer(answer: Answer, secrets: tuple[str, ...]) -> Answer:
    """Return the answer with every error entry tidied."""

    def tidied(entries: tuple[ErrorEntry, ...]) -> tuple[ErrorEntry, ...]:
        return tuple(tidy_entry(entry, secrets) for entry in entries)

    return replace(
        answer,
        control_errors=tidied(answer.control_errors),
        operation_errors=tidied(answer.operation_errors),
        results=tuple(replace(result, errors=tidied(result.errors)) for result in answer.results),
    )


def request_error(answer: Answer, http_status: int) -> IntacctError | None:
    """The error that kept the whole request from being executed, or None when the functions were reached."""
    if answer.control_status != SUCCESS or not answer.has_operation:
        if answer.control_status in {SUCCESS, ""} and not answer.control_errors:
            return incomplete("Sage Intacct answered without a clear status or without an operation.")
        if answer.control_status not in _STATUSES:
            return _unknown_status(answer.control_status)
        error = _control_error(answer.control_errors, http_status)
        error.not_executed = _nothing_executed(answer, http_status)
        return error
    status = answer.authentication.status if answer.authentication is not None else ""
    if not status and not answer.operation_errors:
        return incomplete("Sage Intacct answered without saying clearly whether the sign-in was accepted.")
    if status not in _STATUSES:
        return _unknown_status(status)
    if status != SUCCESS:
        error = _authentication_error(answer.operation_errors)
        error.not_executed = _nothing_executed(answer, http_status)
        return error
    return None


def _unknown_status(status: str) -> ProtocolError:
    """A word that is not the vendor's says neither that a request was refused nor that it was executed."""
    return incomplete(f"Sage Intacct answered with the status “{status[:40]}”, which is not one of its own.")


def _nothing_executed(answer: Answer, http_status: int) -> bool:
    """Whether a refused request is certain to have had no effect (Web Services > Error handling says it has none).

    A server error on top of the refusal, or results next to it, leave that in doubt.
    """
    return http_status < 500 and not answer.results


def result_error(result: RawResult) -> IntacctError | None:
    """The error of one result; None only for the literal status `success`."""
    if result.status == SUCCESS:
        return None
    entries = result.errors
    busy = _busy_error(entries)
    if busy is not None:
        busy.not_executed = not result.rows
        return busy
    cause = _cause(entries)
    if cause is None:
        return _without_cause(result, entries)
    for rule in FUNCTION_RULES:
        error = rule.apply(cause, entries)
        if error is not None:
            return error
    return DataError(
        cause.text or f"Sage Intacct refused {result.function or 'the call'} without giving a reason.",
        code="UNKNOWN",
        advice=cause.correction,
        details=entries,
    )


def is_rolled_back(result: RawResult) -> bool:
    """Whether the whole transaction around a result was undone, so that none of its rows exist."""
    return any(entry.errorno == ROLLED_BACK for entry in result.errors)


def _without_cause(result: RawResult, entries: tuple[ErrorEntry, ...]) -> IntacctError:
    if entries:
        return DataError(
            "Nothing was saved: another part of the same transaction was refused.",
            code="TXN-ROLLEDBACK",
            details=entries,
        )
    return DataError(
        f"Sage Intacct refused {result.function or 'the call'} without giving a reason.",
        code="UNKNOWN",
        advice="Contact support with the recorded exchange.",
    )


def _cause(entries: Sequence[ErrorEntry]) -> ErrorEntry | None:
    """The first entry that is not the note about the transaction being rolled back."""
    return next((entry for entry in entries if entry.errorno != ROLLED_BACK), None)


def _busy_error(entries: tuple[ErrorEntry, ...]) -> BusyError | None:
    for entry in entries:
        text = f"{entry.text} {entry.description} {entry.correction}"
        if entry.errorno == "GW-0010" or _RATE.search(text):
            return rate_limited(entries)
        if _OFFLINE.search(text):
            return BusyError(
                "Sage Intacct is temporarily offline.",
                code="SVC-DOWN",
                details=entries,
                retryable=True,
            )
    return None


def rate_limited(entries: tuple[ErrorEntry, ...] = ()) -> BusyError:
    """The error for too many requests; nothing was executed."""
    return BusyError(
        "Sage Intacct receives too many requests from this company's integrations at the moment.",
        code="LIM-RATE",
        details=entries,
        retryable=True,
        not_executed=True,
    )


def incomplete(sentence: str) -> ProtocolError:
    """The error for an answer that lacks what it must contain."""
    return ProtocolError(sentence, code="ANS-INCOMPLETE")


def _control_error(entries: tuple[ErrorEntry, ...], http_status: int) -> IntacctError:
    if http_status == 429:
        return rate_limited(entries)
    busy = _busy_error(entries)
    if busy is not None:
        return busy
    cause = entries[0] if entries else ErrorEntry()
    text = cause.text.casefold()
    if cause.errorno == "XL03000003":
        return _schema_error(cause, entries)
    if "partner id" in text:
        return SenderError(
            "Sage Intacct does not accept the Sender ID or its password.",
            code="CON-SENDER",
            details=entries,
        )
    if "transport policy" in text:
        return ProtocolError(cause.text, code="REQ-POLICY", details=entries)
    if cause.errorno == "PL04000055":
        return SignInError(
            "This Sage Intacct company has expired.",
            code="CON-COMPANY",
            details=entries,
        )
    if http_status >= 500:
        return service_failed(http_status, entries)
    if cause.errorno in _SIGN_IN_NUMBERS or cause.errorno == "XL03000006":
        return _authentication_error(entries)
    return SignInError(
        cause.text or "Sage Intacct refused the request without giving a reason.",
        code="CON-REFUSED",
        advice=cause.correction,
        details=entries,
    )


def _schema_error(cause: ErrorEntry, entries: tuple[ErrorEntry, ...]) -> ProtocolError:
    """The error for a request that breaks the schema; its subject is the element that is not expected there."""
    misplaced = _MISPLACED.search(cause.text)
    return ProtocolError(
        "Sage Intacct cannot read the request: " + cause.text,
        code="REQ-SCHEMA",
        details=entries,
        subject=misplaced.group(1) if misplaced else "",
    )


def service_failed(http_status: int, entries: tuple[ErrorEntry, ...] = ()) -> BusyError:
    """The error for a gateway that answers with a server error."""
    return BusyError(
        f"Sage Intacct's gateway failed with HTTP status {http_status}.",
        code="SVC-DOWN",
        details=entries,
        retryable=True,
    )


def _authentication_error(entries: tuple[ErrorEntry, ...]) -> IntacctError:
    busy = _busy_error(entries)
    if busy is not None:
        return busy
    cause = entries[0] if entries else ErrorEntry()
    text = f"{cause.description} {cause.description2} {cause.errorno}".casefold()
    if "invalid session" in text or "session has expired" in text:
        return SessionError(
            "The session with Sage Intacct has ended.",
            code="CON-SESSION",
            details=entries,
        )
    if "web services authorization" in text:
        return SenderError(
            "This Sage Intacct company has not authorized our Sender ID.",
            code="CON-SENDER-COMPANY",
            details=entries,
        )
    if "not subscribed" in text:
        return SubscriptionError(
            "This Sage Intacct company is not subscribed to Web Services.",
            code="MOD-WEBSERVICES",
            details=entries,
        )
    if "ip address" in text:
        return SignInError(
            "Sage Intacct refuses sign-ins from our network address.",
            code="CON-IP",
            details=entries,
        )
    return _sign_in_refused(cause, text, entries)


def _sign_in_refused(cause: ErrorEntry, text: str, entries: tuple[ErrorEntry, ...]) -> SignInError:
    usual = not text.strip() or "sign-in information" in text or "invalid request" in text or "invalidrequest" in text
    return SignInError(
        SIGN_IN_REFUSED if usual else cause.text,
        code="CON-LOGIN",
        advice="Check company ID, user ID, password and entity ID, upper and lower case included. A password is mailed "
        "to the user's mailbox when it is created or reset.",
        details=entries,
    )
