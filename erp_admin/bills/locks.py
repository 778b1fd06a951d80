"""What of a bill may not be changed now, and why. One rule for pages and services.

Reads only; decides nothing about pushing.
"""

from typing import Final

from erp_admin.bills import updates
from erp_admin.bills.sources import KEY
from erp_admin.documents.locks import lock_of_push
from erp_admin.documents.types import Lock
from erp_admin.models import Bill
from integrations.delivery.defects import fix_of, words_of
from integrations.delivery.remote_records import sent_of
from integrations.delivery.snapshot import DamagedSnapshot

# By these the bill is found again in Intacct.
FIXED_THERE: Final = frozenset({"number", "vendor_id", "currency", "entity_id"})


def lock_of(bill: Bill) -> Lock | None:
    """The lock on a stored bill, or None while everything may be changed."""
    lock = lock_of_push(bill)
    if lock is not None or not bill.remote_id:
        return lock
    try:
        sent = sent_of(KEY, bill)
    except DamagedSnapshot as error:
        return Lock(f"A change could not be pushed: {words_of(error)}.", fix_of(error))
    problems = updates.never(bill, sent)
    if problems:
        return Lock(problems[0].sentence, problems[0].fix)
    reason = "It is a draft in Intacct. Vendor, number, currency and entity stay, as it is found again by them."
    return Lock(reason, "Whatever else you change is pushed as an update.", is_whole=False, fields=FIXED_THERE)
