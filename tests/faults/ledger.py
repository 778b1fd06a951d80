"""The count at the end of `make faults`: what Intacct holds, read from it, against what the rows here say.

Owns what "exactly once, with the right total" means. Trusts no row of ours for what is in Intacct.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from erp_admin.models import ChangeOrder, Commitment
from integrations.gateway import client as gateway
from integrations.intacct import Query, in_
from integrations.models import Connection, Push, RunState, SyncRun
from integrations.models.states import IN_FLIGHT
from tests.standing import Standing, standing
from tests.toy.flow import ENDINGS
from tests.toy.models import ToyOrder

DEFINITIONS = ("PC Subcontracts", "PC Subcontract CO")


@dataclass(frozen=True)
class Counted:
    is_right: bool
    lines: list[str]


def count_ledger(connection: Connection, expected: int) -> Counted:
    """Compare both sides, document by document."""
    there: dict[str, list[Decimal]] = {}
    for number, total in _in_intacct(connection):
        there.setdefault(number, []).append(total)
    here = {document.number: document for document in Commitment.objects.all()}
    documents: dict[str, Commitment | ChangeOrder | ToyOrder] = dict(here)
    for change in ChangeOrder.objects.select_related("commitment"):
        documents[f"{change.commitment.number}-{change.number}"] = change
    many = {toy: [f"{toy.number}{ending}" for ending in list(ENDINGS.values())[: toy.records]] for toy in _toys()}
    documents |= {number: toy for toy, numbers in many.items() for number in numbers}
    half = [toy.number for toy, numbers in many.items() if len({number in there for number in numbers}) > 1]
    doubled = [number for number, totals in there.items() if len(totals) > 1 and number in documents]
    lost = [number for number in documents if number not in there]
    wrong = [n for n, document in documents.items() if n in there and there[n][0] != document.total]
    untrue = [n for n, document in documents.items() if standing(document) != Standing.VERIFIED]
    defects = SyncRun.objects.filter(state=RunState.FAILED, error_code="DEFECT").count()
    open_rows = Push.objects.filter(state__in=IN_FLIGHT).count()
    lines = [f"{n}: {documents[n].state.label}, {documents[n].state_reason or documents[n].difference}" for n in untrue]
    lines = lines[:10] + [f"wrong total: {n} {there[n][0]} instead of {documents[n].total}" for n in wrong[:10]]
    lines += [f"doubled: {n} {there[n]}" for n in doubled[:10]]
    states = Counter(str(document.state.label) for document in set(documents.values()))
    lines.append(
        f"rows here: {', '.join(f'{label} {count}' for label, count in states.items())}; still under way {open_rows}; "
        f"wrong totals {len(wrong)}; defects {defects}"
    )
    arrived = sum(len(totals) for number, totals in there.items() if number in documents)
    pushed = len(set(documents.values()))
    lines.append(
        f"pushed {pushed} documents as {len(documents)} records, {len(many)} of them in several steps; in Intacct "
        f"{arrived}, doubled {len(doubled)}, lost {len(lost)}, half-done {len(half)}"
    )
    is_right = not (doubled or lost or half or wrong or untrue or defects or open_rows)
    return Counted(is_right and pushed == expected and arrived == len(documents), lines)


def _toys() -> list[ToyOrder]:
    return list(ToyOrder.objects.all())


def _in_intacct(connection: Connection) -> Iterator[tuple[str, Decimal]]:
    connection.refresh_from_db()
    wanted = in_("DOCPARID", DEFINITIONS)
    with gateway.opened(connection) as client:
        query = Query("PODOCUMENT", ("RECORDNO", "DOCNO", "TRX_TOTAL"), where=wanted, page_size=1000, show_private=True)
        for page in client.pages(query):
            for row in page.rows:
                yield row["DOCNO"], Decimal(row["TRX_TOTAL"])
