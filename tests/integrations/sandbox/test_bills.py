"""Bills: both ways to create one, draft and posted, totals, changes, deletion, reversal, rights and audit rows."""

from __future__ import annotations

import pytest

from tests.integrations.sandbox.documents import audit_rows, bill, bill_line, day, key_of, purchase, record, refused
from tests.integrations.sandbox.gateway import Caller, where

STATES = ("STATE", "RAWSTATE", "WHENPOSTED", "TOTALENTERED", "TOTALDUE", "TRX_TOTALDUE", "MODULEKEY")


def apbill(number: str = "INV-1", *lines: str, **fields: str) -> str:
    header = {"VENDORID": "V-1001", "RECORDID": number, "WHENCREATED": "09/28/2026", "WHENDUE": "11/12/2026", **fields}
    body = "".join(f"<{name}>{value}</{name}>" for name, value in header.items() if value)
    items = "".join(lines) or generic_line()
    return f"<create><APBILL>{body}<APBILLITEMS>{items}</APBILLITEMS></APBILL></create>"


def generic_line(**fields: str) -> str:
    values = {"ACCOUNTNO": "5010", "TRX_AMOUNT": "41000.00", "LOCATIONID": "100", "PROJECTID": "24-001", **fields}
    return f"<APBILLITEM>{''.join(f'<{name}>{value}</{name}>' for name, value in values.items() if value)}</APBILLITEM>"


def test_create_bill_answers_a_record_number_and_posts(caller: Caller) -> None:
    number = key_of(caller.call(bill("4471", lines=bill_line(amount="1822.755"), ponumber="SC-03")))
    row = record(caller, "APBILL", "RECORDNO", number, *STATES, "RECORDID", "DOCNUMBER", "VENDORNAME", "RECORD_URL")
    assert (row["STATE"], row["RAWSTATE"], row["WHENPOSTED"]) == ("Posted", "A", "09/15/2026")
    assert (row["TOTALENTERED"], row["TOTALDUE"], row["MODULEKEY"]) == ("1822.76", "1822.76", "3.AP")
    assert (row["RECORDID"], row["DOCNUMBER"], row["VENDORNAME"]) == ("4471", "SC-03", "Granite Peak Concrete")
    assert row["RECORD_URL"].startswith("https://www.intacct.com/ia/acct/ur.phtml?.r=")
    assert audit_rows(caller) == [("apbill", number, "Create")]


def test_a_term_alone_gives_the_due_date(caller: Caller) -> None:
    number = key_of(caller.call(bill(termname="Net 30")))
    assert record(caller, "APBILL", "RECORDNO", number, "WHENDUE", "TERMNAME") == {
        "WHENDUE": "10/15/2026",
        "TERMNAME": "Net 30",
    }


def test_generic_create_reads_back_with_lines(caller: Caller) -> None:
    line = generic_line(ENTRYDESCRIPTION="Beams &amp; posts", GLDIMSITE_PHASE="12", SOURCE_LINE_ID="L1")
    answer = caller.call(apbill("INV-88120", line, SOURCE_APP_URL="https://app.example/invoices/7f21?tab=1&amp;v=2"))
    made = answer.data[0]
    assert [child.tag for child in made] == ["RECORDNO", "RECORD_URL"]
    number = made.findtext("RECORDNO")
    found = caller.call(f"<read><object>APBILL</object><keys>{number}</keys><fields>*</fields></read>").data[0]
    assert found.findtext("SOURCE_APP_URL") == "https://app.example/invoices/7f21?tab=1&v=2"
    assert found.find("ACTION") is None
    line_row = found.find("APBILLITEMS/apbillitem")
    assert line_row is not None
    assert [line_row.findtext(name) for name in ("RECORDKEY", "LINE_NO", "TRX_AMOUNT", "AMOUNT", "ACCOUNTTITLE")] == [
        number,
        "1",
        "41000",
        "41000",
        "Subcontract cost",
    ]
    assert (line_row.findtext("GLDIMSITE_PHASE"), line_row.findtext("STATE")) == ("12", "Posted")


def test_drafts_need_little_and_are_posted_by_an_update(caller: Caller) -> None:
    number = caller.call(apbill("", ACTION="Draft", WHENDUE="")).data[0].findtext("RECORDNO")
    assert record(caller, "APBILL", "RECORDNO", number or "", "STATE", "RAWSTATE") == {
        "STATE": "Draft",
        "RAWSTATE": "D",
    }
    update = f"<update><APBILL><RECORDNO>{number}</RECORDNO>%s</APBILL></update>"
    caller.call(update % "<ACTION>Draft</ACTION><SUPDOCID>ATT-00001</SUPDOCID>")
    assert record(caller, "APBILL", "RECORDNO", number or "", "STATE", "SUPDOCID")["STATE"] == "Draft"
    refused(caller.call(update % "<DESCRIPTION>x</DESCRIPTION>"), "BL01001973", "Required field WHENDUE is missing.")
    caller.call(update % "<WHENDUE>10/30/2026</WHENDUE><RECORDID>INV-2</RECORDID>")
    assert record(caller, "APBILL", "RECORDNO", number or "", "STATE")["STATE"] == "Posted"


def test_a_generic_update_replaces_all_lines_and_a_header_update_keeps_them(caller: Caller) -> None:
    number = caller.call(apbill("INV-1", generic_line(), generic_line(TRX_AMOUNT="500"))).data[0].findtext("RECORDNO")
    caller.call(f"<update><APBILL><RECORDNO>{number}</RECORDNO><DESCRIPTION>x</DESCRIPTION></APBILL></update>")
    assert record(caller, "APBILL", "RECORDNO", number or "", "TOTALENTERED")["TOTALENTERED"] == "41500"
    caller.call(
        f"<update><APBILL><RECORDNO>{number}</RECORDNO><APBILLITEMS>{generic_line(TRX_AMOUNT='7')}</APBILLITEMS>"
        "</APBILL></update>"
    )
    assert record(caller, "APBILL", "RECORDNO", number or "", "TOTALENTERED")["TOTALENTERED"] == "7"
    lines = caller.query("APBILLITEM", "TRX_AMOUNT", condition=where("equalto", "RECORDKEY", number or ""))
    assert lines.values("TRX_AMOUNT") == ["7"]


def test_update_bill_edits_lines_by_number_and_adds_others(caller: Caller) -> None:
    number = key_of(caller.call(bill(lines=bill_line(amount="100") + bill_line(amount="200"))))
    answer = caller.call(
        f'<update_bill key="{number}"><description>Second</description><updatebillitems>'
        f'<updatelineitem line_num="2"><amount>250</amount></updatelineitem>{bill_line(amount="5")}'
        "</updatebillitems></update_bill>"
    )
    assert key_of(answer) == number
    rows = caller.query("APBILLITEM", "LINE_NO", "TRX_AMOUNT", condition=where("equalto", "RECORDKEY", number))
    assert rows.values("TRX_AMOUNT") == ["100", "250", "5"]
    assert rows.values("LINE_NO") == ["1", "2", "3"]
    wrong = caller.call(
        f'<update_bill key="{number}"><updatebillitems><updatelineitem line_num="9"><amount>1</amount></updatelineitem>'
        "</updatebillitems></update_bill>"
    )
    refused(wrong, "BL01001973", "Invalid line number '9'")


@pytest.mark.parametrize(
    ("lines", "number", "text"),
    [
        (bill_line(project="P-0000"), "BL01001973", "Invalid Project 'P-0000' specified."),
        (bill_line(account="9999"), "BL01001973", "Invalid GL Account '9999' specified."),
        (bill_line(project=""), "BL03000018", "missing the Project dimension for the Account 5010"),
        (bill_line(amount="lots"), "BL03000018", "Illegal format"),
        (bill_line(more="<customerid>C-999</customerid>"), "BL01001973", "Invalid Customer 'C-999' specified."),
        (
            bill_line().replace("</lineitem>", "<taskid>99-999</taskid></lineitem>"),
            "BL01001973",
            "Invalid Task '99-999' specified.",
        ),
        (
            bill_line().replace("<locationid>100</locationid>", ""),
            "BL01001973",
            "Required field LOCATIONID is missing.",
        ),
    ],
)
def test_lines_that_are_refused_leave_no_bill(caller: Caller, lines: str, number: str, text: str) -> None:
    before = len(caller.query("APBILL", "RECORDNO").data)
    refused(caller.call(bill(lines=lines)), number, text)
    assert len(caller.query("APBILL", "RECORDNO").data) == before


def test_what_follows_the_cause_is_the_vendors(caller: Caller) -> None:
    answer = caller.call(apbill("INV-1", generic_line(PROJECTID="P-0000")))
    assert dict(answer.data.attrib) == {"listtype": "objects", "count": "0"}
    assert answer.errors[1:] == [
        ("BL01001973", "Could not create apbill record!"),
        ("BL01001973", "Currently, we can't create the transaction"),
    ]


@pytest.mark.parametrize(
    ("request_text", "number", "text"),
    [
        (bill("GP-1001"), "BL34000061", "V-1001, GP-1001  already exists"),
        (bill(vendor="V-9999"), "BL01001973", "Invalid Vendor 'V-9999' specified."),
        (bill(vendor="V-1005"), "BL01001973", "is inactive"),
        (bill(number=""), "BL01001973", "Required field RECORDID is missing."),
        (bill(supdocid="ATT-404"), "BL01001973", "Invalid Attachment 'ATT-404' specified."),
        (bill(action="Post"), "BL03000018", "action Post"),
        (bill().replace("<year>2026</year>", "<year>26</year>", 1), "BL03000018", "Illegal format for datecreated"),
    ],
)
def test_headers_that_are_refused(caller: Caller, request_text: str, number: str, text: str) -> None:
    refused(caller.call(request_text), number, text)


@pytest.mark.parametrize(
    ("request_text", "text"),
    [
        (
            bill().replace("<billno>INV-1</billno>", "").replace("<vendorid>", "<billno>1</billno><vendorid>"),
            "'billno': This element is not expected. Expected is ( vendorid )",
        ),
        (bill(lines="<lineitem><amount>1</amount></lineitem>"), "Expected is one of ( accountlabel, glaccountno )"),
        (bill().replace(bill_line(), ""), "'billitems': Missing child element(s). Expected is ( lineitem )"),
        (bill().replace("<billitems>", "<currency>USD</currency><billitems>"), "'billitems'"),
        ("<update_bill><description>x</description></update_bill>", "The attribute 'key' is required but missing."),
        (
            bill_line().join(["<create_bill>", "</create_bill>"]),
            "'lineitem': This element is not expected. Expected is ( vendorid )",
        ),
        (
            bill(lines=bill_line().replace("</lineitem>", "<costtypeid>S</costtypeid></lineitem>")),
            "'costtypeid': This element is not expected",
        ),
    ],
)
def test_the_published_order_is_enforced_at_control_level(caller: Caller, request_text: str, text: str) -> None:
    answer = caller.call(request_text)
    assert answer.text("control/status") == "failure"
    refused(answer, "XL03000003", text)


def test_delete_and_reverse(caller: Caller) -> None:
    first, second = (key_of(caller.call(bill(f"INV-{n}"))) for n in (1, 2))
    owed = record(caller, "VENDOR", "VENDORID", "V-1001", "TOTALDUE")["TOTALDUE"]
    assert caller.call(f'<delete_bill key="{first}"/>').result.find("key") is None
    early = caller.call(f'<reverse_bill key="{second}">{day("datereversed", "09/01/2026")}</reverse_bill>')
    refused(early, "BL01001973", "Date must be on or after 09/15/2026")
    caller.call(f'<reverse_bill key="{second}">{day("datereversed", "09/30/2026")}</reverse_bill>')
    assert record(caller, "APBILL", "RECORDNO", second, "STATE", "TOTALDUE") == {"STATE": "Reversed", "TOTALDUE": "0"}
    after = record(caller, "VENDOR", "VENDORID", "V-1001", "TOTALDUE")["TOTALDUE"]
    assert float(owed) - float(after) == 1800
    refused(caller.call(f'<delete_bill key="{first}"/>'), "BL01001973", f"Cannot find apbill with key '{first}'")
    assert [mode for kind, _, mode in audit_rows(caller) if kind == "apbill"] == [
        "Create",
        "Create",
        "Delete",
        "Modify",
    ]


def test_paid_bills_stay_as_they_are(caller: Caller) -> None:
    paid = record(caller, "APBILL", "RECORDID", "GP-1001", "RECORDNO", "STATE")
    assert paid["STATE"] == "Paid"
    refused(caller.call(f'<delete_bill key="{paid["RECORDNO"]}"/>'), "BL01001973", "is part of a payment")
    changed = caller.call(f'<update_bill key="{paid["RECORDNO"]}"><description>x</description></update_bill>')
    refused(changed, "BL01001973", "A bill in state Paid cannot be changed.")


def test_bills_of_purchasing_are_changed_in_purchasing(caller: Caller) -> None:
    made = record(caller, "APBILL", "MODULEKEY", "9.PO", "RECORDNO", "DESCRIPTION2")
    assert made["DESCRIPTION2"] == "PC Subcontract Invoice-PI-00001"
    for call in (
        f"<update><APBILL><RECORDNO>{made['RECORDNO']}</RECORDNO><DESCRIPTION>x</DESCRIPTION></APBILL></update>",
        f"<delete><object>APBILL</object><keys>{made['RECORDNO']}</keys></delete>",
        f'<delete_bill key="{made["RECORDNO"]}"/>',
    ):
        refused(caller.call(call), "BL01001973", "can only be changed in Purchasing")


def test_rights_are_checked_for_object_specific_functions(caller: Caller) -> None:
    limited = Caller(caller.server, user="ws_limited", password="limited-user-local").log_in()
    refused(limited.call(bill()), "PL04000005", "API operation CREATE on objects of type apbill")
    refused(limited.call('<delete_bill key="12"/>'), "PL04000005", "API operation DELETE on objects of type apbill")
    assert limited.query("APBILL", "RECORDNO").result.findtext("status") == "success"


def test_stored_codes_and_display_values(caller: Caller) -> None:
    old = caller.call(
        "<readByQuery><object>APBILL</object><query>STATE = 'D'</query><fields>RECORDID</fields></readByQuery>"
    )
    assert old.values("RECORDID") == ["LP-500"]
    shown = caller.query("APBILL", "RECORDID", condition=where("equalto", "STATE", "Partially Paid"))
    assert shown.values("RECORDID") == ["2025/0031"]


def test_an_entity_owns_the_bills_written_in_it(caller: Caller) -> None:
    inside = Caller(caller.server, entity="200").log_in()
    number = key_of(inside.call(bill("CIV-1")))
    assert record(inside, "APBILL", "RECORDNO", number, "MEGAENTITYID")["MEGAENTITYID"] == "200"
    assert len(caller.query("APBILL", "RECORDNO", condition=where("equalto", "RECORDNO", number)).data) == 0
    refused(caller.call(f'<delete_bill key="{number}"/>'), "BL01001973", "Cannot find apbill")


def test_a_transaction_undoes_documents_numbers_and_what_vendors_are_owed(caller: Caller) -> None:
    owed = record(caller, "VENDOR", "VENDORID", "V-1001", "TOTALDUE")
    before = audit_rows(caller)
    requisition = purchase("Purchase Requisition", number="")
    answer = caller.call(requisition, bill("T-1"), bill("GP-1001"), bill("T-2"), transaction="true")
    assert [result.findtext("status") for result in answer.results] == ["aborted", "aborted", "failure", "aborted"]
    assert answer.results[0].find("key") is None
    numbers = [[error.findtext("errorno") for error in result.iter("error")] for result in answer.results]
    assert numbers[2][0] == "BL34000061"
    assert {found[-1] for found in numbers} == {"XL03000009"}
    assert record(caller, "VENDOR", "VENDORID", "V-1001", "TOTALDUE") == owed
    assert audit_rows(caller) == before
    assert len(caller.query("APBILL", "RECORDNO", condition=where("like", "RECORDID", "T-%")).data) == 0
    assert key_of(caller.call(requisition)) == "Purchase Requisition-RQ-00101"


def test_a_completed_control_id_is_refused_and_a_failed_one_is_not(caller: Caller) -> None:
    wrong = caller.call(bill("U-1", vendor="V-999"), uniqueid="true", ids=("bill-1",))
    refused(wrong, "BL01001973", "Invalid Vendor")
    assert key_of(caller.call(bill("U-1"), uniqueid="true", ids=("bill-1",)))
    for unique in ("true", None):
        again = caller.call(bill("U-2"), uniqueid=unique, ids=("bill-1",))
        refused(again, "SANDBOX-DUPLICATE-CONTROLID", "already executed")
    assert key_of(caller.call(bill("U-2"), uniqueid="false", ids=("bill-1",)))
