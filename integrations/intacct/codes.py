"""The codes of the protocol client: what each error of the family means in general, and what to do about it.

Owns keys, categories and general words; the sentence of a case stands where the error is raised. Must not import
anything of this package.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

QUERY_REFUSED: Final = "REQ-QUERY"
FIELD_REFUSED: Final = "REQ-FIELD"
OBJECT_REFUSED: Final = "REQ-OBJECT"

_OPERATOR: Final = "The person who runs this application checks the address of the endpoint and the network in between."
_LATER: Final = "Nothing to do: it is tried again later."
_RECORDED: Final = "Try again later. If it stays, contact support with the recorded exchange."
_DEFECT: Final = "This is a defect of the integration or an object this company does not have. Contact support."


class Category(StrEnum):
    """What kind of failure it is, and with that who has to act: nobody, an administrator, a person, a developer."""

    TRANSPORT = "transport"
    BUSY = "busy"
    SENDER = "sender"
    SIGN_IN = "sign_in"
    ENTITY = "entity"
    SESSION = "session"
    PERMISSION = "permission"
    SUBSCRIPTION = "subscription"
    DATA = "data"
    DUPLICATE = "duplicate"
    UNKNOWN_OUTCOME = "unknown_outcome"
    PROTOCOL = "protocol"


@dataclass(frozen=True)
class ErrorCode:
    """`category` says which class of the family carries it."""

    key: str
    category: Category
    title: str
    advice: str


_T, _P, _D = Category.TRANSPORT, Category.PROTOCOL, Category.DATA

CODES: Final = (
    # The way to the gateway
    ErrorCode("CON-UNREACHABLE", _T, "Sage Intacct cannot be reached", "Check the network and the address of the "
              "endpoint. If they are right, try again later."),
    ErrorCode("CON-TIMEOUT", _T, "Sage Intacct did not answer in time", "Check the network and the address of the "
              "endpoint. If they are right, try again later."),
    ErrorCode("CON-BROKEN", _T, "The connection broke off before the answer was complete", "Check the network and the "
              "address of the endpoint. If they are right, try again later."),
    ErrorCode("CON-CERTIFICATE", _T, "The certificate of the endpoint cannot be verified", _OPERATOR),
    ErrorCode("CON-REDIRECT", _T, "The endpoint answered with a redirect", "The person who runs this application "
              "enters the final address of the gateway as endpoint."),
    ErrorCode("CON-STATUS", _T, "The endpoint refused the request without a message of Sage Intacct", _OPERATOR),
    ErrorCode("CON-ENDPOINT", _P, "The endpoint may not be sent credentials", "Use an https address under "
              "intacct.com, or have the host put on the list of allowed hosts."),
    ErrorCode("SVC-DOWN", Category.BUSY, "Sage Intacct is offline or fails", f"{_LATER} If it lasts, see "
              "status.intacct.com."),
    ErrorCode("SVC-SLOW", _T, "Sage Intacct gave no usable answer in the time one piece of work may take", "Start it "
              "again later. Its messages in Sync history show each attempt and its answer."),
    ErrorCode("LIM-RATE", Category.BUSY, "Sage Intacct receives too many requests from this company", _LATER),
    # Signing in
    ErrorCode("CON-SENDER", Category.SENDER, "Sage Intacct does not accept the Sender ID or its password", "The person "
              "who runs this application checks the sender id and its password; both are case-sensitive."),
    ErrorCode("CON-SENDER-COMPANY", Category.SENDER, "The Sage Intacct company has not authorized the Sender ID",
              "In Intacct, an administrator adds the Sender ID (exact case) under Company > Setup > Company > Security "
              "> Web Services authorizations."),
    ErrorCode("CON-LOGIN", Category.SIGN_IN, "Sage Intacct does not accept company, user, password or entity", "Check "
              "company ID, user ID, password and entity ID, upper and lower case included."),
    ErrorCode("CON-IP", Category.SIGN_IN, "Sage Intacct refuses sign-ins from this network address", "An administrator "
              "adds the addresses of this installation to the IP address filter of the company or the user."),
    ErrorCode("CON-COMPANY", Category.SIGN_IN, "The Sage Intacct company has expired", "Ask Sage or the partner who "
              "owns the company; then connect a company that is active."),
    ErrorCode("CON-REFUSED", Category.SIGN_IN, "Sage Intacct refused the request", "Check the credentials of the "
              "connection. If they are right, contact support."),
    ErrorCode("CON-ENTITY", Category.ENTITY, "The Web Services user cannot work in the entity", "In Intacct, an "
              "administrator lets the Web Services user enter this entity. Check the Entity ID of the connection."),
    ErrorCode("CON-SESSION", Category.SESSION, "The session with Sage Intacct has ended", "Nothing to do: the next "
              "request signs in again."),
    # Permissions and subscriptions
    ErrorCode("PRM-OPERATION", Category.PERMISSION, "The Web Services user lacks a permission", "An administrator adds "
              "the permission to the role of the Web Services user, or checks its user type and the company's "
              "subscriptions."),
    ErrorCode("PRM-AUDIT", Category.PERMISSION, "The Web Services user may not view the audit history", "An "
              "administrator grants View on custom reports and audit trail to the user's role."),
    ErrorCode("MOD-WEBSERVICES", Category.SUBSCRIPTION, "The company is not subscribed to Web Services", "An "
              "administrator subscribes to Web Services under Company > Admin > Subscriptions."),
    ErrorCode("MOD-SUBSCRIPTION", Category.SUBSCRIPTION, "The company is not subscribed to an application", "An "
              "administrator subscribes to the application under Company > Admin > Subscriptions."),
    # What Intacct refuses of a record
    ErrorCode("DUP-EXISTS", Category.DUPLICATE, "The record exists in Sage Intacct already", "Look the record up in "
              "Intacct; link it if it is the same, or use another number."),
    ErrorCode("DUP-CONTROLID", Category.DUPLICATE, "Sage Intacct has executed this request before", "Look the record "
              "up in Intacct before anything is sent again."),
    ErrorCode("DOC-NUMBER", _D, "The number of the document is missing or cannot be used", "Give the document a "
              "number, or assign a numbering sequence to its transaction definition in Intacct."),
    ErrorCode("DOC-STATE", _D, "The state of the document in Sage Intacct does not allow the change", "Bring the "
              "document into a state in Intacct that allows the change, or change it there."),
    ErrorCode("REC-MISSING", _D, "The record is no longer in Sage Intacct", "The record was deleted in Intacct. "
              "Refresh it here, then decide whether to create it again."),
    ErrorCode("REF-INVALID", _D, "A record that is referred to does not exist or is not active", "Check that the "
              "record exists and is active in Intacct, refresh the lists here, then retry."),
    ErrorCode("PER-CLOSED", _D, "The accounting period is closed", "Choose a date in an open period, or have the "
              "period opened in Intacct."),
    ErrorCode("DIM-REQ", _D, "A dimension that Sage Intacct requires is missing", "Fill in the dimension on the line "
              "the message names, then retry."),
    ErrorCode("DIM-RESTR", _D, "A dimension is restricted to another value", "Use the value Intacct expects, or have "
              "the restriction changed there."),
    ErrorCode("TRM-INVALID", _D, "The payment terms cannot be used", "Choose a term that exists and is active in "
              "Intacct."),
    ErrorCode("VAL-FORMAT", _D, "A value has a form that Sage Intacct does not take", "Correct the value the message "
              "names, then retry."),
    ErrorCode("NEG-LINE", _D, "The lines of the document belong to several entities", "Split the document by entity."),
    ErrorCode("HOLD-VENDOR", _D, "The vendor is on hold", "Release the vendor in Intacct, then sync vendors."),
    ErrorCode("CMP-EXPIRED", _D, "The compliance records of the vendor are not up to date", "Bring the vendor's "
              "compliance records up to date in Intacct."),
    ErrorCode("PAY-EXCEEDS", _D, "The payment exceeds the amount due", "Refresh the open amount and correct the "
              "payment."),
    ErrorCode("TXN-ROLLEDBACK", _D, "Nothing was saved, because another part of the same transaction was refused",
              "Correct the part that was refused, then retry all of them."),
    ErrorCode("UNKNOWN", _D, "Sage Intacct refused it for a reason that is not known here", "Correct the record as the "
              "message says, then retry. If there is no message, contact support with the recorded exchange."),
    # Requests and answers
    ErrorCode("ANS-LOST", Category.UNKNOWN_OUTCOME, "It is not known whether Sage Intacct saved it", "Do not send it "
              "again before it is known: look whether the record exists in Intacct."),
    ErrorCode("ANS-UNREADABLE", _T, "The answer of Sage Intacct cannot be read", _RECORDED),
    ErrorCode("ANS-SPOILT", _P, "Sage Intacct answers, but its answer to this request cannot be read", "One of the "
              "records that were asked for holds something that cannot be read. Where the message names it, have it "
              "corrected in Intacct: clear the field and type it again. Otherwise contact support with the recorded "
              "exchange."),
    ErrorCode("ANS-VALUE", _P, "A record in the answer of Sage Intacct is not as a record can be", "Open the record "
              "that the message names in Intacct, correct the field and save it. If it looks right there, contact "
              "support with the recorded exchange."),
    ErrorCode("ANS-INCOMPLETE", _P, "The answer of Sage Intacct lacks what it must contain", _RECORDED),
    ErrorCode("ANS-ORDER", _P, "The records came out of order", _RECORDED),
    ErrorCode("ANS-HOSTILE", _P, "The answer has a document type definition, which Sage Intacct never sends",
              _OPERATOR),
    ErrorCode("ANS-TOO-LARGE", _P, "The answer of Sage Intacct is too large", "Ask for fewer records or fields at "
              "once."),
    ErrorCode("REQ-SCHEMA", _P, "Sage Intacct cannot read the request", "This is a defect of the integration. Contact "
              "support with the recorded exchange."),
    ErrorCode("REQ-POLICY", _P, "The transport policy of Sage Intacct refuses the request", "Contact support."),
    ErrorCode(OBJECT_REFUSED, _P, "Sage Intacct does not know the object", _DEFECT),
    ErrorCode(FIELD_REFUSED, _P, "Sage Intacct does not know a field", _DEFECT),
    ErrorCode("REQ-RESULTID", _P, "A query cannot be continued", "Start the query again."),
    ErrorCode(QUERY_REFUSED, _P, "Sage Intacct could not process the query", "A field or value of the filter does not "
              "suit this company. Contact support with the recorded exchange."),
)  # fmt: skip
BY_KEY: Final = {code.key: code for code in CODES}
