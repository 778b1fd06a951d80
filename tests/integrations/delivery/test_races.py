"""Real threads against one PostgreSQL: two people push, somebody edits or takes back at the very moment of sending.

SQLite is left out: its tests run in memory, which threads do not share, and it lets one writer in at a time anyway.
"""

import pytest
from django.db import connection as database
from django.db import transaction

from accounts.models import Tenant
from accounts.refusal import Refused
from erp_admin.models import Commitment
from erp_admin.purchasing.service import approve, save_commitment
from integrations.delivery.contract import push_flow
from integrations.delivery.requests import PushOutcome, ask_pushes, take_back
from integrations.models import IN_FLIGHT, Connection, Push, PushState, SyncRun
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import commitment
from tests.integrations.delivery.ledger import there
from tests.integrations.runs.test_races import at_once
from tests.standing import Standing, standing

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(database.vendor != "postgresql", reason="needs PostgreSQL"),
]


def test_two_people_push_the_same_documents(scoped: Tenant, pushing: Connection, intacct: SandboxServer) -> None:
    before = there(intacct, pushing)
    documents = [commitment(pushing, f"RC-{number}") for number in range(5)]

    def ask() -> PushOutcome:
        return ask_pushes(pushing, push_flow("commitments"), documents, queued=False)

    came = at_once(scoped, ask, ask, ask)
    assert all(isinstance(asked, PushOutcome) for asked in came), came
    assert sum(len(asked.queued) for asked in came) == 5
    assert Push.objects.filter(state__in=IN_FLIGHT).count() == 5
    run_to_end(SyncRun.objects.get(flow="commitments"))
    assert {standing(document) for document in Commitment.objects.all()} == {Standing.VERIFIED}
    assert there(intacct, pushing) == before + 5


def test_a_take_back_at_the_moment_of_sending_is_one_or_the_other(
    scoped: Tenant, pushing: Connection, intacct: SandboxServer
) -> None:
    for attempt in range(5):
        before, document = there(intacct, pushing), commitment(pushing, f"RT-{attempt}")
        asked = ask_pushes(pushing, push_flow("commitments"), [document], queued=False)
        assert asked.started is not None
        run, push = asked.started.run, Push.objects.get(document_id=document.pk)
        came = at_once(scoped, lambda push=push: take_back(push), lambda run=run: run_to_end(run))
        taken = True in came
        push.refresh_from_db()
        document.refresh_from_db()
        assert push.state == (PushState.TAKEN_BACK if taken else PushState.DELIVERED), came
        assert standing(document) == (Standing.READY if taken else Standing.VERIFIED)
        assert there(intacct, pushing) == before + (not taken)


def test_an_edit_at_the_moment_of_pushing_is_sent_or_refused(
    scoped: Tenant, pushing: Connection, intacct: SandboxServer
) -> None:
    for attempt in range(5):
        document = commitment(pushing, f"RE-{attempt}", "100.00")

        def edit(pk: int = document.pk) -> str:
            mine = Commitment.objects.get(pk=pk)
            lines = list(mine.lines.all())
            lines[0].unit_price += 50
            try:
                with transaction.atomic():
                    approve(save_commitment(mine, lines))
            except Refused:
                return "refused"
            return "saved"

        came = at_once(
            scoped,
            edit,
            lambda document=document: ask_pushes(pushing, push_flow("commitments"), [document], queued=False),
        )
        assert not [error for error in came if isinstance(error, Exception)], came
        run_to_end(SyncRun.objects.filter(flow="commitments").latest("pk"))
        document.refresh_from_db()
        assert standing(document) == Standing.VERIFIED, (came, document.state_reason, document.difference)
        assert document.total == (150 if "saved" in came else 100)
