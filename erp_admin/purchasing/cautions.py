"""What choosing a purchasing transaction definition means, said before anything is pushed with it.

Owns these sentences, read from the mirrored definition. Forbids nothing: what keeps a document from being pushed is
said where it is validated.
"""

from collections.abc import Mapping
from typing import Any, Final

from erp_admin.models import Commitment, CommitmentLine

SOURCE, CHANGE, NO_CHANGE = "Enable Change", "Change Order", "No Change"  # values of ENABLEDOCCHANGE
# Values of UPDATES_GL (objects reference, purchasing transaction definitions): N posts nothing.
_POSTS: Final = {"A": "to accounts payable, as a bill", "G": "to the general ledger"}


def order_cautions(fields: Mapping[str, Any]) -> list[str]:
    """For definitions of commitments."""
    found = _common(fields)
    change = fields.get("ENABLEDOCCHANGE", "")
    if change == CHANGE:
        found.insert(0, "It makes change orders, not commitments: choose the definition that these change.")
    elif change == NO_CHANGE:
        found.insert(0, "It does not enable change, so change orders of these commitments cannot be pushed.")
    return found


def change_cautions(fields: Mapping[str, Any]) -> list[str]:
    """For definitions of change orders."""
    found = _common(fields)
    if fields.get("ENABLEDOCCHANGE", CHANGE) not in ("", CHANGE):
        found.insert(0, "It makes no change orders: no change order is pushed with it.")
    return found


def numbering_notes(fields: Mapping[str, Any]) -> list[str]:
    """How documents of a definition get their numbers: good to know, and nothing to worry about."""
    sequence = fields.get("SEQUENCE")
    if sequence:
        return [f"Intacct gives the numbers, by its sequence “{sequence}”; the number in ERP Admin goes as reference."]
    if sequence == "":
        return ["Documents keep the number they have in ERP Admin, so two cannot share one."]
    return []


def _common(fields: Mapping[str, Any]) -> list[str]:
    found = []
    posts = _POSTS.get(str(fields.get("UPDATES_GL", "")))
    if posts:
        found.append(f"Its documents post {posts}, as soon as they are pushed. Commitments should post nothing.")
    if fields.get("TD_CREATION_RULE") == "Entity only":
        found.append("Its documents can be made in an entity only, so documents without an entity are refused.")
    if _says_no(fields.get("ENABLE_RETAINAGE")) and _retainage_is_used():
        found.append("Retainage is off, and there are commitments in ERP Admin with retainage: Intacct refuses those.")
    return found


def _says_no(value: Any) -> bool:
    return str(value).lower() == "false"


def _retainage_is_used() -> bool:
    if Commitment.objects.filter(retainage_percent__gt=0).exists():
        return True
    return CommitmentLine.objects.filter(retainage_percent__gt=0).exists()
