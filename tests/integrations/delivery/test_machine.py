"""Random histories of a ledger against a model: whatever happens, each document is in Intacct once, as it is here.

The model is one line: what came to rest as delivered is in Intacct, once, with the total it has here.
"""

from collections import Counter
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.refusal import Refused
from erp_admin.models import Commitment
from erp_admin.purchasing.service import approve, save_commitment
from integrations.delivery.requests import release_hold, take_back
from integrations.gateway import client as gateway
from integrations.intacct import Query, eq
from integrations.models import IN_FLIGHT, Connection, Push, PushHold, PushState, SyncRun
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import commitment
from tests.integrations.delivery.ledger import make_due, push, work_again
from tests.standing import Standing, standing

WRITES = ("create_potransaction", "update_potransaction")
FAULTS = (
    "drop_before", "drop_after", "drop_late", "524", "524_late", "502", "truncated", "two_roots", "garbage", "empty",
    "429", "offline", "try_again", "session_expired", "hostile", "aborted",
)  # fmt: skip
NUMBERS = ("M-1", "M-2")
STEPS = st.one_of(
    st.tuples(st.just("fault"), st.sampled_from(FAULTS), st.sampled_from(WRITES)),
    st.tuples(st.just("push"), st.sampled_from(NUMBERS)),
    st.tuples(st.just("edit"), st.sampled_from(NUMBERS), st.integers(1, 99_999)),
    st.tuples(st.just("take back"), st.sampled_from(NUMBERS)),
    st.tuples(st.just("look"), st.booleans()),
    st.tuples(st.just("kill")),
    st.tuples(st.just("commit late")),
)


class History:
    """What people and fate do to two commitments."""

    def __init__(self, connection: Connection, intacct: SandboxServer) -> None:
        self.connection, self.intacct = connection, intacct
        self.documents = {number: commitment(connection, number, "100.00", "50.00") for number in NUMBERS}

    def do(self, step: tuple[Any, ...]) -> None:
        name, *facts = step
        document = self.documents.get(facts[0]) if facts else None
        if name == "fault":
            kind, match = facts
            late = {"seconds": 600} if kind.endswith("_late") else {}
            self.intacct.control(do="fault", kind=kind, match=match, **late)
        elif name == "push" and document is not None:
            push(self.connection, document)
        elif name == "edit" and document is not None:
            self._edit(document, Decimal(facts[1]) / 100)
        elif name == "take back" and document is not None:
            for row in Push.objects.filter(document_id=document.pk, state__in=IN_FLIGHT):
                take_back(row)
        elif name == "look":
            self._look(quarantine_over=facts[0])
        elif name == "kill":
            # As a worker that dies after its claim: the rows say Sending, and nobody knows more.
            Push.objects.filter(state=PushState.QUEUED).update(state=PushState.SENDING)
            self._look(quarantine_over=False)
        elif name == "commit late":
            self.intacct.control(do="settle")

    def _edit(self, document: Commitment, price: Decimal) -> None:
        document.refresh_from_db()
        lines = list(document.lines.all())
        lines[0].unit_price = price
        try:
            approve(save_commitment(document, lines))
        except Refused:
            assert document.is_locked

    def _look(self, *, quarantine_over: bool) -> None:
        for document in self.documents.values():
            make_due(document, quarantine_over=quarantine_over)
        for document in self.documents.values():
            work_again(self.connection, document)

    def come_to_rest(self) -> None:
        """No more faults; late work is done; time passes; people retry what failed."""
        self.intacct.control(do="heal")
        self.intacct.control(do="settle")
        for _ in range(4):
            for hold in PushHold.objects.all():
                release_hold(hold, queued=False)
            self._look(quarantine_over=True)
        for document in self.documents.values():
            document.refresh_from_db()
            push(self.connection, document)
            make_due(document, quarantine_over=True)
            work_again(self.connection, document)

    def in_intacct(self) -> Counter[tuple[str, Decimal]]:
        self.connection.refresh_from_db()
        query = Query("PODOCUMENT", ("RECORDNO", "DOCNO", "TRX_TOTAL"), where=eq("DOCPARID", "PC Subcontracts"))
        with gateway.opened(self.connection) as client:
            rows = [row for page in client.pages(query) for row in page.rows]
        return Counter((row["DOCNO"], Decimal(row["TRX_TOTAL"])) for row in rows if row["DOCNO"] in NUMBERS)


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=12))
def test_whatever_happens_each_document_is_there_once(
    pushing: Connection, intacct: SandboxServer, steps: list[tuple[Any, ...]]
) -> None:
    _begin_anew(pushing, intacct)
    history = History(pushing, intacct)
    for step in steps:
        history.do(step)
    history.come_to_rest()
    states = {number: standing(document) for number, document in history.documents.items()}
    assert set(states.values()) == {Standing.VERIFIED}, (
        states, [(d.state_reason, d.difference) for d in history.documents.values()]
    )  # fmt: skip
    assert history.in_intacct() == Counter((n, document.total) for n, document in history.documents.items())


def _begin_anew(connection: Connection, intacct: SandboxServer) -> None:
    """Hypothesis runs all its examples in one test: each begins with an empty ledger on both sides."""
    SyncRun.objects.exclude(flow="lists").delete()
    Push.objects.all().delete()
    PushHold.objects.all().delete()
    Commitment.objects.all().delete()
    intacct.control(do="reset")
