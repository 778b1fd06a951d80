"""Bills pushed to Accounts Payable, as their pages and Intacct show them."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erp_admin.bills.figures import of_bill
from erp_admin.bills.service import approve, save_bill
from erp_admin.models import Bill, Commitment
from integrations.delivery.contract import push_flow
from integrations.delivery.planning import context_for
from integrations.gateway.client import opened
from integrations.intacct import Query, eq
from integrations.models import Connection, ListItem, Push
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.bills.entered import bill, choose_bill_settings
from tests.erp_admin.entered import entered
from tests.erp_admin.samples import change_order, commitment, some_vendor
from tests.integrations.delivery.ledger import push
from tests.standing import Standing, standing

pytestmark = pytest.mark.django_db
Url = Callable[..., str]


@pytest.fixture
def billing(pushing: Connection) -> Connection:
    choose_bill_settings(pushing)
    pushing.refresh_from_db()
    return pushing


def in_intacct(connection: Connection, **where: str) -> list[dict[str, Any]]:
    """The AP bills there, each with its lines."""
    fields = (
        "RECORDNO", "RECORDID", "VENDORID", "STATE", "WHENCREATED", "WHENDUE", "TERMNAME", "DOCNUMBER", "DESCRIPTION",
        "TRX_TOTALENTERED", "SOURCE_APP_URL",
    )  # fmt: skip
    of_line = ("RECORDKEY", "ACCOUNTNO", "TRX_AMOUNT", "ENTRYDESCRIPTION", "LOCATIONID", "PROJECTID", "ITEMID")
    with opened(connection) as client:
        name, value = next(iter(where.items()))
        heads = [row for page in client.pages(Query("APBILL", fields, where=eq(name, value))) for row in page.rows]
        for head in heads:
            lines = Query("APBILLITEM", of_line, where=eq("RECORDKEY", head["RECORDNO"]))
            head["lines"] = [row for page in client.pages(lines) for row in page.rows]
    return heads


def test_an_approved_bill_arrives_once_with_what_the_settings_fill_in(billing: Connection) -> None:
    document = bill(billing, "INV-7781", "9000.00", "-250.25", reference="SC-03")
    push(billing, document, flow="bills")
    assert standing(document) == Standing.VERIFIED, document.state_reason
    (there,) = in_intacct(billing, RECORDID="INV-7781")
    assert document.remote_id == there["RECORDNO"]
    assert (there["STATE"], there["VENDORID"]) == ("Draft", document.vendor_id)
    assert (there["WHENCREATED"], there["WHENDUE"], there["TERMNAME"]) == ("03/31/2026", "04/30/2026", "Net 30")
    assert (there["DOCNUMBER"], there["DESCRIPTION"]) == ("SC-03", "Progress 1")
    assert Decimal(there["TRX_TOTALENTERED"]) == Decimal("8749.75")
    assert [(line["ACCOUNTNO"], line["ITEMID"], line["LOCATIONID"]) for line in there["lines"]] == [
        ("5010", "SUBCON", "100")
    ] * 2
    assert sorted(Decimal(line["TRX_AMOUNT"]) for line in there["lines"]) == [Decimal("-250.25"), Decimal(9000)]
    push(billing, document, flow="bills")
    assert len(in_intacct(billing, RECORDID="INV-7781")) == 1


def test_one_that_is_submitted_is_posted_and_not_changed_any_more(billing: Connection, ben: Client, url: Url) -> None:
    choose_bill_settings(billing, bill_action="Submit")
    document = bill(billing, "INV-1", "100.00")
    push(billing, document, flow="bills")
    assert [each["STATE"] for each in in_intacct(billing, RECORDID="INV-1")] == ["Posted"]
    assert document.remote_state == "Posted"
    page = ben.get(url("edit_bill", pk=document.pk), follow=True).text
    assert "It is “Posted” in Intacct, and only drafts are changed from here." in page


def test_a_submitted_one_needs_a_due_date(billing: Connection) -> None:
    choose_bill_settings(billing, bill_action="Submit")
    document = bill(billing, "INV-1", due_on=None)
    asked = push(billing, document, flow="bills")
    assert asked.started is None
    assert "Intacct needs a due date of a bill that is submitted." in str(asked)


def test_the_link_back_opens_our_page(billing: Connection, ben: Client, url: Url, settings: Any) -> None:
    settings.SITE_URL = "https://erp.example"
    choose_bill_settings(billing, bill_url_field="SOURCE_APP_URL")
    document = bill(billing, "INV-2")
    push(billing, document, flow="bills")
    (there,) = in_intacct(billing, RECORDID="INV-2")
    assert there["SOURCE_APP_URL"] == f"https://erp.example{url('bill', pk=document.pk)}"
    assert ben.get(url("bill", pk=document.pk)).status_code == 200


def test_a_draft_is_brought_to_what_is_here_and_stays_a_draft(billing: Connection) -> None:
    choose_bill_settings(billing, bill_action="Draft")
    document = bill(billing, "INV-3", "100.00", "50.00")
    push(billing, document, flow="bills")
    choose_bill_settings(billing, bill_action="Submit")
    changed = Bill.objects.get(pk=document.pk)
    changed.title, changed.reference = "Progress 1, corrected", "PO-9"
    first = changed.lines.get(number=1)
    first.unit_price, first.description = Decimal("120.00"), "Footings"
    approve(save_bill(changed, [first]))
    push(billing, changed, flow="bills")
    (there,) = in_intacct(billing, RECORDID="INV-3")
    assert (there["STATE"], there["DESCRIPTION"], there["DOCNUMBER"]) == ("Draft", "Progress 1, corrected", "PO-9")
    assert [(line["ENTRYDESCRIPTION"], Decimal(line["TRX_AMOUNT"])) for line in there["lines"]] == [
        ("Footings", Decimal(120))
    ]
    assert standing(changed) == Standing.VERIFIED


def test_two_vendors_may_use_one_number_and_each_bill_is_found_as_its_own(billing: Connection) -> None:
    vendors = ListItem.objects.filter(connection=billing, kind="vendors", is_active=True, entity_id="")
    one, other = vendors.exclude(fields__ONHOLD="true").order_by("record_no")[:2]
    documents = [bill(billing, "1001", "10.00", vendor=one), bill(billing, "1001", "10.00", vendor=other)]
    push(billing, *documents, flow="bills")
    there = {each["RECORDNO"]: each["VENDORID"] for each in in_intacct(billing, RECORDID="1001")}
    assert there == {each.remote_id: each.vendor_id for each in documents}


def test_what_an_account_asks_for_is_known_before_sending(billing: Connection) -> None:
    asked = push(billing, bill(billing, "INV-4", project=None), flow="bills")
    assert "Account 5010 asks for a project." in str(asked)
    assert in_intacct(billing, RECORDID="INV-4") == []


def test_retainage_is_held_back_by_no_direct_bill(billing: Connection) -> None:
    document = bill(billing, "INV-4", approved=False)
    line = document.lines.get()
    line.retainage_percent = Decimal(10)
    line.save()
    document.refresh_from_db()
    asked = push(billing, approve(document), flow="bills")
    assert "cannot hold back retainage" in str(asked)
    assert in_intacct(billing, RECORDID="INV-4") == []


def test_a_bill_is_of_the_vendor_and_the_currency_of_its_commitment(billing: Connection) -> None:
    vendors = ListItem.objects.filter(connection=billing, kind="vendors", is_active=True, entity_id="")
    one, other = vendors.exclude(fields__ONHOLD="true").order_by("record_no")[:2]
    base = commitment(billing, "SC-1", "5000.00", vendor_id=one.business_id)
    asked = push(billing, bill(billing, "INV-5", vendor=other, commitment=base), flow="bills")
    assert "Commitment SC-1 is with" in str(asked)
    fine = bill(billing, "INV-6", vendor=one, commitment=base)
    push(billing, fine, flow="bills")
    assert [each["DOCNUMBER"] for each in in_intacct(billing, RECORDID="INV-6")] == ["SC-1"]


def commitment_without_bills(like: Commitment) -> Commitment:
    return Commitment.objects.create(
        tenant=like.tenant, number="SC-2", title="Roof", currency="USD", kind=like.kind, dated_on=like.dated_on
    )


class TestOfACommitment:
    """What is agreed, with approved changes, less what other approved bills ask for."""

    @pytest.fixture
    def base(self, billing: Connection) -> Commitment:
        found = commitment(billing, "SC-1", "1000.00", vendor_id=some_vendor(billing).business_id)
        change_order(found, "CO1", "200.00")
        bill(billing, "B-1", "700.00", commitment=found)
        bill(billing, "B-2", "9000.00", commitment=found, approved=False)
        return found

    @pytest.mark.parametrize(("amount", "over"), [("500.00", ""), ("500.01", "$0.01"), ("800.00", "$300.00")])
    def test_more_than_is_left_is_refused_before_sending(
        self, billing: Connection, base: Commitment, ben: Client, url: Url, amount: str, over: str
    ) -> None:
        document = bill(billing, "B-3", amount, commitment=base)
        page = ben.get(url("bill", pk=document.pk)).text
        figures = [(each.label, each.amount) for each in of_bill(document)]
        assert figures == [
            ("Commitment, revised", Decimal(1200)),
            ("Billed before", Decimal(700)),
            ("This bill", Decimal(amount)),
            ("Left to bill", Decimal(500) - Decimal(amount)),
        ]
        assert "Left to bill" in page
        asked = push(billing, document, flow="bills")
        assert (asked.started is None) is bool(over)
        assert (f"It asks for {over} more than SC-1 has left." in str(asked)) is bool(over)

    def test_the_page_of_the_commitment_shows_what_is_billed_and_left(
        self, base: Commitment, ben: Client, url: Url
    ) -> None:
        page = ben.get(url("commitment", pk=base.pk))
        shown = [
            (each.label, each.amount) for each in page.context["figures"] if each.label in ("Billed", "Left to bill")
        ]
        assert shown == [("Billed", Decimal(700)), ("Left to bill", Decimal(500))]
        assert url("bill", pk=Bill.objects.get(number="B-1").pk) in page.text
        other = commitment_without_bills(base)
        labels = [each.label for each in ben.get(url("commitment", pk=other.pk)).context["figures"]]
        assert "Billed" not in labels

    def test_a_bill_begun_there_has_what_the_two_have_in_common(self, base: Commitment, ben: Client, url: Url) -> None:
        assert f"{url('new_bill')}?commitment={base.pk}" in ben.get(url("commitment", pk=base.pk)).text
        page = ben.get(url("new_bill"), {"commitment": base.pk})
        head = page.context["entry"].head
        assert (head["vendor_id"].value(), head["commitment"].value(), head["term_name"].value()) == (
            base.vendor_id, "SC-1", "Net 30",
        )  # fmt: skip
        assert ben.get(url("new_bill"), {"commitment": "999999"}).status_code == 404

    def test_an_admin_may_allow_it_and_a_credit_is_never_too_much(self, billing: Connection, base: Commitment) -> None:
        bill(billing, "B-4", "600.00", commitment=base)
        credit = bill(billing, "B-5", "-10.00", commitment=base)
        push(billing, credit, flow="bills")
        assert standing(credit) == Standing.VERIFIED
        choose_bill_settings(billing, bill_overbilling="allow")
        beyond = bill(billing, "B-6", "5000.00", commitment=base)
        push(billing, beyond, flow="bills")
        assert standing(beyond) == Standing.VERIFIED

    def test_many_are_judged_in_as_many_questions_as_few(self, billing: Connection, base: Commitment) -> None:
        flow = push_flow("bills")
        few = [bill(billing, f"Q-{each}", "1.00", commitment=base) for each in range(2)]
        many = [*few, *(bill(billing, f"R-{each}", "1.00", commitment=base) for each in range(20))]
        counts = []
        for documents in (few, many):
            fresh = list(Bill.objects.filter(pk__in=[each.pk for each in documents]))
            context = context_for(billing)
            with CaptureQueriesContext(database) as asked:
                flow.prepare(fresh, context)
                assert [flow.validate(each, context) for each in fresh] == [[]] * len(fresh)
                assert all(flow.plan(each, context) for each in fresh)
            counts.append(len(asked))
        assert counts[0] == counts[1]


class TestEntry:
    def test_it_is_entered_with_its_lines(self, billing: Connection, ben: Client, url: Url) -> None:
        base = commitment(billing, "SC-1", vendor_id=some_vendor(billing).business_id)
        head = {"vendor_id": base.vendor_id, "number": "INV-7", "title": "Progress", "dated_on": "2026-03-31",
                "due_on": "4/30/26", "currency": "usd", "commitment": "sc-1"}  # fmt: skip
        lines = [
            {"description": "Footings", "amount": "1,250.50"},
            {"description": "Piles", "amount": "(50)", "account_id": "5020"},
        ]
        answer = ben.post(url("new_bill"), {**entered(*lines), **head, "save": "save"}, follow=True)
        document = Bill.objects.get(number="INV-7")
        assert answer.status_code == 200
        assert (document.total, document.due_on, document.commitment) == (Decimal("1200.50"), date(2026, 4, 30), base)
        assert document.currency == "USD"
        assert [line.account_id for line in document.lines.order_by("number")] == ["", "5020"]

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"commitment": "SC-99"}, "There is no commitment “SC-99” in ERP Admin."),
            ({"number": "inv–8"}, "of this vendor exists already"),
            ({"currency": "dollar"}, "at most 3 characters"),
            ({"control_total": "5"}, "The lines add up to $10.00, not to $5.00."),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(
        self, billing: Connection, ben: Client, url: Url, typed: dict[str, str], said: str
    ) -> None:
        vendor = some_vendor(billing)
        bill(billing, "INV-8", vendor=vendor)
        head = {
            "vendor_id": vendor.business_id,
            "number": "INV-9",
            "title": "P",
            "dated_on": "2026-03-31",
            "currency": "USD",
        }
        answer = ben.post(url("new_bill"), {**entered({"description": "F", "amount": "10"}), **head, **typed})
        assert said in answer.text
        assert Bill.objects.count() == 1

    def test_no_number_is_proposed_as_it_is_the_vendors(self, billing: Connection, ben: Client, url: Url) -> None:
        bill(billing, "INV-8")
        assert "INV-9" not in ben.get(url("new_bill")).text
        assert "INV-8" in ben.get(url("bills")).text


def test_intacct_takes_over_what_was_changed_there(
    billing: Connection, intacct: SandboxServer, ben: Client, url: Url
) -> None:
    document = bill(billing, "INV-10", "100.00")
    push(billing, document, flow="bills")
    with opened(billing) as client:
        line = {"ACCOUNTNO": "5010", "TRX_AMOUNT": "130.00", "ENTRYDESCRIPTION": "Part 1", "LOCATIONID": "100",
                "PROJECTID": "24-001"}  # fmt: skip
        fields = {"RECORDNO": document.remote_id, "DESCRIPTION": "Changed there", "ACTION": "Draft",
                  "APBILLITEMS": {"APBILLITEM": [line]}}  # fmt: skip
        client.update([("APBILL", fields)], control_id="there").raise_for_error()
    ben.post(url("refresh_bill", pk=document.pk))
    document.refresh_from_db()
    assert standing(document) == Standing.CHANGED_THERE
    ben.post(url("take_theirs_bill", pk=document.pk), follow=True)
    document.refresh_from_db()
    assert (document.title, document.total) == ("Changed there", Decimal("130.00"))
    assert standing(document) in (Standing.VERIFIED, Standing.NEEDS_REVIEW)


class TestWhatIsThereAlready:
    """Looked up by vendor and number before anything is sent."""

    def by_hand(self, connection: Connection, document: Bill, amount: str) -> str:
        line = {"ACCOUNTNO": "5010", "TRX_AMOUNT": amount, "LOCATIONID": "100", "PROJECTID": "24-001"}
        fields = {"VENDORID": document.vendor_id, "RECORDID": document.number, "WHENCREATED": document.dated_on,
                  "WHENDUE": document.due_on, "APBILLITEMS": {"APBILLITEM": [line]}}  # fmt: skip
        with opened(connection) as client:
            return str(client.create([("APBILL", fields)], control_id="by-hand").raise_for_error().rows[0]["RECORDNO"])

    @pytest.mark.parametrize(
        ("amount", "code", "said"),
        [
            ("100.00", "DUP-SAME", "The same is in Intacct already, as {}."),
            ("100.01", "DUP-DIFFERENT", "{} in Intacct has its number already, with other values."),
        ],
    )
    def test_it_is_named_and_nothing_is_sent(
        self, billing: Connection, ben: Client, url: Url, amount: str, code: str, said: str
    ) -> None:
        document = bill(billing, "INV-20", "100.00")
        there = self.by_hand(billing, document, amount)
        push(billing, document, flow="bills")
        assert standing(document) == Standing.FAILED
        assert document.state_reason == said.format(there)
        assert Push.objects.get(document_id=document.pk, flow="bills").error_code == code
        assert [each["RECORDNO"] for each in in_intacct(billing, RECORDID="INV-20")] == [there]
        page = ben.get(url("bill", pk=document.pk)).text
        assert said.format(there) in page
        ben.post(url("link_bill", pk=document.pk), {"record": there}, follow=True)
        document.refresh_from_db()
        assert (document.remote_id, document.is_linked) == (there, True)

    def test_the_same_number_of_another_vendor_is_no_duplicate(self, billing: Connection) -> None:
        vendors = ListItem.objects.filter(connection=billing, kind="vendors", is_active=True, entity_id="")
        one, other = vendors.exclude(fields__ONHOLD="true").order_by("record_no")[:2]
        self.by_hand(billing, bill(billing, "INV-21", "100.00", vendor=other, approved=False), "100.00")
        document = bill(billing, "INV-21", "100.00", vendor=one)
        push(billing, document, flow="bills")
        assert standing(document) == Standing.VERIFIED

    def test_one_that_is_linked_here_already_is_told_as_that(self, billing: Connection) -> None:
        first = bill(billing, "INV-22", "100.00")
        push(billing, first, flow="bills")
        Bill.objects.filter(pk=first.pk).update(number="INV-22b", number_key="inv-22b")
        second = bill(billing, "INV-22", "100.00")
        push(billing, second, flow="bills")
        assert standing(second) == Standing.FAILED
        assert "belongs to" in second.state_reason
