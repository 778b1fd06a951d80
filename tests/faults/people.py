"""The people of `make faults`: they enter documents, push, push again, take back, edit, fix what they are told of.

Everything goes through the services that pages and commands use. Must not repair what the ledger should have done.
"""

import random
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from accounts.models import Tenant
from accounts.refusal import Refused
from erp_admin.models import ChangeOrder, Commitment
from erp_admin.purchasing.service import approve, save_commitment
from integrations.connections.service import authorize, update_credentials
from integrations.delivery.contract import push_flow
from integrations.delivery.requests import ask_pushes, release_hold, take_back
from integrations.intacct import IntacctError
from integrations.mirror.service import start_list_sync
from integrations.models import (
    IN_FLIGHT,
    USABLE_CONNECTIONS,
    Connection,
    DocumentState,
    Push,
    PushHold,
    PushState,
    RunState,
    with_state,
)
from integrations.runs.runner import run_to_end
from tests import lists
from tests.erp_admin.samples import change_order, choose_settings, commitment
from tests.toy.models import ToyOrder
from tests.toy.people import toy

PUSHABLE = (DocumentState.READY, DocumentState.BLOCKED, DocumentState.FAILED, DocumentState.DRAFT)
FLOWS = {"commitments": Commitment, "change_orders": ChangeOrder, "toys": ToyOrder}
Document = Commitment | ChangeOrder | ToyOrder


class People:
    """Needs the tenant's scope."""

    def __init__(self, tenant: Tenant, facts: dict[str, Any], dice: random.Random) -> None:
        self._facts, self._dice = facts, dice
        self.connection = authorize(
            tenant, company_id=facts["company"], user_id=facts["user"], password=facts["password"]
        )
        run = run_to_end(start_list_sync(self.connection, kinds=lists.PURCHASING, queued=False).run)
        if run.state != RunState.SUCCEEDED:
            raise SystemExit(f"The lists could not be read: {run.error_sentence}")
        choose_settings(self.connection)
        self.retried = self.edited = self.taken_back = 0

    def enter(self, count: int) -> list[Document]:
        """Commitments, some with three change orders, and documents of two and three steps; pushed in any order."""
        entered: list[Document] = []
        number = 0
        while len(entered) < count:
            number += 1
            base = commitment(self.connection, f"F-{number:04}", *self._amounts())
            entered.append(base)
            if number % 3 == 0 and len(entered) < count:
                entered.append(toy(self.connection, f"T-{number:04}", self._amounts()[0], records=2 + number % 2))
            for change in range(3 if number % 7 == 0 else 0):
                if len(entered) < count:
                    entered.append(change_order(base, f"CO{change + 1}", *self._amounts()))
        self._dice.shuffle(entered)
        return entered

    def _amounts(self) -> list[str]:
        return [f"{self._dice.randrange(1, 5_000_000) / 100:.2f}" for _ in range(self._dice.randrange(1, 4))]

    def push(self, documents: Iterable[Document]) -> None:
        chosen = list(documents)
        for flow, model in FLOWS.items():
            mine = [document for document in chosen if isinstance(document, model)]
            try:
                if mine:
                    ask_pushes(self._present(), push_flow(flow), mine, queued=False)
            except Refused:
                continue  # the connection waits for its credentials; they push again later

    def _present(self) -> Connection:
        self.connection.refresh_from_db()
        return self.connection

    def take_back_one(self) -> None:
        push = Push.objects.filter(state__in=[PushState.QUEUED, PushState.WAITING]).order_by("?").first()
        if push is not None and take_back(push):
            self.taken_back += 1

    def edit_one(self) -> None:
        """Change the amount of a commitment that was pushed and approve it, unless it is being pushed."""
        document = Commitment.objects.filter(change_orders=None).exclude(remote_id="").order_by("?").first()
        if document is None:
            return
        lines = list(document.lines.all())
        lines[0].unit_price += Decimal("0.01")
        try:
            approve(save_commitment(document, lines))
        except Refused:
            return
        self.edited += 1

    def fix(self) -> None:
        """What an administrator does about what he is told: new credentials, releasing what is held."""
        connection = self._present()
        if connection.state not in USABLE_CONNECTIONS:
            try:
                update_credentials(connection, user_id=self._facts["user"], password=self._facts["password"])
            except (IntacctError, Refused):
                return  # refused or unreachable at this moment; tried again in the next round
        for hold in PushHold.objects.all():
            try:
                release_hold(hold, queued=False)
            except Refused:
                return

    def retry(self) -> int:
        """Push again whatever is not in Intacct as it is here; how many those are."""
        left: list[Document] = []
        for model in FLOWS.values():
            left += with_state(model._default_manager.all()).filter(shown_as__in=[state.value for state in PUSHABLE])
        self.retried += len(left)
        self.push(left)
        return len(left)

    @staticmethod
    def under_way() -> int:
        """Pushes that go on by themselves; what waits for another document does so when somebody pushes that one."""
        unread = Push.objects.filter(state=PushState.DELIVERED, read_back_at=None).count()
        return Push.objects.filter(state__in=IN_FLIGHT - {PushState.WAITING}).count() + unread

    @staticmethod
    def waiting() -> int:
        return Push.objects.filter(state=PushState.WAITING).count()
