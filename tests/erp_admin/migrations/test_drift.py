"""A database of the version before: every document keeps what was known of it, and goes on truthfully."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from tests.databases import at, migrate

BEFORE = [("erp_admin", "0002_commitments"), ("integrations", "0009_push_ledger")]
AFTER = [("erp_admin", "0005_remove_drift"), ("integrations", "0010_remote_records")]
FACTS: dict[str, Any] = {
    "RECORDNO": "900", "DOCID": "PC Subcontracts-M-1", "DOCNO": "M-1", "DOCPARID": "PC Subcontracts",
    "STATE": "Pending", "CUSTVENDID": "V-1", "PONUMBER": "M-1", "WHENCREATED": "03/02/2026", "CURRENCY": "USD",
    "TRX_TOTAL": "100.00", "TRX_REVISEDTOTAL": "100.00", "WHENMODIFIED": "03/02/2026 10:00:00", "RECORD_URL": "",
    "lines": [{"RECORDNO": "910", "LINE_NO": "0", "ITEMID": "SUBCON", "TRX_VALUE": "100.00", "MEMO": "Line 1"}],
}  # fmt: skip
READ = {
    "Total": "100.00", "Vendor": "V-1", "Currency": "USD", "Number": "M-1", "State": "Pending",
    "Revised total": "100.00", "Modified": "03/02/2026 10:00:00", "Lines": "1",
}  # fmt: skip


@pytest.fixture
def old(transactional_db: None) -> Iterator[Any]:
    with at(BEFORE) as apps:
        yield apps


class Company:
    """A company of the version before, with documents in the states they were left in."""

    def __init__(self, apps: Any) -> None:
        self.get = apps.get_model
        self.tenant = self.get("accounts", "Tenant").objects.create(name="S", slug="s", base_currency="USD")
        self.connection = self.get("integrations", "Connection")._base_manager.create(
            tenant=self.tenant, company_id="c", user_id="u", state="connected"
        )
        self.count = 0

    def commitment(self, number: str, **facts: Any) -> Any:
        self.count += 1
        shown = facts.pop("remote_facts", FACTS)
        document = self.get("erp_admin", "Commitment")._base_manager.create(
            tenant=self.tenant, number=number, kind="subcontract", title="Footings", vendor_id="V-1", currency="USD",
            dated_on=date(2026, 3, 2), term_name="Net 30", status="approved", approval="accepted",
            connection=self.connection,
            **{"total": Decimal("100.00"), "delivery": "delivered", "remote_id": f"PC Subcontracts-{number}",
               "remote_record_no": 900 + self.count,
               "remote_facts": shown and {**shown, "PONUMBER": number},
               "refreshed_at": timezone.now(), "verified_at": timezone.now(), **facts},
        )  # fmt: skip
        self.get("erp_admin", "CommitmentLine")._base_manager.create(
            tenant=self.tenant, commitment=document, number=1, description="Part 1", unit_price=Decimal(100),
            amount=Decimal(facts.get("total", "100.00")), location_id="", remote_record_no=910, remote_line_no=0,
        )  # fmt: skip
        return document

    def push(self, document: Any, flow: str = "commitments", **facts: Any) -> Any:
        line = document.lines.get()
        sent = {
            "head": {"transactiontype": "PC Subcontracts", "datecreated": "2026-03-02", "vendorid": "V-1",
                     "message": "Footings", "state": "Pending", "referenceno": document.number},
            "lines": {str(line.pk): {"itemid": "SUBCON", "quantity": "1", "price": "100", "memo": "Line 1"}},
            "numbers": {str(line.pk): 0},
        }  # fmt: skip
        expected = {"definition": "PC Subcontracts", "vendor": "V-1", "total": "100.00", "line_count": 1}
        return self.get("integrations", "Push")._base_manager.create(
            tenant=self.tenant, connection=self.connection, flow=flow, label=str(document.pk), due_at=timezone.now(),
            **{"document_id": document.pk, "state": "delivered", "remote_id": document.remote_id,
               "read_back_at": timezone.now(),
               "expected": {**expected, "sent": sent, "read": READ}, **facts},
        )  # fmt: skip


def test_documents_keep_what_was_known_of_them(old: Any) -> None:
    company = Company(old)
    equal, edited = company.commitment("M-1"), company.commitment("M-2", drift="changed_here", verified_at=None)
    there = company.commitment("M-3", drift="changed_there", verified_at=None, difference="Total: 200")
    missing = company.commitment("M-4", drift="missing_there", verified_at=None)
    hidden = company.commitment("M-5", total=Decimal("110.00"))  # edited while it was changed there, shown as Verified
    linked = company.commitment("M-6")
    queued = company.commitment("M-7", delivery="queued", remote_id="", remote_record_no=None, remote_facts={},
                                verified_at=None, refreshed_at=None)  # fmt: skip
    unread = company.commitment("M-8", verified_at=None)
    # Read again after somebody changed them in Intacct: the version before compared neither date nor lines.
    dated = company.commitment("M-9", remote_facts={**FACTS, "WHENCREATED": "03/09/2026"})
    moved = company.commitment(
        "M-10", difference="State: Closed", remote_facts={**FACTS, "lines": [{**FACTS["lines"][0], "MEMO": "Another"}]}
    )
    same = company.commitment("M-11", remote_facts={**FACTS, "WHENCREATED": "03/02/2026 00:00:00"})
    for document in (equal, edited, there, missing, hidden, dated, moved, same):
        company.push(document)
    waiting = company.push(queued, state="verifying", remote_id="", read_back_at=None, may_have_arrived=True)
    company.push(unread, read_back_at=None)
    change = company.get("erp_admin", "ChangeOrder")._base_manager.create(
        tenant=company.tenant, commitment=equal, number="CO1", title="More", dated_on=date(2026, 4, 1),
        total=Decimal("25.00"), status="approved", approval="accepted", delivery="delivered", remote_id="CO-1",
        connection=company.connection, remote_record_no=950,
    )  # fmt: skip
    company.get("erp_admin", "ChangeOrderLine")._base_manager.create(
        tenant=company.tenant, change_order=change, number=3, description="x", unit_price=25, amount=Decimal("25.00")
    )
    planned = [
        {"path": "datecreated", "label": "Date", "value": "2026-04-01", "source": ""},
        {"path": "line 3/price", "label": "Price", "value": "25", "source": ""},
        {"path": "line 3/relateddockey", "label": "", "value": "901", "source": ""},
    ]
    company.push(
        equal, "change_orders", document_id=change.pk, remote_id="CO-1", planned=planned, expected={"total": "25"}
    )

    apps = migrate(AFTER)

    documents = {row.number: row for row in apps.get_model("erp_admin", "Commitment")._base_manager.all()}
    said = {
        number: (row.changed_here, row.changed_there, row.missing_there, row.verified_at is not None)
        for number, row in documents.items()
    }
    assert said == {
        "M-1": (False, False, False, True),
        "M-2": (True, False, False, False),
        "M-3": (False, True, False, False),
        "M-4": (False, False, True, False),
        "M-5": (True, False, False, False),
        "M-6": (False, False, False, True),
        "M-7": (False, False, False, False),
        "M-8": (False, False, False, False),
        "M-9": (False, True, False, False),
        "M-10": (False, True, False, False),
        "M-11": (False, False, False, True),
    }
    assert documents["M-3"].difference == "Total: 200"
    assert documents["M-9"].difference == "Date: 03/09/2026 in Intacct, 2026-03-02 before"
    assert documents["M-10"].difference == "State: Closed; Line 1 · Memo: Another in Intacct, Line 1 before"
    records = {
        (row.flow, row.document_id): row for row in apps.get_model("integrations", "RemoteRecord")._base_manager.all()
    }
    record, line = records["commitments", equal.pk], str(equal.lines.get().pk)
    assert record.sent["head"]["total"] == "100.00"
    assert record.sent["head"]["kind"] == "subcontract"
    assert record.sent["lines"][line] == {
        "itemid": "SUBCON",
        "quantity": "1",
        "price": "100",
        "memo": "Line 1",
        "amount": "100",
    }
    assert (record.sent["numbers"], record.sent["records"]) == ({line: 0}, {line: 910})
    assert record.sent["defaults"][""] == ["transactiontype", "state"]
    assert "locationid" in record.sent["defaults"][line]
    assert record.noted["head"]["modified"] == "03/02/2026 10:00:00"
    assert record.noted["head"]["message"] == "Footings"  # written and never read: another text there is a change
    assert record.noted["lines"][line] == {**record.sent["lines"][line], "itemid": "SUBCON"}
    assert records["commitments", dated.pk].noted["head"]["datecreated"] == "2026-03-02"
    assert records["commitments", dated.pk].found["head"]["datecreated"] == "03/09/2026"
    assert record.found["head"]["datecreated"] == "03/02/2026"
    assert record.found["lines"][line]["amount"] == "100.00"
    assert records["commitments", missing.pk].found == {}
    assert records["commitments", linked.pk].sent == {
        "head": {"vendorid": "V-1", "total": "100.00", "line_count": "1", "currency": "USD"}
    }
    assert records["commitments", unread.pk].noted == {}
    assert ("commitments", queued.pk) not in records
    of_change = records["change_orders", change.pk].sent
    assert of_change["lines"] == {str(change.lines.get().pk): {"price": "25", "amount": "25"}}
    row = apps.get_model("integrations", "Push")._base_manager.get(pk=waiting.pk)
    assert row.sent["head"]["message"] == "Footings"
    assert set(row.expected) == {"definition", "vendor", "total", "line_count"}


def test_the_way_back_keeps_drift_and_what_was_sent(old: Any) -> None:
    company = Company(old)
    document = company.commitment("M-1", drift="changed_there")
    company.push(document)
    migrate(AFTER)
    apps = migrate(BEFORE)
    assert apps.get_model("erp_admin", "Commitment")._base_manager.get().drift == "changed_there"
    assert apps.get_model("integrations", "Push")._base_manager.get().expected["sent"]["head"]["message"] == "Footings"
