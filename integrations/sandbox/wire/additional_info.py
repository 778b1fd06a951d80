"""The `additionalinfo` of an error: its stable id, what it is about, and message ids with untranslated values.

Owns that structure (Web Services > Requests > showadditionalerrorinfo). Must not decide what is refused.
"""

from __future__ import annotations

import re

from integrations.sandbox.wire.failures import (
    BUSINESS_RULE,
    DUPLICATE,
    ILLEGAL_FORMAT,
    NO_PERMISSION,
    NOT_AUTHENTICATED,
    PROCESSING_ERROR,
    ROLLED_BACK,
    SCHEMA_VIOLATION,
    UNKNOWN_FIELD,
    UNKNOWN_USER,
    ErrorEntry,
)
from integrations.sandbox.wire.nodes import Node, branch, leaf

SUPPORT_ID = re.compile(r"\[Support ID: ([^\]]+)\]")

# Id, category and message ids as published for two refusals; the ids of all others are local and say so.
PUBLISHED: dict[str, tuple[str, str, str, str]] = {
    "GL-0493": (
        "Duplication Prevention",
        "IA.DUPLICATE_ACCOUNT_NUMBER",
        "IA.THE_ACCOUNT_NUMBER_ALREADY_EXISTS",
        "IA.ENTER_UNIQUE_ACCOUNT_NUMBER",
    ),
    "GL-0504": ("Unable to create record.", "", "IA.COULD_NOT_CREATE_GL_ACCOUNT_RECORD", ""),
}
CATEGORIES: dict[str, tuple[str, str]] = {
    BUSINESS_RULE: ("SANDBOX-RULE", "Business rule"),
    DUPLICATE: ("SANDBOX-DUPLICATE", "Duplication Prevention"),
    ILLEGAL_FORMAT: ("SANDBOX-FORMAT", "Illegal format"),
    UNKNOWN_FIELD: ("SANDBOX-UNKNOWN-FIELD", "Unknown field"),
    NO_PERMISSION: ("SANDBOX-PERMISSION", "Permission"),
    UNKNOWN_USER: ("SANDBOX-UNKNOWN-USER", "Unknown user"),
    PROCESSING_ERROR: ("SANDBOX-PROCESSING", "Processing"),
    ROLLED_BACK: ("SANDBOX-ROLLED-BACK", "Transaction"),
    NOT_AUTHENTICATED: ("SANDBOX-SIGN-IN", "Sign-in"),
    SCHEMA_VIOLATION: ("SANDBOX-SCHEMA", "Schema"),
}


def additional_info(entry: ErrorEntry) -> Node:
    """The block that follows the correction of an error."""
    found = SUPPORT_ID.search(entry.description2)
    published = PUBLISHED.get(entry.errorid)
    if published is not None:
        errorid, category, messages = entry.errorid, published[0], published[1:]
    else:
        errorid, category = CATEGORIES.get(entry.errorno or "", ("SANDBOX-OTHER", "Other"))
        errorid, messages = entry.errorid or errorid, ("", f"SANDBOX.{errorid.removeprefix('SANDBOX-')}", "")
    parts = zip(("description", "cdescription", "correction"), messages, strict=True)
    return branch(
        "additionalinfo",
        leaf("errorid", errorid),
        leaf("category", category),
        # The attribute is spelt businessinfo here and businessInfo at the messages; so in the published answer.
        branch(
            "target",
            domain="",
            requestinfo=found.group(1) if found else "",
            object=entry.object_name,
            field=entry.field,
            businessinfo="",
        ),
        *(_message(name, messageid, entry if name == "cdescription" else None) for name, messageid in parts),
    )


def _message(name: str, messageid: str, entry: ErrorEntry | None) -> Node:
    placeholders = entry.placeholders if entry is not None else ()
    return branch(
        name,
        leaf("messageid", messageid),
        branch("target", domain="", requestinfo="", object="", field="", businessInfo=""),
        branch(
            "placeholders",
            *(
                Node("placeholder", children=[], attributes={"name": key, "value": value})
                for key, value in placeholders
            ),
        )
        if placeholders
        else leaf("placeholders"),
    )
