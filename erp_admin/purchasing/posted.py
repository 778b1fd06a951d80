"""What our own change orders do to the record of their commitment, and what no single field of a record shows.

Owns which revised totals are explained by us. Reads our documents; asks Intacct nothing.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Q

from erp_admin.models import Commitment
from erp_admin.purchasing.mapping import COURSE, REVISED, STATE_THERE
from erp_admin.purchasing.reading import DRAFTS, FIELDS, amount
from integrations.delivery.contract import Found
from integrations.delivery.snapshot import FieldDifference, Snapshot
from integrations.delivery.values import Kind, same
from integrations.models import Delivery, RemoteRecord

# So many change orders may be on their way at once that every combination of them is tried.
MOST_COMBINED = 10


def added_lines(document: Commitment) -> list[tuple[str, Decimal | None]]:
    """Memo and amount of the lines that our change orders have added, or may have, to the record of the commitment."""
    changes = document.change_orders.filter(_MAY_BE_THERE).prefetch_related("lines")
    return [(f"Line {line.number}", line.amount) for change in changes for line in change.lines.all()]


_MAY_BE_THERE = ~Q(remote_id="") | Q(delivery__in=[Delivery.SENDING, Delivery.VERIFYING])


def explains(document: Commitment, found: Found) -> bool:
    """Whether our change orders account for the revised total that the record shows; those on their way may count."""
    total, revised = amount(found.facts.get("TRX_TOTAL")), amount(found.facts.get("TRX_REVISEDTOTAL"))
    return total is None or revised is None or revised - total in _posted_sums(document)


def _posted_sums(document: Commitment) -> set[Decimal]:
    certain, uncertain = Decimal(0), []
    for change in document.change_orders.filter(_MAY_BE_THERE):
        is_posted = change.is_delivered and not change.missing_there and change.remote_state not in ("", *DRAFTS)
        if is_posted:
            certain += change.total
        else:
            uncertain.append(change.total)
    sums = {certain}
    for more in uncertain[:MOST_COMBINED]:
        sums |= {one + more for one in sums}
    return sums


def revised_difference(document: Commitment, found: Found) -> Sequence[FieldDifference]:
    """The revised total where it is not what the change orders here make of it. It is named and never corrected."""
    if explains(document, found) or not document.change_orders.filter(_MAY_BE_THERE).exists():
        return ()
    changes = document.change_orders.exclude(remote_id="")
    here = document.total + sum((change.total for change in changes), Decimal(0))
    revised = str(found.facts.get("TRX_REVISEDTOTAL", ""))
    return [FieldDifference(("", REVISED), "Revised total", str(here), None, revised, kind=Kind.AMOUNT)]


def state_difference(record: RemoteRecord, found: Found) -> Sequence[FieldDifference]:
    """A state other than the one written, before anything there moved it: a draft that is none, or the reverse.

    Approval rules of the company may move a document on at once, so any other two states are no difference.
    """
    wanted = Snapshot.of(record.sent).head.get(STATE_THERE, "")
    if not wanted or not found.state or STATE_THERE in Snapshot.of(record.noted).head:
        return ()
    if (wanted == "Draft") == (found.state in DRAFTS):
        return ()
    return [FieldDifference(("", STATE_THERE), "State", wanted, wanted, found.state)]


def moved(before: Snapshot, now: Snapshot) -> frozenset[str]:
    """What Intacct works out again when we write: the course of things, and the due date with date and terms."""
    depends = ("datecreated", "termname", "datedue")
    changed = any(not same(before.head.get(name), now.head.get(name), FIELDS.head[name].kind) for name in depends)
    return COURSE | ({"datedue", "termname"} if changed else set())
