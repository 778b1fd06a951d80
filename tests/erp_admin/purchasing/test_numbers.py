"""A number is one number however it is written: on forms, in services, in the database, and on pages of older pairs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Tenant
from accounts.refusal import Refused
from accounts.tenancy import tenant_scope
from erp_admin.models import ChangeOrder, Commitment, Project
from erp_admin.purchasing.service import back_to_draft, save_commitment, void
from integrations.models import Connection
from tests import lists
from tests.erp_admin.samples import change_order, commitment
from tests.erp_admin.views.test_documents import typed
from tests.shown_forms import version_of
from tests.snapshot import read_lists

Url = Callable[..., str]
SAME = ("sc-1", "SC\u20131", "ＳＣ－１", " SC-1 ", "SC-\u200b1", "SC\u22121")
OTHER = ("SC-2", "SC1", "SC-01", "SC_1", "СС-1")


@pytest.fixture
def listed(connection: Connection) -> Connection:
    return read_lists(connection, lists.DOCUMENTS)


def older_pair(connection: Connection) -> tuple[Commitment, Commitment]:
    """Two from the time before numbers were compared by identity."""
    first, other = commitment(connection, "SC-1", "1"), commitment(connection, "other", "1")
    Commitment.objects.filter(pk=other.pk).update(number="sc-1", number_key="sc-1\n2")
    return first, Commitment.objects.get(pk=other.pk)


def posted(client: Client, address: str, number: str, **more: Any) -> Any:
    return client.post(address, typed({"description": "All", "unit_price": "1"}, number=number, **more))


@pytest.mark.parametrize("number", SAME)
def test_a_form_refuses_a_number_that_is_taken_however_it_is_written(
    listed: Connection, ben: Client, url: Url, number: str
) -> None:
    base = commitment(listed, "SC-1", "1")
    answer = posted(ben, url("new_commitment"), number)
    assert (answer.status_code, Commitment.objects.count()) == (422, 1)
    assert "Commitment SC-1 Footings exists already. Give this one another number." in answer.text
    change_order(base, "SC-1")
    answer = posted(ben, f"{url('new_change_order')}?commitment={base.pk}", number, reason="x")
    assert (answer.status_code, ChangeOrder.objects.count()) == (422, 1)


@pytest.mark.parametrize("number", OTHER)
def test_another_number_is_free(listed: Connection, ben: Client, url: Url, number: str) -> None:
    commitment(listed, "SC-1", "1")
    assert posted(ben, url("new_commitment"), number).status_code == 302
    assert Commitment.objects.count() == 2


def test_the_service_refuses_it_too_and_so_does_the_database(listed: Connection) -> None:
    commitment(listed, "SC-1", "1")
    with pytest.raises(ValidationError, match="SC-1 Footings has this number already"):
        commitment(listed, "sc-1", "1")
    lost = Commitment(
        tenant=listed.tenant, number="sc\u20131", title="T", currency="USD", dated_on="2026-03-02", kind="subcontract"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        lost.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.bulk_create([lost])


def test_the_same_number_is_free_in_another_commitment_and_another_company(
    listed: Connection, other_tenant: Tenant
) -> None:
    first, second = commitment(listed, "SC-1", "1"), commitment(listed, "SC-2", "1")
    assert change_order(first, "CO-1").number_key == change_order(second, "co-1").number_key == "co-1"
    with tenant_scope(other_tenant):
        theirs = Commitment(
            tenant=other_tenant, number="sc-1", title="T", currency="USD", dated_on="2026-03-02", kind="subcontract"
        )
        save_commitment(theirs, [])


class TestAnOlderPair:
    def test_both_can_be_changed_as_long_as_their_numbers_stay(self, listed: Connection, ben: Client, url: Url) -> None:
        for document in older_pair(listed):
            line = document.lines.get()
            address = url("edit_commitment", pk=document.pk)
            new = {"line": line.pk, "description": "New", "unit_price": "1"}
            sent = typed(new, number=document.number, title="Changed", **version_of(ben, address))
            answer = ben.post(address, sent)
            assert answer.status_code == 302, answer.text
        assert list(Commitment.objects.values_list("number", "title")) == [("SC-1", "Changed"), ("sc-1", "Changed")]
        assert list(Commitment.objects.order_by("pk").values_list("number_key", flat=True)) == ["sc-1", "sc-1\n2"]

    def test_the_later_one_says_so_and_another_number_ends_it(self, listed: Connection, ben: Client, url: Url) -> None:
        first, later = older_pair(listed)
        assert "Same number as" not in ben.get(url("commitment", pk=first.pk)).text
        page = ben.get(url("commitment", pk=later.pk)).text
        assert "Same number as" in page
        assert "SC-1 Footings" in page
        later.number = "SC-1b"
        save_commitment(later, list(later.lines.all()))
        assert Commitment.objects.get(pk=later.pk).number_key == "sc-1b"
        assert "Same number as" not in ben.get(url("commitment", pk=later.pk)).text

    def test_neither_makes_room_for_a_third(self, listed: Connection) -> None:
        first, _ = older_pair(listed)
        first.number = "SC-9"
        save_commitment(first, list(first.lines.all()))
        with pytest.raises(ValidationError, match="has this number already"):
            commitment(listed, "Sc-1", "1")


def test_a_project_number_is_one_too(scoped: Tenant, ben: Client, url: Url) -> None:
    Project.objects.create(tenant=scoped, number="24-001", name="Harbor", currency="USD")
    for number in ("24\u2013001", "24-001 ", "２４-001"):
        answer = ben.post(url("new_project"), {"number": number, "name": "Again", "currency": "USD"})
        assert (answer.status_code, Project.objects.count()) == (422, 1)
        assert "A project 24-001 Harbor exists already." in answer.text


def test_a_void_commitment_takes_no_change_orders(listed: Connection) -> None:
    base = commitment(listed, "SC-1", "1", approved=False)
    stale = Commitment.objects.get()
    void(base)
    with pytest.raises(Refused, match="is void, so it takes no change orders"):
        change_order(stale, "CO-1")
    back_to_draft(Commitment.objects.get())
    change_order(stale, "CO-1")
