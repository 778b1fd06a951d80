"""A document that is several records: each of them is linked once, followed, written again or recreated by itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.refusal import Refused
from erp_admin.purchasing.service import save_commitment
from integrations.approval.service import move_approval
from integrations.approval.transitions import Act
from integrations.delivery.contract import push_flow
from integrations.delivery.planning import NEVER_UPDATED, NOTHING_CHANGED
from integrations.delivery.readback import link, push_ours, recreate, refresh, take_theirs
from integrations.intacct import Client, Result
from integrations.models import Connection, Operation, Push, PushState, RemoteRecord
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import change_order, commitment
from tests.integrations.delivery.ledger import make_due, push, work_again
from tests.integrations.delivery.test_steps import in_intacct
from tests.standing import Standing, standing
from tests.toy.flow import ToyPush
from tests.toy.models import ToyOrder
from tests.toy.people import toy


def record_of_step(document: ToyOrder, step: str) -> RemoteRecord:
    return RemoteRecord.objects.get(flow="toys", document_id=document.pk, step=step)


def long_ago(document: ToyOrder) -> None:
    """Delivered so long ago that a search must show it."""
    ToyOrder.objects.filter(pk=document.pk).update(delivered_at=timezone.now() - timedelta(days=1))
    document.refresh_from_db()


@pytest.mark.parametrize("gone", [("order",), ("change",), ("order", "change")])
def test_only_what_is_missing_is_written_again(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer, gone: tuple[str, ...]
) -> None:
    document = toy(pushing, "R-1")
    push(pushing, document, flow="toys")
    long_ago(document)
    for step in gone:
        intacct.control(do="delete", object="PODOCUMENT", key=str(record_of_step(document, step).record_no))
    refresh(pushing, toys, document)
    document.refresh_from_db()
    assert standing(document) == Standing.MISSING_THERE
    recreate(pushing, toys, document, queued=False)
    document.refresh_from_db()
    assert document.is_locked
    work_again(pushing, document, flow="toys")
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
    # Not even asked for: where Intacct numbers documents itself it would not refuse the second one.
    assert {step: Push.objects.filter(document_id=document.pk, step=step).count() for step in ("order", "change")} == {
        step: 2 if step in gone else 1 for step in ("order", "change")
    }
    assert in_intacct(pushing, document) == {"R-1": 1, "R-1-C": 1}


def test_a_record_belongs_to_one_document_of_whatever_type_and_step(toys: ToyPush, pushing: Connection) -> None:
    document, other = toy(pushing, "R-2"), toy(pushing, "R-3")
    push(pushing, document, flow="toys")
    with pytest.raises(Refused, match="is linked to toy R-2"):
        link(pushing, toys, other, record_of_step(document, "change").remote_id)


def test_a_commitment_is_not_linked_to_the_record_of_a_change_order(pushing: Connection) -> None:
    base, other = commitment(pushing, "R-4"), commitment(pushing, "R-5")
    push(pushing, base)
    change = change_order(base, "CO1")
    push(pushing, change, flow="change_orders")
    with pytest.raises(Refused, match="is linked to change order R-4 CO1"):
        link(pushing, push_flow("commitments"), other, change.remote_id)
    other.refresh_from_db()
    assert other.remote_id == ""


def change_there(intacct: SandboxServer, document: ToyOrder, total: str) -> None:
    """Somebody changes the record of the second step in Intacct."""
    record = {"RECORDNO": str(record_of_step(document, "change").record_no), "TRX_TOTAL": total}
    intacct.control(do="put", object="PODOCUMENT", record=record)


def test_the_version_of_intacct_is_that_of_each_record_that_differs(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer
) -> None:
    document = toy(pushing, "R-6")
    push(pushing, document, flow="toys")
    change_there(intacct, document, "77.00")
    refresh(pushing, toys, document)
    document.refresh_from_db()
    assert standing(document) == Standing.CHANGED_THERE
    # The order is still 100.00 there, and one total cannot be both: it is said, and taken for no equality.
    assert take_theirs(pushing, toys, document) == ["Total: 100.00 in Intacct, 77.00 in ERP Admin"]
    document.refresh_from_db()
    assert (document.total, document.changed_there, document.changed_here) == (Decimal("77.00"), False, True)
    intacct.control(
        do="put", object="PODOCUMENT", record={"RECORDNO": str(document.remote_record_no), "TRX_TOTAL": "77.00"}
    )
    assert take_theirs(pushing, toys, document) == []
    document.refresh_from_db()
    assert document.verified_at is not None


def test_pushing_again_what_no_step_can_write_never_says_that_nothing_changed(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer
) -> None:
    document, edited = toy(pushing, "R-7"), toy(pushing, "R-8")
    push(pushing, document, edited, flow="toys")
    assert push(pushing, edited, flow="toys").left[0][1] == NOTHING_CHANGED
    change_there(intacct, document, "77.00")
    ((_, why),) = push_ours(pushing, toys, document, queued=False).left
    assert why == NEVER_UPDATED
    document.refresh_from_db()
    assert standing(document) == Standing.CHANGED_HERE
    edited.total = Decimal("120.00")
    edited.save()
    move_approval(edited, Act.FALL)
    move_approval(edited, Act.APPROVE)
    assert push(pushing, edited, flow="toys").left[0][1] == NEVER_UPDATED


Spoil = Callable[[str], None]


@pytest.fixture
def answer_key(monkeypatch: pytest.MonkeyPatch) -> Spoil:
    """Have Intacct answer the next write with another key."""

    def answer(key: str) -> None:
        original = Client.execute

        def execute(self: Client, functions: Any, *, write: bool = False) -> list[Result]:
            results = list(original(self, functions, write=write))
            if not write:
                return results
            monkeypatch.setattr(Client, "execute", original)
            return [replace(result, key=key) for result in results]

        monkeypatch.setattr(Client, "execute", execute)

    return answer


def test_a_key_that_belongs_to_another_document_is_not_believed(pushing: Connection, answer_key: Spoil) -> None:
    first, second = commitment(pushing, "R-9"), commitment(pushing, "R-10")
    push(pushing, first)
    answer_key(first.remote_id)
    push(pushing, second)
    row = Push.objects.get(document_id=second.pk)
    assert second.remote_id in ("", "PC Subcontracts-R-10")
    make_due(second, quarantine_over=True)
    work_again(pushing, second)
    assert (standing(second), second.remote_id) == (Standing.VERIFIED, "PC Subcontracts-R-10")
    assert row.events.filter(message__contains="which belongs to commitment R-9").exists()


def test_an_update_that_answers_with_another_key_moves_no_link(pushing: Connection, answer_key: Spoil) -> None:
    document = commitment(pushing, "R-11")
    push(pushing, document)
    document.title = "Other"
    save_commitment(document, list(document.lines.all()))
    answer_key("PC Subcontracts-elsewhere")
    push(pushing, document)
    for _ in range(2):
        make_due(document, quarantine_over=True)
        work_again(pushing, document)
    row = Push.objects.filter(document_id=document.pk, operation=Operation.UPDATE).get()
    assert row.state == PushState.DELIVERED
    assert (standing(document), document.remote_id) == (Standing.VERIFIED, "PC Subcontracts-R-11")
