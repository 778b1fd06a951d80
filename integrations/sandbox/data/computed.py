"""Fields that are worked out when they are read: deep links and what depends on today's date.

Owns these rules. Must not read other records.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from integrations.sandbox.schema.model import ObjectDefinition

# The token is opaque and leads nowhere; the form is that of captured answers.
DEEP_LINK = "https://www.intacct.com/ia/acct/ur.phtml?.r="


def record_url(company_id: str, definition: ObjectDefinition, row: Mapping[str, str]) -> str:
    """A stable deep link for one record."""
    digest = hashlib.sha256(f"{company_id}/{definition.name}/{row[definition.record_key]}".encode()).digest()
    return DEEP_LINK + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def due_in_days(_company_id: str, _definition: ObjectDefinition, row: Mapping[str, str]) -> str:
    """Days from today until the due date, negative when it has passed."""
    due = row.get("WHENDUE", "")
    if not due:
        return ""
    day = date(int(due[6:10]), int(due[0:2]), int(due[3:5]))
    return str((day - datetime.now(UTC).date()).days)


COMPUTED: dict[str, Callable[[str, ObjectDefinition, Mapping[str, str]], str]] = {
    "RECORD_URL": record_url,
    "DUE_IN_DAYS": due_in_days,
}
