"""Random histories of a commitment and its record, edited on both sides: what is said of it is what is so.

The model is Intacct itself: whatever is called verified is read there and compared by this test's own eyes, no state
depends on who reads, and both ways out of a difference end equal.
"""

import contextlib
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from accounts.refusal import Refused
from erp_admin.models import Commitment
from erp_admin.purchasing.service import approve, save_commitment
from integrations.delivery.contract import push_flow
from integrations.delivery.readback import link, push_ours, refresh, take_theirs
from integrations.delivery.requests import unlink
from integrations.gateway import client as gateway
from integrations.jobs import verify
from integrations.models import Connection, SyncRun
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import commitment
from tests.integrations.delivery.ledger import push, work_again
from tests.standing import Standing, standing


class History:
    """What people do to one commitment here, and others to its record in Intacct."""

    def __init__(self, connection: Connection, intacct: SandboxServer, seed: int) -> None:
        self.connection, self.intacct, self.random = connection, intacct, Random(seed)
        self.flow = push_flow("commitments")
        self.document = commitment(connection, f"DM-{seed}", "1000.00", "200.00")
        push(connection, self.document)
        self.remote_id, self.record_no = self.document.remote_id, str(self.document.remote_record_no)
        self.counted = iter(range(10_000))

    def fresh(self) -> Commitment:
        self.document = Commitment.objects.get(pk=self.document.pk)
        return self.document

    def edit_here(self) -> None:
        document, number = self.fresh(), next(self.counted)
        lines = list(document.lines.all())
        day = date(2026, 3, self.random.randint(1, 28))
        edits: list[Callable[[], None]] = [
            lambda: setattr(document, "title", f"Title {number}"),
            lambda: setattr(document, "dated_on", day),
            lambda: setattr(document, "due_on", self.random.choice([None, day])),
            lambda: setattr(document, "retainage_percent", Decimal(self.random.choice([0, 5]))),
            lambda: setattr(lines[0], "unit_price", Decimal(self.random.randint(1, 9) * 100)),
            lambda: setattr(lines[-1], "description", f"Part {number}"),
        ]
        self.random.choice(edits)()
        save_commitment(document, lines)

    def edit_there(self) -> None:
        number, day = next(self.counted), self.random.randint(10, 28)
        fields = self.random.choice(
            [{"WHENCREATED": f"03/{day}/2026"}, {"MESSAGE": f"Message {number}"}, {"WHENDUE": f"06/{day}/2026"}, {}]
        )
        if not fields:
            row, price = self.random.choice(self.there()["lines"]), self.random.randint(1, 9) * 10
            values = {"RECORDNO": row["RECORDNO"], "UIPRICE": str(price), "TRX_VALUE": f"{price}.00"}
            self.intacct.control(do="put", object="PODOCUMENTENTRY", record=values)
            fields = {"TRX_TOTAL": str(sum(Decimal(line["TRX_VALUE"]) for line in self.there()["lines"]))}
        self.intacct.control(do="put", object="PODOCUMENT", record={"RECORDNO": self.record_no, **fields})

    def read(self) -> None:
        """Refreshed, verified and refreshed again: the same is said each time."""
        said = []
        for reader in (self._refresh, self._verify, self._refresh):
            reader()
            document = self.fresh()
            said.append((document.state, document.difference, document.compared_fields, bool(document.verified_at)))
        assert said[0] == said[1] == said[2]
        self.check()

    def push(self) -> None:
        self._approve()
        if push(self.connection, self.document).queued:
            self.check()

    def use_theirs(self) -> None:
        assert take_theirs(self.connection, self.flow, self.fresh()) == []
        assert self.fresh().verified_at is not None
        self.check()

    def push_ours(self) -> None:
        self._approve()
        push_ours(self.connection, self.flow, self.fresh(), queued=False)
        work_again(self.connection, self.fresh())
        assert standing(self.document) == Standing.VERIFIED, (self.document.state_reason, self.document.difference)
        self.check()

    def link_again(self) -> None:
        unlink(self.fresh())
        link(self.connection, self.flow, self.fresh(), self.remote_id)
        self.check()

    def check(self) -> None:
        document = self.fresh()
        if standing(document) != Standing.VERIFIED:
            return
        facts = self.there()
        assert (document.dated_on, document.title) == (_day(facts["WHENCREATED"]), facts["MESSAGE"])
        assert document.due_on in (None, _day(facts["WHENDUE"]))
        assert document.total == Decimal(facts["TRX_TOTAL"])
        ours = [(line.remote_record_no, line.amount, line.description) for line in document.lines.all()]
        theirs = [(int(row["RECORDNO"]), Decimal(row["TRX_VALUE"]), row["ITEMDESC"]) for row in facts["lines"]]
        assert sorted(ours, key=str) == sorted(theirs, key=str)

    def there(self) -> dict[str, Any]:
        self.connection.refresh_from_db()
        with gateway.opened(self.connection) as client:
            return dict(self.flow.read_back(client, [self.remote_id])[self.remote_id].facts)

    def _approve(self) -> None:
        with contextlib.suppress(Refused):  # it is approved already
            approve(self.fresh())

    def _refresh(self) -> None:
        refresh(self.connection, self.flow, self.fresh())

    def _verify(self) -> None:
        self.connection.refresh_from_db()
        verify()
        run_to_end(SyncRun.objects.filter(flow="verification").latest("pk"))


def _day(text: str) -> date | None:
    month, day, year = text.split("/") if text else ("", "", "")
    return date(int(year), int(month), int(day)) if text else None


def _steps(history: History) -> Iterator[Callable[[], None]]:
    edits = [history.edit_here, history.edit_there]
    others = [history.read, history.push, history.use_theirs, history.push_ours, history.link_again]
    for _ in range(9):
        yield history.random.choice([*edits * 3, *others])
    yield from (history.edit_there, history.read, history.push_ours, history.read)


@pytest.mark.parametrize("seed", range(6))
def test_whoever_edits_what_is_said_of_it_is_so(pushing: Connection, intacct: SandboxServer, seed: int) -> None:
    history = History(pushing, intacct, seed)
    for step in _steps(history):
        step()
