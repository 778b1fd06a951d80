"""Updating a purchasing transaction: what changed since it was last pushed, as `update_potransaction` takes it.

Owns the comparison of two plans and the rules of that function (developer.intacct.com, Purchasing > Purchasing
transactions): line numbers count from 1, an empty item removes a line, lines without a number are added.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from erp_admin.models import Commitment, CommitmentLine
from erp_admin.purchasing.lines import explain
from integrations.delivery.contract import PlannedField, Problem
from integrations.models import Push, PushState

# As `query` words them, and the stored codes.
CLOSED_STATES: Final = frozenset({"Submitted", "In Progress", "Converted", "Partially Converted", "S", "G", "C", "P"})
FIXED_HEAD: Final = {"transactiontype": "type", "vendorid": "vendor", "documentno": "number"}
_CHAIN: Final = ("projectid", "taskid", "costtypeid")  # each needs the one before it
_UNCHANGED_BY_UPDATE: Final = frozenset({"returnto", "payto", "customfields"})


def as_text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def snapshot(head: Mapping[str, Any], lines: Sequence[tuple[CommitmentLine, Mapping[str, Any]]]) -> dict[str, Any]:
    """What a plan writes, as the ledger keeps it to compare a later one with."""
    return {
        "head": {name: as_text(value) for name, value in head.items() if name not in _UNCHANGED_BY_UPDATE},
        "lines": {str(line.pk): {name: as_text(value) for name, value in elements.items()} for line, elements in lines},
    }


def last_sent(flow_key: str, document: Commitment) -> Mapping[str, Any] | None:
    """The snapshot of what was last delivered of a document; None when it was linked rather than pushed."""
    pushes = Push.objects.filter(flow=flow_key, document_id=document.pk, state=PushState.DELIVERED)
    newest = pushes.order_by("-pk").first()
    return newest.expected.get("sent") if newest is not None else None


def awaits_read_back(flow_key: str, document: Commitment) -> bool:
    """Whether a delivery has yet to be read back; only then are its lines in Intacct known."""
    delivered = Push.objects.filter(flow=flow_key, document_id=document.pk, state=PushState.DELIVERED)
    return delivered.filter(read_back_at=None).exists()


def problems(document: Commitment, sent: Mapping[str, Any] | None) -> list[Problem]:
    """Why a document that is in Intacct cannot be updated there by us, with the way out."""
    found = []
    if document.remote_state in CLOSED_STATES:
        sentence = f"It is “{document.remote_state}” in Intacct, and such a transaction cannot be updated."
        found.append(Problem("state", sentence, "Enter the change as a change order.", code="DOC-STATE"))
    if sent is None:
        sentence = "It was linked to its document in Intacct, not pushed from here, so the change cannot be computed."
        found.append(Problem("state", sentence, "Change it in Intacct as well, then refresh it here.", code="LINKED"))
        return found
    lines = document.lines.all()
    lost = [line.number for line in lines if str(line.pk) in sent["lines"] and line.remote_line_no is None]
    if lost:
        sentence = f"It is not known which lines in Intacct {', '.join(map(str, lost))} are."
        found.append(Problem("lines", sentence, "Change them in Intacct as well, then refresh it here.", code="LINKED"))
    return found


def fixed_changes(sent: Mapping[str, Any], head: Mapping[str, Any]) -> list[str]:
    """Names of what changed and can never be updated in Intacct."""
    return [label for name, label in FIXED_HEAD.items() if sent["head"].get(name, "") != as_text(head.get(name, ""))]


def changes(
    document: Commitment,
    sent: Mapping[str, Any],
    head: Mapping[str, Any],
    lines: Sequence[tuple[CommitmentLine, Mapping[str, Any]]],
) -> tuple[dict[str, Any], list[PlannedField]]:
    """The elements of the update and their explanation; both empty when nothing changed."""
    elements: dict[str, Any] = {}
    explained: list[PlannedField] = []
    for name in sorted({*sent["head"], *head} - set(FIXED_HEAD) - _UNCHANGED_BY_UPDATE):
        before, value = sent["head"].get(name, ""), head.get(name, "")
        if as_text(value) != before:
            elements[name] = value
            explained.append(explain(name, name, value, f"was {before or 'empty'}"))
    edited, added = [], []
    for line, wanted in lines:
        before = sent["lines"].get(str(line.pk))
        if before is None:
            added.append(dict(wanted))
            explained += [explain(f"line {line.number}/{name}", name, wanted[name], "new line") for name in wanted]
        elif different := _line_changes(before, wanted):
            edited.append({"@line_num": (line.remote_line_no or 0) + 1, **different})
            for name, value in different.items():
                was = f"was {before.get(name) or 'empty'}"
                explained.append(explain(f"line {line.number}/{name}", name, value, was))
    edited += _removed(document, sent, lines, explained)
    items = {name: rows for name, rows in (("updatepotransitem", edited), ("potransitem", added)) if rows}
    if items:
        elements["updatepotransitems"] = items
    if elements:
        elements["@key"] = document.remote_id
    return elements, explained


def _line_changes(before: Mapping[str, str], wanted: Mapping[str, Any]) -> dict[str, Any]:
    names = sorted(name for name in {*before, *wanted} if as_text(wanted.get(name, "")) != before.get(name, ""))
    different = {name: wanted.get(name, "") for name in names}
    deepest = max((_CHAIN.index(name) for name in different if name in _CHAIN), default=-1)
    for name in _CHAIN[: deepest + 1]:
        different.setdefault(name, wanted.get(name, ""))
    return different


def _removed(
    document: Commitment,
    sent: Mapping[str, Any],
    lines: Sequence[tuple[CommitmentLine, Mapping[str, Any]]],
    explained: list[PlannedField],
) -> list[dict[str, Any]]:
    """Removed lines, from the last to the first, so that no number moves under another."""
    kept = {str(line.pk) for line, _ in lines}
    numbers = [number for key, number in sent.get("numbers", {}).items() if key not in kept]
    numbers.sort(reverse=True)
    for number in numbers:
        explained.append(explain(f"line {number + 1}/itemid", "Line removed", "", f"{document.number}: no longer here"))
    return [{"@line_num": number + 1, "itemid": ""} for number in numbers]
