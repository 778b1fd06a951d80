"""Payments of bills: seeded ones to read, new ones to write, and what a reversal gives back."""

from __future__ import annotations

import pytest

from tests.integrations.sandbox.documents import bill, bill_line, day, key_of, record, refused
from tests.integrations.sandbox.gateway import Answer, Caller, where


def pay(caller: Caller, number: str, amount: str, action: str = "Submit", method: str = "ACH") -> Answer:
    return caller.call(
        f"<create><APPYMT><FINANCIALENTITY>OPERATING</FINANCIALENTITY><PAYMENTMETHOD>{method}</PAYMENTMETHOD>"
        "<VENDORID>V-1001</VENDORID><PAYMENTDATE>10/05/2026</PAYMENTDATE><CURRENCY>USD</CURRENCY>"
        f"<ACTION>{action}</ACTION><APPYMTDETAILS><APPYMTDETAIL><RECORDKEY>{number}</RECORDKEY>"
        f"<TRX_PAYMENTAMOUNT>{amount}</TRX_PAYMENTAMOUNT></APPYMTDETAIL></APPYMTDETAILS></APPYMT></create>"
    )


def state(caller: Caller, number: str) -> list[str]:
    row = record(caller, "APBILL", "RECORDNO", number, "STATE", "TRX_TOTALPAID", "TRX_TOTALDUE", "WHENPAID")
    return list(row.values())


def test_the_seed_has_payments_in_every_state(caller: Caller) -> None:
    answer = caller.query("APPYMT", "STATE", "RAWSTATE", "VENDORNAME", "FINANCIALACCOUNTNAME", "TRX_TOTALENTERED")
    assert answer.values("STATE") == ["Complete", "Complete", "Voided", "Draft"]
    assert answer.values("RAWSTATE") == ["C", "C", "V", "D"]
    assert set(answer.values("FINANCIALACCOUNTNAME")) == {"First Ridge Bank"}
    paid = record(caller, "APBILL", "RECORDID", "GP-1001", "RECORDNO", "WHENPAID", "TOTALDUE")
    assert (paid["WHENPAID"], paid["TOTALDUE"]) == ("03/07/2025", "0")
    joins = caller.query("APBILLPAYMENT", "AMOUNT", "STATE", condition=where("equalto", "RECORDKEY", paid["RECORDNO"]))
    assert joins.values("AMOUNT") == ["1822.75", "240"]
    details = caller.query(
        "APPYMTDETAIL", "PAYMENTDATE", "STATE", condition=where("equalto", "RECORDKEY", paid["RECORDNO"])
    )
    assert (details.values("PAYMENTDATE"), details.values("STATE")) == (["03/07/2025"], ["Complete"])


def test_paying_in_parts_and_reversing(caller: Caller) -> None:
    number = key_of(caller.call(bill(lines=bill_line(amount="600") + bill_line(amount="400"))))
    pay(caller, number, "700")
    assert state(caller, number) == ["Partially Paid", "700", "300", ""]
    lines = caller.query("APBILLITEM", "TRX_TOTALPAID", condition=where("equalto", "RECORDKEY", number))
    assert lines.values("TRX_TOTALPAID") == ["600", "100"]
    last = pay(caller, number, "300").data[0].findtext("RECORDNO")
    assert state(caller, number) == ["Paid", "1000", "0", "10/05/2026"]
    answer = caller.call(f'<reverse_appayment key="{last}">{day("datereversed", "10/06/2026")}</reverse_appayment>')
    assert key_of(answer) == last
    assert state(caller, number) == ["Partially Paid", "700", "300", ""]
    assert record(caller, "APPYMT", "RECORDNO", last or "", "STATE")["STATE"] == "Voided"
    again = caller.call(f'<reverse_appayment key="{last}">{day("datereversed", "10/06/2026")}</reverse_appayment>')
    refused(again, "BL01001973", "A payment in state Voided cannot be reversed.")


def test_a_draft_pays_nothing_and_can_be_deleted(caller: Caller) -> None:
    number = key_of(caller.call(bill()))
    payment = pay(caller, number, "100", action="Draft").data[0].findtext("RECORDNO")
    assert state(caller, number)[0] == "Posted"
    refused(caller.call(f'<delete_bill key="{number}"/>'), "BL01001973", "is part of a payment")
    gone = caller.call(f"<delete><object>APPYMT</object><keys>{payment}</keys></delete>")
    assert gone.result.findtext("status") == "success"
    assert caller.call(f'<delete_bill key="{number}"/>').result.findtext("status") == "success"
    complete = record(caller, "APPYMT", "DOCNUMBER", "ACH-0310", "RECORDNO")["RECORDNO"]
    kept = caller.call(f"<delete><object>APPYMT</object><keys>{complete}</keys></delete>")
    refused(kept, "BL01001973", "A payment in state Complete cannot be deleted.")


@pytest.mark.parametrize(
    ("number", "amount", "errorno", "text"),
    [
        ("14", "10000.01", "XL03000027", "exceeds total amount due"),
        ("99999", "1", "BL01001973", "Invalid AP Bill '99999' specified."),
        ("16", "1", "BL01001973", "Invalid AP Bill '16' specified."),
        ("14", "-5", "BL01001973", "Required field TRX_PAYMENTAMOUNT is missing."),
    ],
)
def test_payments_that_are_refused(caller: Caller, number: str, amount: str, errorno: str, text: str) -> None:
    refused(pay(caller, number, amount), errorno, text)


def test_retained_amounts_are_not_due(caller: Caller) -> None:
    made = record(caller, "APBILL", "MODULEKEY", "9.PO", "RECORDNO", "TOTALENTERED", "TOTALDUE", "TRX_TOTALRETAINED")
    assert (made["TOTALENTERED"], made["TOTALDUE"], made["TRX_TOTALRETAINED"]) == ("10000", "9000", "1000")
    pay(caller, made["RECORDNO"], "9000")
    assert state(caller, made["RECORDNO"])[0] == "Paid"
    refused(
        caller.call('<delete_potransaction key="PC Subcontract Invoice-PI-00001"/>'),
        "BL01001973",
        "is part of a payment",
    )


def test_a_paid_bill_shows_up_as_modified(caller: Caller) -> None:
    caller.server.control(do="put", object="APBILL", record={"RECORDNO": "14", "WHENMODIFIED": "01/01/2025 00:00:00"})
    pay(caller, "14", "5")
    changed = where("greaterthan", "WHENMODIFIED", "01/01/2026 00:00:00")
    assert "14" in caller.query("APBILL", "RECORDNO", condition=changed).values("RECORDNO")
