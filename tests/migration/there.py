"""The local Intacct as the previous version left it: what its ledger delivered is written again, byte for byte.

Owns which of its pushes arrived, in which order, and what somebody did to the records there afterwards. Sends plain
requests of its own and reads only rows of the previous version: no code under test takes part.
"""

import urllib.request
from typing import Any
from xml.sax.saxutils import quoteattr

from integrations.sandbox.facade import SandboxServer
from tests.migration.places import Database

PushRow = dict[str, Any]
# By the number each is found by. Of these the answers were lost, and the work was done.
ARRIVED = frozenset({"SC-VERIFYING-THERE", "SC-UPDATE-VERIFYING-THERE", "SC-SENDING-THERE"})
DELETED = frozenset({"SC-MISSING", "SC-UPDATE-FAILED", "SC-BASE-CO-MISSING"})
TOUCHED: dict[str, dict[str, str]] = {
    "SC-CHANGED-THERE": {"TRX_TOTAL": "1300.50"},
    "SC-BOTH": {},
    "SC-BOTH-UNSEEN": {},
    "SC-BASE-CO-CHANGED-THERE": {},
}
# Changed under the same stamp: no reading of the previous version shows it.
DATED = {"SC-DATED-THERE": "03/09/2026"}
STAMP = "06/04/2026 09:00:00"
_REQUEST = """<?xml version="1.0" encoding="UTF-8"?>
<request><control><senderid>{sender}</senderid><password>{sender_password}</password><controlid>again</controlid>
<uniqueid>true</uniqueid><dtdversion>3.0</dtdversion><includewhitespace>false</includewhitespace></control>
<operation transaction="false"><authentication><login><userid>{user}</userid><companyid>{company}</companyid>
<password>{password}</password><locationid>{entity}</locationid></login></authentication>
<content>{functions}</content></operation></request>"""


def rebuild(intacct: SandboxServer, database: Database) -> None:
    """Write what arrived, in the order in which it did, so that every record has the number it had."""
    intacct.control(do="order", construction="before")
    written: set[str] = set()
    for push in sorted(database.of("integrations.push"), key=lambda push: (push["sent_at"] or "", push["id"])):
        if push["state"] != "delivered" and push["reference"] not in ARRIVED:
            continue
        if push["operation"] == "create" and push["reference"] in written:
            _delete(intacct, _id_of(push))  # its first record was deleted before there was a second
        written.add(push["reference"])
        _send(intacct, push)
    _as_left(intacct, database)


def documents_held(intacct: SandboxServer) -> int:
    """How many purchasing documents the company holds."""
    return int(intacct.control(do="stats")["records"][intacct.credentials["company"]]["PODOCUMENT"])


def _id_of(push: PushRow) -> str:
    return str(push["remote_id"] or f"{push['expected']['definition']}-{push['reference']}")


def _send(intacct: SandboxServer, push: PushRow) -> None:
    function = f"<function controlid={quoteattr(push['control_id'])}>{push['function_xml']}</function>"
    body = _REQUEST.format(**intacct.credentials, entity=push["entity_id"], functions=function)
    headers = {"Content-Type": "application/xml"}
    request = urllib.request.Request(intacct.endpoint, data=body.encode(), headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        said = answer.read().decode()
    if said.count("<status>success</status>") != 3:  # of control, sign-in and function
        raise AssertionError(f"{push['label']}: {said}")


def _as_left(intacct: SandboxServer, database: Database) -> None:
    """Stamp each record as it was read last, then do to it what somebody in Intacct did."""
    for push in _last_deliveries(database):
        number, stamp = push["reference"], push["expected"].get("read", {}).get("Modified", "")
        record = {"RECORDNO": str(push["remote_record_no"])}
        if number in DELETED:
            _delete(intacct, _id_of(push))
        elif number in TOUCHED:
            intacct.control(do="put", object="PODOCUMENT", record={**record, "WHENMODIFIED": STAMP, **TOUCHED[number]})
        elif stamp:
            dated = {"WHENCREATED": DATED[number]} if number in DATED else {}
            intacct.control(do="put", object="PODOCUMENT", record={**record, "WHENMODIFIED": stamp, **dated})


def _last_deliveries(database: Database) -> list[PushRow]:
    pushes = [push for push in database.of("integrations.push") if push["state"] == "delivered"]
    return list({(push["flow"], push["document_id"]): push for push in pushes}.values())


def _delete(intacct: SandboxServer, remote_id: str) -> None:
    intacct.control(do="delete", object="PODOCUMENT", key=remote_id)
