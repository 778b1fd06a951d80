"""From a commitment to an invoice and its bill, and change orders with what they make of the source."""

from __future__ import annotations

from tests.integrations.sandbox.documents import (
    audit_rows,
    day,
    elements,
    item,
    key_of,
    lines_of,
    purchase,
    record,
    refused,
)
from tests.integrations.sandbox.gateway import Caller

SOURCE = "PC Subcontracts-SC-9"
INVOICE = "PC Subcontract Invoice"
LEFT = ("STATE", "TOTALAMOUNTCONVERTED", "TOTALAMOUNTREMAINING")
REVISED = ("HASCHANGE", "CHANGELOGNUMBER", "TRX_TOTAL", "POSTEDCHANGESTOTAL", "TRX_REVISEDTOTAL")


def commitment(caller: Caller, *lines: str, kind: str = "PC Subcontracts") -> tuple[str, list[str]]:
    """A new commitment: its record number and those of its lines."""
    key = key_of(caller.call(purchase(kind, lines="".join(lines))))
    number = record(caller, "PODOCUMENT", "DOCID", key, "RECORDNO")["RECORDNO"]
    return number, [line["RECORDNO"] for line in lines_of(caller, number, "RECORDNO")]


def invoice(line: str, price: str, source: str = SOURCE, number: str = "I-1", more: str = "", **header: str) -> str:
    lines = item(price, more=f"<sourcelinekey>{line}</sourcelinekey>", end=more)
    return purchase(INVOICE, number=number, lines=lines, source=source, **header)


def values(caller: Caller, key: str, *fields: str) -> list[str]:
    return list(record(caller, "PODOCUMENT", "DOCID", key, *fields).values())


def test_invoicing_in_parts_by_price(caller: Caller) -> None:
    _, lines = commitment(caller, item("1000"), item("500"))
    key_of(caller.call(invoice(lines[0], "400")))
    assert values(caller, SOURCE, *LEFT) == ["Partially Converted", "400", "1100"]
    locked = caller.call(f'<update_potransaction key="{SOURCE}"><message>x</message></update_potransaction>')
    refused(locked, "BL03002129", "in state Partially Converted cannot be updated")
    refused(caller.call(f'<delete_potransaction key="{SOURCE}"/>'), "BL01001973", "cannot be deleted")
    caller.call(invoice(lines[0], "600", number="I-2"))
    caller.call(invoice(lines[1], "500", number="I-3"))
    assert values(caller, SOURCE, *LEFT) == ["Converted", "1500", "0"]
    refused(caller.call(invoice(lines[1], "1", number="I-4")), "BL03002129", "in state Converted cannot be converted")
    caller.call(f'<delete_potransaction key="{INVOICE}-I-3"/>')
    assert values(caller, SOURCE, *LEFT) == ["Partially Converted", "1000", "500"]


def test_invoicing_by_quantity(caller: Caller) -> None:
    number, lines = commitment(caller, item("10", quantity="40", itemid="LUM-2X4"))
    part = item("10", quantity="15", itemid="LUM-2X4", more=f"<sourcelinekey>{lines[0]}</sourcelinekey>")
    key_of(caller.call(purchase(INVOICE, number="I-1", lines=part, source=SOURCE)))
    (line,) = lines_of(caller, number, "QTY_CONVERTED", "QTY_REMAINING", "STDPRICECONVERTED")
    assert list(line.values()) == ["15", "25", "150"]


def test_the_bill_of_an_invoice(caller: Caller) -> None:
    number, lines = commitment(caller, item("1000"))
    held = "<retainagepercentage>10</retainagepercentage>"
    key = key_of(caller.call(invoice(lines[0], "400", more=held, vendordocno="7781-B")))
    bill = values(caller, key, "PRRECORDKEY", "STATE", "TRX_TOTALENTERED", "TRX_TOTALDUE")
    assert bill[1:] == ["Closed", "400", "360"]
    row = record(caller, "APBILL", "RECORDNO", bill[0], "RECORDID", "MODULEKEY", "DESCRIPTION2", "TRX_TOTALRETAINED")
    assert list(row.values()) == ["7781-B", "9.PO", key, "40"]
    line = record(
        caller,
        "APBILLITEM",
        "RECORDKEY",
        bill[0],
        "LINE_NO",
        "ACCOUNTNO",
        "TRX_AMOUNT",
        "PRIMARYDOCKEY",
        "PRIMARYDOCLINEKEY",
    )
    assert list(line.values()) == ["1", "5010", "400", number, lines[0]]
    (mine,) = lines_of(
        caller, record(caller, "PODOCUMENT", "DOCID", key, "RECORDNO")["RECORDNO"], "SOURCE_DOCID", "LINE_NO"
    )
    assert mine == {"SOURCE_DOCID": SOURCE, "LINE_NO": "0"}


def test_an_update_in_purchasing_makes_a_new_bill(caller: Caller) -> None:
    _, lines = commitment(caller, item("1000"))
    key = key_of(caller.call(invoice(lines[0], "400")))
    before = values(caller, key, "PRRECORDKEY")[0]
    change = '<updatepotransitem line_num="1"><price>300</price></updatepotransitem>'
    caller.call(
        f'<update_potransaction key="{key}"><updatepotransitems>{change}</updatepotransitems></update_potransaction>'
    )
    after, total = values(caller, key, "PRRECORDKEY", "TRX_TOTALENTERED")
    assert (after != before, total) == (True, "300")
    assert caller.call(f"<read><object>APBILL</object><keys>{before}</keys></read>").data.get("count") == "0"
    assert [mode for kind, number, mode in audit_rows(caller) if (kind, number) == ("apbill", before)] == [
        "Create",
        "Delete",
    ]
    assert values(caller, SOURCE, *LEFT) == ["Partially Converted", "300", "700"]
    caller.call(
        f'<partialupdate_potransaction key="{key}">{day("dateposted", "09/25/2026")}</partialupdate_potransaction>'
    )
    posted = values(caller, key, "PRRECORDKEY")[0]
    assert record(caller, "APBILL", "RECORDNO", posted, "WHENPOSTED")["WHENPOSTED"] == "09/25/2026"


def test_drafts_have_no_effect(caller: Caller) -> None:
    _, lines = commitment(caller, item("1000"))
    key = key_of(caller.call(invoice(lines[0], "400", state="Draft")))
    assert values(caller, key, "STATE", "PRRECORDKEY") == ["Draft", ""]
    assert values(caller, SOURCE, *LEFT) == ["Pending", "0", "1000"]
    caller.call(f'<update_potransaction key="{key}"><state>Closed</state></update_potransaction>')
    assert values(caller, key, "PRRECORDKEY") != [""]
    assert values(caller, SOURCE, *LEFT) == ["Partially Converted", "400", "600"]


def test_several_sources_in_one_invoice(caller: Caller) -> None:
    _, first = commitment(caller, item("1000"))
    key = key_of(caller.call(purchase(number="SC-10", lines=item("700"))))
    other = record(caller, "PODOCUMENT", "DOCID", key, "RECORDNO")["RECORDNO"]
    second = lines_of(caller, other, "RECORDNO")[0]["RECORDNO"]
    ends = [elements(sourcedocid=SOURCE, sourcedoclineid=first[0]), elements(sourcedocid=key, sourcedoclineid=second)]
    lines = item("100", end=ends[0]) + item("700", end=ends[1])
    key_of(caller.call(purchase(INVOICE, number="I-1", lines=lines)))
    assert values(caller, SOURCE, "STATE") == ["Partially Converted"]
    assert values(caller, key, "STATE") == ["Converted"]


def test_conversions_that_are_refused(caller: Caller) -> None:
    number, lines = commitment(caller, item("1000"))
    order = purchase("PC PO Invoice", number="I-9", lines=item("1", more=f"<sourcelinekey>{lines[0]}</sourcelinekey>"))
    refused(caller.call(order), "BL03002129", "PC PO Invoice cannot be converted from PC Subcontracts.")
    refused(caller.call(invoice("99999", "1")), "BL01001973", "Invalid source line '99999' specified.")
    foreign = invoice(lines[0], "1", source="PC Subcontracts-SC-24-002-01")
    refused(caller.call(foreign), "BL01001973", f"Invalid source line '{lines[0]}' specified.")
    refused(caller.call(invoice(lines[0], "-5")), "BL01001973", "A negative conversion needs reverseconversion.")
    back = invoice(lines[0], "-5", number="I-8", more="<reverseconversion>true</reverseconversion>")
    assert key_of(caller.call(back)) == f"{INVOICE}-I-8"
    draft = purchase(number="SC-11", state="Draft")
    key = key_of(caller.call(draft))
    refused(caller.call(invoice(lines[0], "1", source=key)), "BL03002129", "in state Draft cannot be converted")
    assert number


def change(base: str, price: str, number: str = "CO-1", line: str = "", **header: str) -> str:
    related = f"<relateddockey>{base}</relateddockey>"
    end = related + (f"<relateddoclinekey>{line}</relateddoclinekey>" if line else "")
    return purchase("PC Subcontract CO", number=number, lines=item(price, end=end), **header)


def test_a_change_order_adds_a_line_and_revises_the_source(caller: Caller) -> None:
    number, lines = commitment(caller, item("1000"))
    assert values(caller, SOURCE, *REVISED) == ["false", "0", "1000", "0", "1000"]
    key = key_of(caller.call(change(number, "350")))
    assert values(caller, SOURCE, *REVISED) == ["true", "1", "1000", "350", "1350"]
    rows = lines_of(caller, number, "LINE_NO", "TRX_VALUE", "ADDEDBYCHANGE")
    assert [tuple(row.values()) for row in rows] == [("0", "1000", ""), ("1", "350", "true")]
    assert values(caller, key, "CHANGELOGNUMBER", "TRX_TOTAL") == ["1", "350"]
    caller.call(change(number, "-50", number="CO-2", line=lines[0]))
    assert values(caller, SOURCE, *REVISED) == ["true", "2", "1000", "300", "1300"]
    assert values(caller, SOURCE, "TOTALAMOUNTREMAINING") == ["1300"]
    caller.call(f'<delete_potransaction key="{key}"/>')
    assert values(caller, SOURCE, *REVISED) == ["true", "1", "1000", "-50", "950"]
    assert len(lines_of(caller, number, "RECORDNO")) == 1


def test_the_added_line_is_invoiced_from_the_source(caller: Caller) -> None:
    number, lines = commitment(caller, item("1000"))
    caller.call(invoice(lines[0], "1000"))
    assert values(caller, SOURCE, "STATE") == ["Converted"]
    caller.call(change(number, "350"))
    assert values(caller, SOURCE, *LEFT) == ["Partially Converted", "1000", "350"]
    added = lines_of(caller, number, "RECORDNO")[1]["RECORDNO"]
    key_of(caller.call(invoice(added, "350", number="I-2")))
    assert values(caller, SOURCE, *LEFT) == ["Converted", "1350", "0"]


def test_draft_change_orders_are_pending_only(caller: Caller) -> None:
    number, _ = commitment(caller, item("1000"))
    key = key_of(caller.call(change(number, "350", state="Draft")))
    assert values(caller, SOURCE, *REVISED) == ["false", "0", "1000", "0", "1000"]
    caller.call(f'<update_potransaction key="{key}"><state>Pending</state></update_potransaction>')
    assert values(caller, SOURCE, *REVISED) == ["true", "1", "1000", "350", "1350"]
    refused(caller.call(f'<delete_potransaction key="{SOURCE}"/>'), "BL01001973", "has change orders")


def test_change_orders_that_are_refused(caller: Caller) -> None:
    number, lines = commitment(caller, item("1000"))
    refused(caller.call(change("99999", "1")), "BL01001973", "Invalid related transaction '99999' specified.")
    refused(caller.call(change(number, "1", line="99999")), "BL01001973", "Invalid related line '99999' specified.")
    unrelated = purchase("PC Subcontract CO", number="CO-9")
    refused(caller.call(unrelated), "BL01001973", "Invalid related transaction '' specified.")
    invoiced = key_of(caller.call(invoice(lines[0], "1")))
    other = record(caller, "PODOCUMENT", "DOCID", invoiced, "RECORDNO")["RECORDNO"]
    refused(caller.call(change(other, "1")), "BL03002129", f"{INVOICE} is not enabled for change.")
    converted = change(number, "1", number="CO-8", source=SOURCE)
    assert caller.call(converted).errors[0][0] == "BL03002129"
    draft = key_of(caller.call(purchase(number="SC-12", state="Draft")))
    base = record(caller, "PODOCUMENT", "DOCID", draft, "RECORDNO")["RECORDNO"]
    refused(caller.call(change(base, "1", number="CO-7")), "BL03002129", "in state Draft cannot be changed")


def test_an_invoice_modifies_its_source(caller: Caller) -> None:
    number, lines = commitment(caller, item("1000"), item("500"))
    old = {"RECORDNO": number, "WHENMODIFIED": "01/01/2025 00:00:00"}
    caller.server.control(do="put", object="PODOCUMENT", record=old)
    for line in lines:
        caller.server.control(do="put", object="PODOCUMENTENTRY", record={**old, "RECORDNO": line})
    caller.call(invoice(lines[0], "400"))
    assert not values(caller, SOURCE, "WHENMODIFIED")[0].startswith("01/01/2025")
    stamps = [row["WHENMODIFIED"][:10] for row in lines_of(caller, number, "WHENMODIFIED")]
    assert (stamps[0] != "01/01/2025", stamps[1]) == (True, "01/01/2025")
