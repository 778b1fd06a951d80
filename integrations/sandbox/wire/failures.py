"""The refusals of the gateway and the levels at which they appear: control, authentication, function.

Owns the error entries and their exceptions. Must not know how an answer is written or what caused a refusal.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from integrations.sandbox.wire.nodes import Node

SCHEMA_VIOLATION = "XL03000003"
NOT_AUTHENTICATED = "XL03000006"
ROLLED_BACK = "XL03000009"
UNKNOWN_FIELD = "XL03000010"
NO_PERMISSION = "PL04000005"
DUPLICATE = "BL34000061"
BUSINESS_RULE = "BL01001973"
ILLEGAL_FORMAT = "BL03000018"
UNKNOWN_USER = "BL03000025"
PROCESSING_ERROR = "DL02000001"

# The vendor publishes no number for these refusals, so the names say plainly that they are local.
LOCAL_REPEATED_CONTROL_ID = "SANDBOX-DUPLICATE-CONTROLID"
LOCAL_LIMIT = "SANDBOX-LIMIT"
LOCAL_SESSION_NOT_ALONE = "SANDBOX-SESSION-NOT-ALONE"


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """One `<error>` element; `errorno` None leaves the number out, as the audit history refusal does.

    The rest appears only under `additionalinfo`: the stable id of the refusal, and what it is about.
    """

    errorno: str | None
    description2: str
    description: str = ""
    correction: str = ""
    errorid: str = ""
    object_name: str = ""
    field: str = ""
    placeholders: tuple[tuple[str, str], ...] = ()


def with_support_id(text: str) -> str:
    """Append a support id the way the gateway does, `~` encoded as `%7E` (developer.intacct.com, Error handling)."""
    return f"{text} [Support ID: {secrets.token_hex(3)}%7E{secrets.token_hex(11)}]"


class ControlFailure(Exception):
    """The whole request is refused before anything was executed; answered without an operation element."""

    def __init__(self, errors: Sequence[ErrorEntry], http_status: int = 200) -> None:
        super().__init__(errors[0].description2)
        self.errors = tuple(errors)
        self.http_status = http_status


class AuthenticationFailure(Exception):
    """Sign-in, session or authorization refused; user and company are echoed, both empty for a bad session."""

    def __init__(self, error: ErrorEntry, userid: str = "", companyid: str = "", locationid: str | None = None) -> None:
        super().__init__(error.description2)
        self.error = error
        self.userid = userid
        self.companyid = companyid
        self.locationid = locationid


class FunctionFailure(Exception):
    """One function is refused. `data` carries what was done before the refusal, as `create` and `update` report it."""

    def __init__(self, *errors: ErrorEntry, data: Node | None = None) -> None:
        super().__init__(errors[0].description2 or errors[0].errorno or "")
        self.errors = errors
        self.data = data


def schema_violation(text: str, line: int, column: int = 0) -> ControlFailure:
    """A request that breaks the schema; libxml2 style text as seen in live answers."""
    message = with_support_id(f"XML Parse schema error: {text} Line: {line}, column: {column}.")
    return ControlFailure([ErrorEntry(SCHEMA_VIOLATION, message)])


def processing_error() -> FunctionFailure:
    """The catch-all refusal of the query engine: bad filter, bad date, unknown name in an expression."""
    text = with_support_id("There was an error processing the request.")
    return FunctionFailure(ErrorEntry(PROCESSING_ERROR, text, description="Error"))


def limit_exceeded(text: str) -> FunctionFailure:
    """A documented limit was exceeded; the vendor's wording is not published, so number and text are local."""
    return FunctionFailure(ErrorEntry(LOCAL_LIMIT, text))


def no_permission(operation: str, object_name: str) -> FunctionFailure:
    """The role lacks a right; checked before any data is read."""
    text = f"You do not have permission for API operation {operation} on objects of type {object_name.lower()}"
    return FunctionFailure(ErrorEntry(NO_PERMISSION, with_support_id(text)))
