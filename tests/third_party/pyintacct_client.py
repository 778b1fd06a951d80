"""The published package pyintacct: session, reads, pages, writes, purchasing and refusals against the local Intacct.

Runs in a virtual environment of its own and imports nothing from this project but the redirection beside it.
"""

from __future__ import annotations

import importlib
import sys
import time
from typing import Any

from local_name import KNOWN, refused

pyintacct = importlib.import_module("pyintacct")
models = importlib.import_module("pyintacct.models.purchasing")
company = importlib.import_module("pyintacct.models.company")
base = importlib.import_module("pyintacct.models.base")
Refusal = pyintacct.IntacctException
SUBCONTRACTS = "PC Subcontracts"


def _client(password: str = KNOWN["password"], **settings: str) -> Any:
    return pyintacct.IntacctAPI(
        {
            "SENDER_ID": KNOWN["sender"],
            "SENDER_PW": KNOWN["sender_password"],
            "COMPANY_ID": KNOWN["company"],
            "USER_ID": KNOWN["user"],
            "USER_PW": password,
            **settings,
        }
    )


def _reads(client: Any) -> None:
    everything = client.read_by_query("VENDOR", "", fields="RECORDNO,VENDORID", pagesize=1000)
    assert len(client.read_by_query("VENDOR", "", fields="RECORDNO,VENDORID", pagesize=20)) == len(everything) > 20
    assert len(client.read_by_query("VENDOR", "STATUS = 'T' AND rownum < 6", fields="VENDORID")) == 5
    refused(Refusal, "an error processing the request", lambda: client.read_by_query("VENDOR", "NOSUCHFIELD = 'x'"))
    refused(Refusal, "Object definition VENDOR9 not found", lambda: client.read_by_query("VENDOR9", ""))
    client.inspect("VENDOR", detail=True)


def _writes(client: Any) -> None:
    vendor = {"VENDOR": {"VENDORID": "PYI-1", "NAME": "Fictional Framing"}}
    client.create(vendor)
    refused(Refusal, "PYI-1  already exists", lambda: client.create(vendor))
    key = str(client.read_by_query("VENDOR", "VENDORID = 'PYI-1'")[0]["RECORDNO"])
    client.update({"VENDOR": {"RECORDNO": key, "NAME": "Fictional Two"}})
    assert str(client.read_by_query("VENDOR", "VENDORID = 'PYI-1'")[0]["NAME"]) == "Fictional Two"
    client.delete("VENDOR", [key])
    refused(Refusal, f"Cannot find vendor with key '{key}' to delete.", lambda: client.delete("VENDOR", [key]))


def _contacts(client: Any) -> None:
    contact = company.Contact(contactname="Sample, Sam", printas="Sam Sample", email1="sam@vendor.example")
    client.create(contact)
    refused(Refusal, "Sample, Sam  already exists", lambda: client.create(contact))
    client.delete(company.Contact, ["Sample, Sam"])
    assert client.read_by_query("CONTACT", "CONTACTNAME = 'Sample, Sam'") == []


def _order(number: str, **line: Any) -> Any:
    item = models.POTransactionItem(
        **{"itemid": "SUBCON", "quantity": 1, "unit": "Each", "price": "1200.50", "locationid": "100", **line}
    )
    today = base.Date(year="2026", month="9", day="20")
    contact = company.Contact.construct(_fields_set={"contactname"}, contactname="")
    return models.POTransaction(
        transactiontype=SUBCONTRACTS,
        datecreated=today,
        vendorid="V-1001",
        documentno=number,
        termname="Net 30",
        returnto=contact,
        payto=contact,
        potransitems=models.POTransactionItems(potransitem=[item]),
    )


def _purchasing(client: Any) -> None:
    answer = client.create(_order("PYI-9", projectid="24-001"))
    key = str(next(answer.find_nodes_with_tag("key")))
    assert key == f"{SUBCONTRACTS}-PYI-9", key
    found = client.read_by_query("PODOCUMENT", f"DOCID = '{key}'", docparid=SUBCONTRACTS)[0]
    assert str(found["TRX_TOTAL"]) == "1200.5"
    refused(Refusal, "Invalid Project 'P' specified.", lambda: client.create(_order("PYI-10", projectid="P")))
    refused(Refusal, f"{key}  already exists", lambda: client.create(_order("PYI-9")))
    client.delete(models.POTransaction, [key])
    refused(Refusal, f"Cannot find podocument with key '{key}'", lambda: client.delete(models.POTransaction, [key]))


def main() -> None:
    refused(Refusal, "Sign-in information is incorrect", _client("wrong").get_session_id)
    refused(Refusal, "Sign-in information is incorrect", _client(ENTITY_ID="999").get_session_id)
    client = _client()
    _reads(client)
    assert client.url == "https://api.intacct.com/ia/xml/xmlgw.phtml", client.url
    # The package takes the expiry, which the gateway names in UTC, for local time.
    assert client.session_expiration > time.time() - 24 * 3600
    _writes(client)
    _contacts(client)
    _purchasing(client)


main()
sys.stdout.write("  ok\n")
