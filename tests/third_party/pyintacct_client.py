"""The published package pyintacct: session, reads, pages, writes and refusals against the local Intacct.

Runs in a virtual environment of its own and imports nothing from this project.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

KNOWN = json.loads(os.environ["LOCAL_INTACCT"])
pyintacct = importlib.import_module("pyintacct")


def _client(password: str) -> Any:
    client = pyintacct.IntacctAPI(
        {
            "SENDER_ID": KNOWN["sender"],
            "SENDER_PW": KNOWN["sender_password"],
            "COMPANY_ID": KNOWN["company"],
            "USER_ID": KNOWN["user"],
            "USER_PW": password,
        }
    )
    client.url = KNOWN["endpoint"]  # its ENDPOINT setting is read by nothing
    return client


def _refused(call: Callable[[], object]) -> None:
    try:
        call()
    except pyintacct.IntacctException:
        return
    raise AssertionError("expected IntacctException")


def main() -> None:
    _refused(_client("wrong").get_session_id)
    client = _client(KNOWN["password"])
    everything = client.read_by_query("VENDOR", "", fields="RECORDNO,VENDORID", pagesize=1000)
    assert len(client.read_by_query("VENDOR", "", fields="RECORDNO,VENDORID", pagesize=20)) == len(everything) > 20
    _refused(lambda: client.read_by_query("VENDOR", "", fields="NOSUCHFIELD"))
    client.inspect("VENDOR", detail=True)
    vendor = {"VENDOR": {"VENDORID": "PYI-1", "NAME": "Fictional Framing"}}
    client.create(vendor)
    _refused(lambda: client.create(vendor))
    found = client.read_by_query("VENDOR", "VENDORID = 'PYI-1'")
    key = str(found[0]["RECORDNO"])
    client.update({"VENDOR": {"RECORDNO": key, "NAME": "Fictional Two"}})
    assert str(client.read_by_query("VENDOR", "VENDORID = 'PYI-1'")[0]["NAME"]) == "Fictional Two"
    client.delete("VENDOR", [key])
    _refused(lambda: client.delete("VENDOR", [key]))


main()
sys.stdout.write("  ok\n")
