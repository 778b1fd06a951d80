"""A database of before, in which a push was a whole document: what is queued, waits or is held there goes on."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import connection as database
from django.db.migrations.executor import MigrationExecutor

from integrations.delivery.contract import push_flow
from integrations.delivery.requests import ask_pushes, release_hold
from integrations.models import Connection, Push, PushBody, PushHold, PushState, SyncRun
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import change_order, commitment
from tests.integrations.delivery.ledger import make_due, there, work_again
from tests.standing import Standing, standing

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("integrations", "0010_remote_records"), ("erp_admin", "0006_approval")]


def migrated(targets: Any) -> Apps:
    MigrationExecutor(database).migrate(targets)
    return MigrationExecutor(database).loader.project_state(targets).apps


@pytest.fixture
def newest() -> Iterator[Any]:
    leaves = MigrationExecutor(database).loader.graph.leaf_nodes()
    yield leaves
    migrated(leaves)


def test_what_was_under_way_goes_on_with_its_bytes_and_control_id(
    pushing: Connection, intacct: SandboxServer, newest: Any
) -> None:
    before = there(intacct, pushing)
    queued, lost, failed = (commitment(pushing, number) for number in ("MG-1", "MG-2", "MG-3"))
    waits = change_order(commitment(pushing, "MG-4"), "CO1")
    run = ask_pushes(pushing, push_flow("commitments"), [queued, lost, failed], queued=False).started
    ask_pushes(pushing, push_flow("change_orders"), [waits], queued=False)
    Push.objects.filter(document_id=lost.pk, flow="commitments").update(
        state=PushState.VERIFYING, may_have_arrived=True
    )
    Push.objects.filter(document_id=failed.pk, flow="commitments").update(state=PushState.FAILED, reason="Bad vendor")
    known = {push.pk: (push.control_id, push.function_xml) for push in Push.objects.all()}
    old = migrated(BEFORE)
    rows = {push.pk: push for push in old.get_model("integrations", "Push")._base_manager.all()}
    assert {pk: (push.control_id, push.function_xml) for pk, push in rows.items()} == known
    assert not hasattr(next(iter(rows.values())), "step")

    migrated(newest)
    assert {push.pk: (push.control_id, push.function_xml) for push in Push.objects.all()} == known
    assert set(Push.objects.values_list("step", "record_type")) == {("transaction", "PODOCUMENT")}
    assert PushBody.objects.count() == 3  # what waits has none yet
    assert Push.objects.get(document_id=queued.pk, flow="commitments").size == len(known[min(known)][1].encode())
    waiting = Push.objects.get(flow="change_orders")
    assert (waiting.waits_flow, waiting.waits_document_id) == ("commitments", waits.commitment_id)
    assert run is not None
    run_to_end(SyncRun.objects.get(pk=run.run.pk))
    make_due(lost, quarantine_over=True)
    work_again(pushing, lost)
    queued.refresh_from_db()
    assert (standing(queued), standing(lost)) == (Standing.VERIFIED, Standing.VERIFIED), lost.state_reason
    assert {push.pk: (push.control_id, push.function_xml) for push in Push.objects.all()} == known
    assert there(intacct, pushing) == before + 2


def test_what_is_queued_behind_a_hold_is_held_and_goes_back_as_queued(
    pushing: Connection, intacct: SandboxServer, newest: Any
) -> None:
    intacct.control(do="fault", kind="permission", object="PODOCUMENT", operation="create")
    document = commitment(pushing, "MG-5")
    started = ask_pushes(pushing, push_flow("commitments"), [document], queued=False).started
    assert started is not None
    run_to_end(started.run)
    old = migrated(BEFORE)
    assert old.get_model("erp_admin", "Commitment")._base_manager.get(pk=document.pk).delivery == "queued"
    migrated(newest)
    document.refresh_from_db()
    assert standing(document) == Standing.HELD
    intacct.control(do="heal")
    release_hold(PushHold.objects.get(), queued=False)
    run_to_end(SyncRun.objects.filter(flow="commitments").latest("pk"))
    document.refresh_from_db()
    assert standing(document) == Standing.VERIFIED
