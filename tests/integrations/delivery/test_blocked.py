"""What keeps documents from being pushed, stored: when it is renewed, and that a push never goes by what is stored."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from erp_admin.models import Commitment
from erp_admin.purchasing.service import approve, back_to_draft, save_commitment
from integrations import jobs, queue
from integrations.connections.service import update_credentials
from integrations.delivery import blocked
from integrations.delivery.contract import push_flow
from integrations.delivery.requests import ask_pushes, take_back_document
from integrations.mirror.service import start_list_sync
from integrations.models import TO_PUSH, Connection, ConnectionState, DocumentState, PushProblem, with_state
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from integrations.settings.service import save_settings
from tests import lists
from tests.erp_admin.samples import choose_settings, commitment, some_vendor
from tests.snapshot import read_lists

Committed = Any
ITEMLESS = {"default_item": ""}


@pytest.fixture
def listed(connection: Connection) -> Connection:
    read_lists(connection, lists.PURCHASING)
    choose_settings(connection)
    return connection


def judged(document: Any) -> Any:
    """The document after a worker judged what is due."""
    connection = Connection.objects.exclude(state=ConnectionState.DISCONNECTED).get(tenant=document.tenant)
    jobs.judge_documents(connection.tenant_id, connection.pk)
    document.refresh_from_db()
    return document


def without_item(connection: Connection) -> None:
    save_settings(connection, values=ITEMLESS, switched={}, as_draft=True)


def causes(document: Any) -> set[str]:
    return {f"{row.line}:{row.field_name}" for row in blocked.problems_of("commitments", document)}


def test_an_approved_document_is_ready_not_checked_yet_until_a_worker_judged_it(listed: Connection) -> None:
    document = commitment(listed, "SC-1")
    assert (document.state, document.shown_state.reason) == (DocumentState.READY, "Not checked yet.")
    assert judged(document).shown_state.reason == ""
    assert (document.state, document.is_blocked) == (DocumentState.READY, False)


def test_saving_settings_blocks_and_frees_what_waits_for_a_push(listed: Connection) -> None:
    document = judged(commitment(listed, "SC-1", "100.00", "200.00"))
    without_item(listed)
    assert judged(document).state == DocumentState.BLOCKED
    rows = list(blocked.problems_of("commitments", document))
    assert document.shown_state.reason == str(rows[0]) if not rows[0].line else f"Line {rows[0].line}: {rows[0]}"
    assert all(row.sentence and row.fix and row.code for row in rows)
    assert with_state(Commitment.objects.all()).get().shown_as == DocumentState.BLOCKED
    choose_settings(listed)
    assert judged(document).state == DocumentState.READY
    assert not PushProblem.objects.exists()


def test_what_stays_keeps_since_when_and_what_is_gone_is_removed(listed: Connection) -> None:
    document = judged(commitment(listed, "SC-1", vendor_id="V-GONE"))
    first = causes(document)
    long_ago = timezone.now() - timedelta(days=3)
    PushProblem.objects.update(since=long_ago)
    without_item(listed)
    both = causes(judged(document))
    assert first < both
    assert set(PushProblem.objects.filter(since=long_ago).values_list("field_name", flat=True)) == {"vendor_id"}
    choose_settings(listed)
    judged(document)
    assert causes(document) == first
    assert PushProblem.objects.get().since == long_ago


def test_a_sync_that_brings_something_judges_again(listed: Connection, intacct: SandboxServer) -> None:
    document = judged(commitment(listed, "SC-1"))
    record_no = str(some_vendor(listed).record_no)
    intacct.control(do="put", object="VENDOR", record={"RECORDNO": record_no, "ONHOLD": "true"})
    run_to_end(start_list_sync(listed, kinds=["vendors"], queued=False).run)
    assert judged(document).state == DocumentState.BLOCKED
    assert "vendor_id" in {row.field_name for row in blocked.problems_of("commitments", document)}


def test_other_credentials_judge_again(listed: Connection, intacct: SandboxServer) -> None:
    judged(commitment(listed, "SC-1"))
    before = Connection.objects.get().judging_number
    facts = intacct.credentials
    update_credentials(listed, user_id=facts["user"], password=facts["password"])
    assert Connection.objects.get().judging_number > before


def test_an_edit_judges_that_document_and_no_other(listed: Connection) -> None:
    one, other = judged(commitment(listed, "SC-1")), judged(commitment(listed, "SC-2"))
    one.vendor_id = "V-GONE"
    save_commitment(one, list(one.lines.all()))
    number = Connection.objects.get().judging_number
    assert list(blocked.due(push_flow("commitments"), number)) == []  # its approval fell, so no push waits for it
    approve(one)
    assert list(blocked.due(push_flow("commitments"), number)) == [one]
    assert judged(one).state == DocumentState.BLOCKED
    assert judged(other).state == DocumentState.READY


def test_what_waits_for_a_push_no_more_leaves_no_cause_behind(listed: Connection) -> None:
    document = judged(commitment(listed, "SC-1", vendor_id="V-GONE"))
    assert PushProblem.objects.exists()
    back_to_draft(document)
    assert judged(document).state == DocumentState.DRAFT
    assert (document.is_blocked, PushProblem.objects.exists()) == (False, False)


def test_one_worker_is_asked_for_however_much_changes(
    listed: Connection, django_capture_on_commit_callbacks: Committed
) -> None:
    judged(commitment(listed, "SC-0"))
    assert queue.judging_waiting() == set()
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(1, 4):
            commitment(listed, f"SC-{number}")
        without_item(listed)
    asked = [entry.task["func"] for entry in OrmQ.objects.all()]
    assert asked.count("integrations.jobs.judge_documents") == 1  # the round that follows a judging lies beside it
    assert queue.judging_waiting() == {listed.pk}


def test_what_a_lost_worker_left_is_asked_for_again_by_the_dispatcher(listed: Connection) -> None:
    commitment(listed, "SC-1")
    Connection.objects.update(judging_due=True)
    jobs.wake_lost_judging()
    jobs.wake_lost_judging()
    assert queue.judging_waiting() == {listed.pk}
    assert queue.waiting() == 1


def test_every_night_all_is_judged_again(listed: Connection) -> None:
    document = judged(commitment(listed, "SC-1"))
    jobs.judge_everything()
    assert list(blocked.due(push_flow("commitments"), Connection.objects.get().judging_number)) == [document]


def test_a_slice_that_gives_way_is_taken_up_where_it_stopped(
    listed: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        commitment(listed, f"SC-{number}")
    monkeypatch.setattr(blocked, "JUDGED_AT_ONCE", 2)
    assert blocked.renew(listed, gives_way=lambda: True) is False
    assert Commitment.objects.filter(judged_for=None).count() == 3
    assert blocked.renew(listed) is True
    assert not Commitment.objects.filter(judged_for=None).exists()


def test_a_push_goes_by_what_is_so_and_not_by_what_is_stored(listed: Connection) -> None:
    wrongly, rightly = commitment(listed, "SC-1"), judged(commitment(listed, "SC-2"))
    Commitment.objects.filter(pk=wrongly.pk).update(is_blocked=True, blocked_reason="It had no vendor.", judged_for=1)
    Commitment.objects.filter(pk=rightly.pk).update(vendor_id="V-GONE")
    asked = ask_pushes(listed, push_flow("commitments"), [wrongly, rightly], queued=False)
    assert [document.pk for document in asked.queued] == [wrongly.pk]
    assert [document.pk for document, _ in asked.blocked] == [rightly.pk]
    rightly.refresh_from_db()
    assert rightly.state == DocumentState.BLOCKED  # what the push found is known from now on
    assert PushProblem.objects.filter(document_id=rightly.pk).exists()


def test_what_is_taken_back_is_judged_again(listed: Connection) -> None:
    document = judged(commitment(listed, "SC-1"))
    ask_pushes(listed, push_flow("commitments"), [document], queued=False)
    document.refresh_from_db()
    take_back_document(document)
    without_item(listed)
    assert judged(document).state == DocumentState.BLOCKED


def test_judging_many_asks_as_often_as_judging_few(listed: Connection) -> None:
    for number in range(3):
        commitment(listed, f"SC-{number}", vendor_id="V-GONE")
    with CaptureQueriesContext(
        database,
    ) as few:
        blocked.renew(listed)
    for number in range(3, 40):
        commitment(listed, f"SC-{number}", vendor_id="V-GONE")
    Commitment.objects.update(judged_for=None)
    PushProblem.objects.all().delete()
    with CaptureQueriesContext(database) as many:
        blocked.renew(listed)
    assert len(many) == len(few)
    assert with_state(Commitment.objects.all()).filter(shown_as__in=TO_PUSH, is_blocked=True).count() == 40


def test_what_was_judged_for_another_connection_is_judged_again(listed: Connection) -> None:
    document = judged(commitment(listed, "SC-1"))
    old = Connection.objects.create(tenant=listed.tenant, company_id="former", state=ConnectionState.DISCONNECTED)
    Connection.objects.filter(pk=old.pk).update(judging_number=90, judging_due=True)
    jobs.judge_documents(listed.tenant_id, old.pk)
    document.refresh_from_db()
    assert document.judged_for == Connection.objects.get(pk=listed.pk).judging_number
    choose_settings(listed, default_location="")
    assert Connection.objects.get(pk=listed.pk).judging_number > 90
