"""The rules that turn a refused function into one of our errors, in the order they are tried.

Owns patterns, codes, sentences and advice for function-level errors. Used by classifier.py only. Sources of the texts:
developer.intacct.com (Web Services > Error handling) and errors seen by live clients.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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

QUERY_REFUSED = "REQ-QUERY"
FIELD_REFUSED = "REQ-FIELD"
OBJECT_REFUSED = "REQ-OBJECT"
_LONGEST_TEXT = 4000  # patterns look no further into a text of unknown origin


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
    advice: str = ""

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
            advice=self.advice or cause.correction,
            details=entries,
            subject=subject,
        )


_DEFECT = "This is a defect of the integration or an object this company does not have. Contact support."
_LOOK_UP = "Look the record up in Intacct; link it if it is the same, or use another number."
_MAPPING = "Check that the record exists and is active in Intacct, refresh the lists here, then retry."

FUNCTION_RULES: tuple[Rule, ...] = (
    Rule(
        PermissionDenied,
        "PRM-AUDIT",
        r"permission to view audit history",
        sentence="The Web Services user may not view the audit history.",
        advice="An administrator grants View on custom reports and audit trail to the user's role.",
    ),
    Rule(
        PermissionDenied,
        "PRM-OPERATION",
        r"do not have permission(?:.*objects? of type (?P<subject>\w+))?|not authorized to",
        frozenset({"PL04000005"}),
        advice="An administrator adds the permission to the role of the Web Services user, or checks its user type and "
        "the company's subscriptions.",
    ),
    Rule(
        SubscriptionError,
        "MOD-SUBSCRIPTION",
        r"(?:the )?(?P<subject>[\w ]+?)? ?(?:module|application) is not subscribed|not subscribed to",
        advice="An administrator subscribes to the application under Company > Admin > Subscriptions.",
    ),
    Rule(
        SignInError,
        "CON-LOGIN",
        r"^get api session failed|sign-in information is incorrect",
        frozenset({"DL03000006"}),
        sentence="Sage Intacct did not open a session.",
        advice="Check company ID, user ID, password and entity ID.",
    ),
    Rule(
        EntityError,
        "CON-ENTITY",
        r"(?:not allowed|cannot|may not|unable) (?:to )?(?:access|enter|slide in to|slide into).*(?:entity|location)",
        advice="An administrator lets the Web Services user enter this entity.",
    ),
    Rule(
        DuplicateError,
        "DUP-CONTROLID",
        r"control ?id\b.*\b(?:already|duplicate|not unique)|(?:duplicate|repeated) (?:function )?control ?id",
        sentence="Sage Intacct has executed this request before.",
        advice="Look the record up in Intacct before anything is sent again.",
    ),
    Rule(
        DuplicateError,
        "DUP-EXISTS",
        r"already exists|another [\w ]+ with the (?:given )?value|duplicate (?:record|number|value|account)",
        frozenset({"BL34000061", "PL05000104", "BL03002185", "GL-0493"}),
        advice=_LOOK_UP,
    ),
    Rule(
        ProtocolError,
        OBJECT_REFUSED,
        r"object (?:definition|type) (?P<subject>\S+) not found|cannot be performed on objects of type (?P<other>\S+)",
        frozenset({"Query Failed", "XXX", "WS"}),
        advice=_DEFECT,
    ),
    Rule(ProtocolError, "REQ-FIELD", r"\bfield (?P<subject>\S+) is not a valid field", advice=_DEFECT),
    Rule(
        ProtocolError,
        FIELD_REFUSED,
        # The field alone is the subject, so that whoever asked can ask again without it.
        r"\bfield:? '?(?P<subject>[\w.]+)'? (?:is not a valid|is not valid|is invalid|does not exist|not found)",
        advice=_DEFECT,
    ),
    Rule(
        ProtocolError,
        FIELD_REFUSED,
        r"invalid fields? list:? ?(?P<subject>.*)",
        frozenset({"XL03000010"}),
        advice=_DEFECT,
    ),
    Rule(ProtocolError, "REQ-RESULTID", r"readmore (?:failed|with an invalid)", advice="Start the query again."),
    Rule(
        ProtocolError,
        QUERY_REFUSED,
        numbers=frozenset({"DL02000001"}),
        sentence="Sage Intacct could not process the query.",
        advice="A field or value of the filter does not suit this company. Contact support with the recorded exchange.",
    ),
    Rule(
        DataError,
        "PER-CLOSED",
        r"\b(?:period|books?)\b.*\b(?:closed|not open)\b|\bclosed\b.*\b(?:period|books?)\b|must be on or after",
        advice="Choose a date in an open period, or have the period opened in Intacct.",
    ),
    Rule(
        DataError,
        "DIM-REQ",
        r"missing the (?P<subject>.+?) dimension|required dimension|dimension is required",
        advice="Fill in the dimension on the line the message names, then retry.",
    ),
    Rule(
        DataError,
        "DIM-RESTR",
        r"restricted by|value is auto-?filled|must be .+\. this value",
        advice="Use the value Intacct expects, or have the restriction changed there.",
    ),
    Rule(
        DataError,
        "DOC-NUMBER",
        r"document number is missing",
        frozenset({"PL01000127"}),
        advice="Give the document a number, or assign a numbering sequence to its transaction definition in Intacct.",
    ),
    Rule(DataError, "NEG-LINE", numbers=frozenset({"BL03002073"}), advice="Split the document by entity."),
    Rule(
        DataError,
        "DOC-STATE",
        r"(?:cannot|can't|may not|not allowed).*\b(?:already )?(?:paid|converted|approved|submitted|posted|reversed)\b",
        frozenset({"BL03002129"}),
        advice="Bring the document into a state in Intacct that allows the change, or change it there.",
    ),
    Rule(
        DataError, "HOLD-VENDOR", r"vendor\b.*\bon hold", frozenset({"INT446"}), advice="Release the vendor in Intacct."
    ),
    Rule(
        DataError,
        "TRM-INVALID",
        r"\bterms?\b.*\b(?:invalid|not valid|not found|does not exist)|invalid (?:payment )?terms?\b",
        advice="Choose a term that exists and is active in Intacct.",
    ),
    Rule(
        DataError,
        "PAY-EXCEEDS",
        r"exceeds (?:the )?(?:total )?amount due",
        frozenset({"XL03000027"}),
        advice="Refresh the open amount and correct the payment.",
    ),
    Rule(
        DataError,
        "CMP-EXPIRED",
        r"^CRE-\d+|compliance error",
        advice="Bring the vendor's compliance records up to date in Intacct.",
    ),
    Rule(
        DataError,
        "REC-MISSING",
        r"cannot (?:update|delete) non-?existing|cannot find .* with key|(?P<subject>.+) no longer exists",
        advice="The record was deleted in Intacct. Refresh it here, then decide whether to create it again.",
    ),
    Rule(
        DataError,
        "REF-INVALID",
        r"login id (?P<subject>\S+) does not exist",
        frozenset({"BL03000025"}),
        advice=_MAPPING,
    ),
    Rule(
        DataError,
        "REF-INVALID",
        r"invalid [\w ]+? '(?P<subject>[^']*)' specified"
        r"|\b[\w ]+ '[^']+' ?(?:specified )?is (?:not valid|invalid)"
        r"|activate the [\w ]+ .+?, then try again|'[^']+' (?:was |is )?(?:not found|does not exist|inactive)",
        advice=_MAPPING,
    ),
    Rule(
        DataError,
        "VAL-FORMAT",
        r"illegal format|missing unit\b|incorrect format",
        frozenset({"BL03000018"}),
        advice="Correct the value the message names, then retry.",
    ),
)
