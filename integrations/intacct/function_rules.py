"""The rules that turn a refused function into one of our errors, in the order they are tried.

Owns patterns and sentences for function-level errors; codes.py has the advice. Used by classifier.py only. Sources of
the texts: developer.intacct.com (Web Services > Error handling) and errors seen by live clients.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from integrations.intacct.codes import FIELD_REFUSED, OBJECT_REFUSED, QUERY_REFUSED
from integrations.intacct.errors import (
    DataError,
    DuplicateError,
    EntityError,
    ErrorEntry,
    IntacctError,
    PermissionDenied,
    ProtocolError,
    SignInError,
    SubscriptionError,
)

_LONGEST_TEXT = 2_000  # patterns look no further into a text of unknown origin, nor far from one word to the next


@dataclass(frozen=True)
class Rule:
    """One cause. It applies when the number or machine id is listed or the pattern is found in the cause's text.

    A group named `subject` in the pattern becomes the error's subject. `sentence` None keeps the vendor's own text.
    """

    kind: type[IntacctError]
    code: str
    pattern: str = ""
    numbers: frozenset[str] = frozenset()
    sentence: str | None = None

    def apply(self, cause: ErrorEntry, entries: tuple[ErrorEntry, ...]) -> IntacctError | None:
        text = " ".join(part for part in (cause.description, cause.description2, cause.errorno) if part)[:_LONGEST_TEXT]
        found = re.search(self.pattern, text, re.IGNORECASE) if self.pattern else None
        if found is None and cause.errorno not in self.numbers and cause.error_id not in self.numbers:
            return None
        subject = ""
        if found is not None and "subject" in found.re.groupindex:
            subject = (found.group("subject") or "").strip()
        return self.kind(
            self.sentence or cause.text,
            code=self.code,
            details=entries,
            subject=subject,
        )


FUNCTION_RULES: tuple[Rule, ...] = (
    Rule(
        PermissionDenied,
        "PRM-AUDIT",
        r"permission to view audit history",
        sentence="The Web Services user may not view the audit history.",
    ),
    Rule(
        PermissionDenied,
        "PRM-OPERATION",
        r"do not have permission(?:.{0,200}objects? of type (?P<subject>\w+))?|not authorized to",
        frozenset({"PL04000005"}),
    ),
    Rule(
        SubscriptionError,
        "MOD-SUBSCRIPTION",
        r"(?:the )?(?P<subject>[\w ]{1,60}?)? ?(?:module|application) is not subscribed|not subscribed to",
    ),
    Rule(
        SignInError,
        "CON-LOGIN",
        r"^get api session failed|sign-in information is incorrect",
        frozenset({"DL03000006"}),
        sentence="Sage Intacct did not open a session.",
    ),
    Rule(
        EntityError,
        "CON-ENTITY",
        r"(?:not allowed|cannot|may not|unable) (?:to )?(?:access|enter|slide in to|slide into).{0,200}"
        r"(?:entity|location)",
    ),
    Rule(
        DuplicateError,
        "DUP-CONTROLID",
        r"control ?id\b.{0,200}\b(?:already|duplicate|not unique)|(?:duplicate|repeated) (?:function )?control ?id",
        sentence="Sage Intacct has executed this request before.",
    ),
    Rule(
        DuplicateError,
        "DUP-EXISTS",
        r"already exists|another [\w ]{1,60} with the (?:given )?value|duplicate (?:record|number|value|account)",
        frozenset({"BL34000061", "PL05000104", "BL03002185", "GL-0493"}),
    ),
    Rule(
        ProtocolError,
        OBJECT_REFUSED,
        r"object (?:definition|type) (?P<subject>\S+) not found|cannot be performed on objects of type (?P<other>\S+)",
        frozenset({"Query Failed", "XXX", "WS"}),
    ),
    Rule(ProtocolError, "REQ-FIELD", r"\bfield (?P<subject>\S+) is not a valid field"),
    Rule(
        ProtocolError,
        FIELD_REFUSED,
        # The field alone is the subject, so that anyone who asked can ask again without it.
        r"\bfield:? '?(?P<subject>[\w.]+)'? (?:is not a valid|is not valid|is invalid|does not exist|not found)",
    ),
    Rule(
        ProtocolError,
        FIELD_REFUSED,
        r"invalid fields? list:? ?(?P<subject>.*)",
        frozenset({"XL03000010"}),
    ),
    Rule(ProtocolError, "REQ-RESULTID", r"readmore (?:failed|with an invalid)"),
    Rule(
        ProtocolError,
        QUERY_REFUSED,
        numbers=frozenset({"DL02000001"}),
        sentence="Sage Intacct could not process the query.",
    ),
    Rule(
        DataError,
        "PER-CLOSED",
        r"\b(?:period|books?)\b.{0,200}\b(?:closed|not open)\b"
        r"|\bclosed\b.{0,200}\b(?:period|books?)\b|must be on or after",
    ),
    Rule(
        DataError,
        "DIM-REQ",
        r"missing the (?P<subject>.{1,60}?) dimension|required dimension|dimension is required",
    ),
    Rule(
        DataError,
        "DIM-RESTR",
        r"restricted by|value is auto-?filled|must be .{1,200}\. this value",
    ),
    Rule(
        DataError,
        "DOC-NUMBER",
        r"document number is missing",
        frozenset({"PL01000127"}),
    ),
    Rule(DataError, "NEG-LINE", numbers=frozenset({"BL03002073"})),
    Rule(
        DataError,
        "DOC-STATE",
        r"(?:cannot|can't|may not|not allowed).{0,200}"
        r"\b(?:already )?(?:paid|converted|approved|submitted|posted|reversed)\b",
        frozenset({"BL03002129"}),
    ),
    Rule(DataError, "HOLD-VENDOR", r"vendor\b.{0,200}\bon hold", frozenset({"INT446"})),
    Rule(
        DataError,
        "TRM-INVALID",
        r"\bterms?\b.{0,200}\b(?:invalid|not valid|not found|does not exist)|invalid (?:payment )?terms?\b",
    ),
    Rule(
        DataError,
        "PAY-EXCEEDS",
        r"exceeds (?:the )?(?:total )?amount due",
        frozenset({"XL03000027"}),
    ),
    Rule(
        DataError,
        "CMP-EXPIRED",
        r"^CRE-\d+|compliance error",
    ),
    Rule(
        DataError,
        "REC-MISSING",
        r"cannot (?:update|delete) non-?existing|cannot find .{0,200} with key|(?P<subject>.{1,200}) no longer exists",
    ),
    Rule(
        DataError,
        "REF-INVALID",
        r"login id (?P<subject>\S+) does not exist",
        frozenset({"BL03000025"}),
    ),
    Rule(
        DataError,
        "REF-INVALID",
        r"invalid [\w ]{1,60}? '(?P<subject>[^']*)' specified"
        r"|\b[\w ]{1,60} '[^']{1,200}' ?(?:specified )?is (?:not valid|invalid)"
        r"|activate the [\w ]{1,60} .{1,60}?, then try again"
        r"|'[^']{1,200}' (?:was |is )?(?:not found|does not exist|inactive)",
    ),
    Rule(
        DataError,
        "VAL-FORMAT",
        r"illegal format|missing unit\b|incorrect format",
        frozenset({"BL03000018"}),
    ),
)
