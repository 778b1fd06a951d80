"""What of a commitment or change order may not be changed now, and why. One rule for pages and services.

Reads only; decides nothing about pushing.
"""

from typing import Final

from erp_admin.documents.types import Lock
from erp_admin.models import ChangeOrder, Commitment
from erp_admin.purchasing import updates
from integrations.delivery.defects import fix_of, words_of
from integrations.delivery.remote_records import sent_of
from integrations.delivery.snapshot import DamagedSnapshot
from integrations.models import Delivery

# What the update function of Intacct cannot change.
FIXED_THERE: Final = frozenset({"kind", "number", "vendor_id", "currency", "entity_id"})


def lock_of(document: Commitment | ChangeOrder) -> Lock | None:
    """The lock on a stored document, or None while everything may be changed."""
    if document.is_locked:
        if document.delivery == Delivery.HELD:
            reason = "Its push is held, so it cannot be changed now."
            return Lock(reason, "Free it as said above, or take the push back.")
        reason = "It is being pushed to Intacct, so it cannot be changed now."
        return Lock(reason, "Wait until it has arrived, or take the push back.")
    if not document.remote_id:
        return None
    if document.missing_there:
        reason = f"Intacct does not show {document.remote_id} any more, so a change could not be pushed."
        return Lock(reason, "Recreate it, or unlink it, first.")
    if isinstance(document, ChangeOrder):
        reason = f"It is {document.remote_id} in Intacct, and a change order there is not changed any more."
        return Lock(reason, "Enter another change order for the difference, or unlink this one.")
    try:
        sent = sent_of("commitments", document)
    except DamagedSnapshot as error:
        return Lock(f"A change could not be pushed: {words_of(error)}.", fix_of(error))
    problems = updates.problems(document, document.lines.all(), sent)
    if updates.awaits_read_back("commitments", document):
        problems = [each for each in problems if each.field != "lines"]  # known soon; pushing waits for it anyway
    if problems:
        return Lock(problems[0].sentence, problems[0].fix)
    reason = (
        f"It is {document.remote_id} in Intacct. Type, number, vendor, currency and entity of a transaction cannot be "
        "changed there."
    )
    way_out = "Whatever else you change is pushed as an update."
    fixed = frozenset(map(int, (sent.lines or {}) if sent is not None else ()))
    return Lock(reason, way_out, is_whole=False, fields=FIXED_THERE, fixed_lines=fixed)
