"""The one family of errors of the protocol client.

Owns the exceptions; what their codes mean in general is in codes.py. Must not match on the vendor's texts
(classifier.py does) nor let an exception of the HTTP or XML library through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from integrations.intacct.codes import BY_KEY, Category


@dataclass(frozen=True)
class ErrorEntry:
    """One `<error>` as the gateway sent it, secrets removed.

    `errorno` may be a code, free text, or "". `support_id` is taken from the "[Support ID: …]" tail of a text and is
    URL-decoded. `error_id` is the stable machine code of `additionalinfo`, "" when the gateway sent none.
    """

    errorno: str = ""
    description: str = ""
    description2: str = ""
    correction: str = ""
    support_id: str = ""
    error_id: str = ""

    @property
    def text(self) -> str:
        """The main text: description2, else description, else the errorno when that is all there is."""
        return self.description2 or self.description or self.errorno


@dataclass(frozen=True)
class Flaw:
    """What makes an answer unreadable, in words without its place, and the element it stands in where that is known."""

    what: str
    element: str = ""


class IntacctError(Exception):
    """Base of every error the client raises.

    `code` is ours and stable; `sentence` says what happened; `advice` says what to do, where and who,
    and is that of the code where none is given; `details` is the
    vendor's chain, the cause first. `retryable` says whether the same request may be sent again unchanged.
    `nothing_left` is True only when it is certain that no byte of the request left this machine; `not_executed` only
    when it is certain that no function of the request was executed. `retry_after` is in seconds, when the gateway asked
    for a pause. `subject` names the object, field or value the text speaks of.
    """

    category: ClassVar[Category]

    def __init__(
        self,
        sentence: str,
        *,
        code: str = "UNKNOWN",
        advice: str = "",
        details: tuple[ErrorEntry, ...] = (),
        retryable: bool = False,
        nothing_left: bool = False,
        not_executed: bool = False,
        retry_after: float | None = None,
        subject: str = "",
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.advice = advice or (BY_KEY[code].advice if code in BY_KEY else "")
        self.details = details
        self.retryable = retryable
        self.nothing_left = nothing_left
        self.not_executed = not_executed or nothing_left
        self.retry_after = retry_after
        self.subject = subject

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code}: {self.sentence})"

    @property
    def technical_detail(self) -> str:
        """Intacct's own error entries as lines of text, the cause first; "" when it sent none."""
        names = ("errorno", "description", "description2", "correction", "support_id", "error_id")
        blocks = (
            "\n".join(f"{name}: {value}" for name in names if (value := getattr(entry, name))) for entry in self.details
        )
        return "\n\n".join(block for block in blocks if block)

    @property
    def support_id(self) -> str:
        """The first support id in the chain, for a case with the vendor's support."""
        return next((entry.support_id for entry in self.details if entry.support_id), "")


class TransportError(IntacctError):
    """The request did not reach the gateway, or no readable answer came back."""

    category = Category.TRANSPORT


class OutOfTime(TransportError):
    """The time that the caller allows is used up; says nothing about the gateway but that it was slow."""


class UnreadableError(TransportError):
    """Something came back that is no response document. `flaw` says what is wrong with it."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(
            "The answer of Sage Intacct cannot be read: " + flaw.what,
            code="ANS-UNREADABLE",
            retryable=True,
        )
        self.flaw = flaw


class BusyError(IntacctError):
    """The gateway refuses for now: rate limit, maintenance, overload. `not_executed` says whether that is certain."""

    category = Category.BUSY


class SenderError(IntacctError):
    """The sender id or its password is refused, or the sender is not authorized in the company."""

    category = Category.SENDER


class SignInError(IntacctError):
    """Company, user or password is refused. A wrong entity id is answered the same way."""

    category = Category.SIGN_IN


class EntityError(IntacctError):
    """The user cannot work in the entity."""

    category = Category.ENTITY


class SessionError(IntacctError):
    """The session is no longer valid. Nothing was executed."""

    category = Category.SESSION


class PermissionDenied(IntacctError):
    """The user's role or type lacks a permission."""

    category = Category.PERMISSION


class SubscriptionError(IntacctError):
    """The company has not subscribed to the application."""

    category = Category.SUBSCRIPTION


class DataError(IntacctError):
    """The gateway refuses the values; sending the same again gives the same answer."""

    category = Category.DATA


class DuplicateError(IntacctError):
    """The record exists already, or the function with this control id was executed already."""

    category = Category.DUPLICATE


class UnknownOutcome(IntacctError):
    """A write was sent and its answer was lost: it may have been saved. Never send it again before looking."""

    category = Category.UNKNOWN_OUTCOME


class ProtocolError(IntacctError):
    """The gateway and the client misunderstand each other: a defect of the client, or an answer that makes no sense."""

    category = Category.PROTOCOL


class SpoiltAnswer(ProtocolError):
    """The answer to one request cannot be used, again and again, while the gateway answers others.

    So the fault lies in what was asked for: in one of its records. `flaw` says what it is.
    """

    def __init__(self, sentence: str, flaw: Flaw, *, code: str = "ANS-SPOILT", subject: str = "") -> None:
        super().__init__(sentence, code=code, subject=subject or flaw.element)
        self.flaw = flaw


class UntrustedEndpoint(ProtocolError):
    """A URL that must not receive credentials."""

    def __init__(self, sentence: str) -> None:
        super().__init__(
            sentence,
            code="CON-ENDPOINT",
            nothing_left=True,
        )
