"""What our own change orders do to the record of their commitment, and what no single field of a record shows.

Owns which lines and revised totals of a commitment's record are due to our change orders. Reads our documents; asks
Intacct nothing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from django.db.models import Q

from erp_admin.models import ChangeOrder, Commitment
from erp_admin.purchasing.mapping import COURSE, REVISED, STATE_THERE
from erp_admin.purchasing.matching import Mark, keys_of, marks_of, sent_amount
from erp_admin.purchasing.reading import DRAFTS, FIELDS, Row, amount, number, rows_of
from integrations.delivery.contract import Found, flow_of
from integrations.delivery.snapshot import FieldDifference, Snapshot
from integrations.delivery.values import Kind, same
from integrations.models import Delivery, RemoteRecord

# So many change orders may be on their way at once that every combination of them is tried.
MOST_COMBINED = 10


_ON_ITS_WAY = Q(delivery__in=[Delivery.SENDING, Delivery.VERIFYING])
_MAY_BE_THERE = ~Q(remote_id="") | _ON_ITS_WAY


def own_part(document: Commitment, record: RemoteRecord, found: Found) -> Found:
    """The record without the lines that our change orders added to it, which belong to them.

    ADDEDBYCHANGE tells them where the company offers it; such lines are left out when the record is read. Elsewhere
    they are told by what our change orders wrote. It finds nothing more in what it has returned.
    """
    rows = rows_of(found.facts)
    if rows is None or any("ADDEDBYCHANGE" in row for row in rows):
        return found
    keys = {record_no: key for key, record_no in keys_of(document, record).items()}
    unknown = sorted((row for row in rows if number(row.get("RECORDNO")) not in keys), key=_record_no)
    here = {_record_no(row) for row in rows}
    missed = marks_of(document, record, without={key for record_no, key in keys.items() if record_no in here})
    theirs = _of_changes(document, unknown, Counter(missed)) if unknown else set()
    own = [{**row, "ADDEDBYCHANGE": "false"} for row in rows if _record_no(row) not in theirs]
    return replace(found, facts={**found.facts, "lines": own})


def _of_changes(document: Commitment, unknown: Sequence[Row], missed: Mapping[Mark, int]) -> set[int]:
    """Record numbers of those rows that our change orders have added. `missed` are lines of ours that have no row yet.

    Of rows that are alike the earlier are the change orders': the commitment's new line came after them.
    """
    certain, possible = Counter[Mark](), Counter[Mark]()
    for mark, is_certain in _added_lines(document):
        possible[mark] += 1
        certain[mark] += is_certain
    alike: dict[Mark, list[Row]] = {}
    for row in unknown:
        alike.setdefault((str(row.get("MEMO") or ""), amount(row.get("TRX_VALUE"))), []).append(row)
    theirs: set[int] = set()
    for mark, rows in alike.items():
        count = min(possible[mark], max(certain[mark], len(rows) - missed.get(mark, 0)))
        theirs |= {_record_no(row) for row in rows[:count]}
    return theirs


def _record_no(row: Row) -> int:
    return number(row.get("RECORDNO"))


def _added_lines(document: Commitment) -> Iterator[tuple[Mark, bool]]:
    """The lines that our change orders have added, or may have, each with whether that is certain.

    One that was unlinked or is not shown any more may have; a line that changes one of the commitment's may not.
    """
    changes = {change.pk: change for change in document.change_orders.prefetch_related("lines")}
    if not changes:
        return
    flow = flow_of(next(iter(changes.values())))
    rows = RemoteRecord.objects.filter(flow=flow.key, document_id__in=changes)
    records = {row.document_id: row for row in rows.order_by("pk")}
    on_their_way = {*document.change_orders.filter(_MAY_BE_THERE).values_list("pk", flat=True)}
    for change in changes.values():
        if change.pk not in records and change.pk not in on_their_way:
            continue
        changing = {str(line.pk) for line in change.lines.all() if line.changes_line_id is not None}
        for key, mark in _marks_of_change(change, records.get(change.pk)):
            yield mark, _is_posted(change) and key not in changing


def _marks_of_change(change: ChangeOrder, record: RemoteRecord | None) -> Iterator[tuple[str, Mark]]:
    """Of each line of a change order as Intacct showed it last, else as it was written, else as it is here."""
    for kept in (record.found, record.sent) if record is not None else ():
        lines = Snapshot.remembered(kept).lines
        if lines is not None:
            yield from ((key, (line.get("memo", ""), sent_amount(line))) for key, line in lines.items())
            return
    yield from ((str(line.pk), (f"Line {line.number}", line.amount)) for line in change.lines.all())


def _is_posted(change: ChangeOrder) -> bool:
    return change.is_delivered and not change.missing_there and change.remote_state not in ("", *DRAFTS)


def explains(document: Commitment, found: Found) -> bool:
    """Whether our change orders account for the revised total that the record shows; those on their way may count."""
    total, revised = amount(found.facts.get("TRX_TOTAL")), amount(found.facts.get("TRX_REVISEDTOTAL"))
    return total is None or revised is None or revised - total in _posted_sums(document)


def _posted_sums(document: Commitment) -> set[Decimal]:
    certain, uncertain = Decimal(0), []
    for change in document.change_orders.filter(_MAY_BE_THERE):
        if _is_posted(change):
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
    changes = document.change_orders.exclude(remote_id="").exclude(missing_there=True)
    here = document.total + sum((change.total for change in changes), Decimal(0))
    revised = str(found.facts.get("TRX_REVISEDTOTAL", ""))
    return [FieldDifference(("", REVISED), "Revised total", str(here), None, revised, kind=Kind.AMOUNT)]


def state_difference(record: RemoteRecord, found: Found) -> Sequence[FieldDifference]:
    """A state other than the one written, before anything there moved it: a draft that is none, or the reverse.

    Approval rules of the company may move a document on at once, so any other two states are no difference.
    """
    wanted = Snapshot.of(record.sent).head.get(STATE_THERE, "")
    if not wanted or not found.state or STATE_THERE in Snapshot.remembered(record.noted).head:
        return ()
    if (wanted == "Draft") == (found.state in DRAFTS):
        return ()
    return [FieldDifference(("", STATE_THERE), "State", wanted, wanted, found.state)]


def moved(before: Snapshot, now: Snapshot) -> frozenset[str]:
    """What Intacct works out again when we write: the course of things, and the due date with date and terms."""
    depends = ("datecreated", "termname", "datedue")
    changed = any(not same(before.head.get(name), now.head.get(name), FIELDS.head[name].kind) for name in depends)
    return COURSE | ({"datedue", "termname"} if changed else set())
