"""The published package sageintacctsdk: session, reads, bills, purchasing, attachments, refusals on the local Intacct.

Runs in a virtual environment of its own and imports nothing from this project but the redirection beside it.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from local_name import KNOWN, refused

sdk = importlib.import_module("sageintacctsdk")
errors = importlib.import_module("sageintacctsdk.exceptions")

DATE = {"year": "2026", "month": "9", "day": "20"}
LISTS = (
    "accounts",
    "allocations",
    "bills",
    "checking_accounts",
    "classes",
    "contacts",
    "cost_types",
    "customers",
    "departments",
    "employees",
    "items",
    "location_entities",
    "locations",
    "projects",
    "tasks",
    "vendors",
)


def _sign_in(password: str = KNOWN["password"], user: str = KNOWN["user"], **more: str) -> Any:
    return sdk.SageIntacctSDK(KNOWN["sender"], KNOWN["sender_password"], user, KNOWN["company"], password, **more)


def _reads(client: Any) -> None:
    fields = ["RECORDNO", "VENDORID", "NAME"]
    vendors = client.vendors
    assert len(vendors.get_all(fields=fields)) == vendors.count(None)
    # Two operators of a kind under one element, as this package writes them.
    both = [("greaterthan", "RECORDNO", "0"), ("greaterthan", "RECORDNO", "11")]
    assert vendors.get_by_query(fields=fields, and_filter=both)
    assert vendors.read_by_query(fields)["data"]["vendor"]
    assert vendors.get_lookup()
    refused(errors.WrongParamsError, "Field NOSUCHFIELD", lambda: vendors.get("NAME", "x", fields=["NOSUCHFIELD"]))
    wrong = {"readByQuery": {"object": "VENDOR", "fields": "*", "query": "NOSUCHFIELD = 'x'"}}
    refused(errors.WrongParamsError, "DL02000001", lambda: vendors.format_and_send_request(wrong))
    for name in LISTS:
        kind = getattr(client, name)
        # With the field lists the package carries for each object.
        rows = [row for page in kind.get_all_generator() for row in page]
        assert len(rows) == kind.count(None), name
    assert client.ap_payments.get_all()
    assert client.dimensions.get_all()


def _vendors(client: Any) -> None:
    vendors, fields = client.vendors, ["RECORDNO", "VENDORID", "NAME"]
    vendor = {"VENDORID": "PY-1", "NAME": "Fictional Framing"}
    vendors.post(vendor)
    refused(errors.WrongParamsError, "BL34000061", lambda: vendors.post(vendor))
    key = vendors.get("VENDORID", "PY-1", fields=fields)["VENDOR"][0]["RECORDNO"]
    vendors.update({"RECORDNO": key, "NAME": "Fictional Two"})
    assert vendors.get("VENDORID", "PY-1", fields=fields)["VENDOR"][0]["NAME"] == "Fictional Two"
    vendors.delete(key)
    assert "VENDOR" not in vendors.get("VENDORID", "PY-1", fields=fields)


def _attachments(client: Any) -> None:
    files = client.attachments
    files.create_attachments_folder({"supdocfoldername": "Python"})
    assert files.get_folder("name", "Python")["data"]["supdocfolder"]["name"] == "Python"
    sample = {"attachmentname": "sample", "attachmenttype": "txt", "attachmentdata": "c2FtcGxl"}
    record = {"supdocid": "PY-ATT", "supdocname": "Sample", "supdocfoldername": "Python"}
    assert files.post({**record, "attachments": {"attachment": [sample]}})["key"]
    files.update({"supdocid": "PY-ATT", "attachments": {"attachment": [{**sample, "attachmentname": "second"}]}})
    found = files.get_attachment("supdocid", "PY-ATT")["data"]["supdoc"]
    assert [file["attachmentname"] for file in found["attachments"]["attachment"]] == ["sample", "second"]
    missing = {**record, "supdocid": "PY-2", "supdocfoldername": "Nowhere"}
    refused(errors.WrongParamsError, "Invalid Attachment Folder 'Nowhere'", lambda: files.post(missing))


def _bills(client: Any) -> None:
    bills = client.bills
    line = {"ACCOUNTNO": "5010", "TRX_AMOUNT": "900.00", "LOCATIONID": "100", "PROJECTID": "24-001"}
    bill = {
        "WHENCREATED": "9/28/2026",
        "VENDORID": "V-1001",
        "RECORDID": "PY-INV-1",
        "WHENDUE": "10/28/2026",
        "APBILLITEMS": {"APBILLITEM": [line]},
    }
    key = bills.post(bill)["data"]["apbill"]["RECORDNO"]
    refused(errors.WrongParamsError, "BL34000061", lambda: bills.post(bill))
    bills.update_attachment(key, "PY-ATT")
    row = bills.get("RECORDNO", key, fields=["RECORDNO", "STATE", "SUPDOCID", "TOTALDUE"])["apbill"]
    found = row[0] if isinstance(row, list) else row
    assert (found["STATE"], found["SUPDOCID"], found["TOTALDUE"]) == ("Posted", "PY-ATT", "900"), found
    wrong = {**bill, "RECORDID": "PY-INV-2", "APBILLITEMS": {"APBILLITEM": [{**line, "PROJECTID": "P-0000"}]}}
    refused(errors.WrongParamsError, "Invalid Project 'P-0000' specified.", lambda: bills.post(wrong))
    refused(errors.WrongParamsError, "is used by AP Bill", lambda: client.attachments.delete("PY-ATT"))


def _purchasing(client: Any) -> None:
    """The package has no class for purchasing; its base sends any function."""
    send = client.api_base.format_and_send_request
    item = {"itemid": "SUBCON", "quantity": "1", "unit": "Each", "price": "4100", "locationid": "100"}
    order = {
        "transactiontype": "PC Subcontracts",
        "datecreated": DATE,
        "vendorid": "V-1001",
        "documentno": "PY-9",
        "datedue": DATE,
        "returnto": {"contactname": None},
        "payto": {"contactname": None},
        "potransitems": {"potransitem": [item]},
    }
    assert send({"create_potransaction": order})["key"] == "PC Subcontracts-PY-9"
    no_number = {name: value for name, value in order.items() if name != "documentno"}
    refused(errors.WrongParamsError, "PL01000127", lambda: send({"create_potransaction": no_number}))
    reordered = {"vendorid": "V-1001", **order}
    refused(
        errors.WrongParamsError, "Expected is ( transactiontype )", lambda: send({"create_potransaction": reordered})
    )
    send({"delete_potransaction": {"@key": "PC Subcontracts-PY-9"}})


def main() -> None:
    refused(errors.InvalidTokenError, "Sign-in information is incorrect", lambda: _sign_in("wrong"))
    client = _sign_in()
    _reads(client)
    _vendors(client)
    _attachments(client)
    _bills(client)
    _purchasing(client)
    limited = _sign_in("limited-user-local", "ws_limited")
    refused(errors.NoPrivilegeError, "on objects of type project", lambda: limited.projects.count(None))
    entity = _sign_in(entity_id="200")
    assert entity.projects.count(None) > client.projects.count(None)


main()
sys.stdout.write("  ok\n")
