"""The published package sageintacctsdk: session, reads, writes and refusals against the local Intacct.

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
sdk = importlib.import_module("sageintacctsdk")
errors = importlib.import_module("sageintacctsdk.exceptions")
base = importlib.import_module("sageintacctsdk.apis.api_base").ApiBase


def _use_local_address() -> None:
    """The package has no setting for its address: each API object holds it in a private attribute."""
    original = base.__init__

    def start(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self._ApiBase__api_url = KNOWN["endpoint"]

    base.__init__ = start


def _sign_in(password: str) -> Any:
    return sdk.SageIntacctSDK(KNOWN["sender"], KNOWN["sender_password"], KNOWN["user"], KNOWN["company"], password)


def _refused(kind: Any, call: Callable[[], object]) -> None:
    try:
        call()
    except kind:
        return
    raise AssertionError(f"expected {kind.__name__}")


def main() -> None:
    _use_local_address()
    _refused(errors.InvalidTokenError, lambda: _sign_in("wrong"))
    vendors = _sign_in(KNOWN["password"]).vendors
    fields = ["RECORDNO", "VENDORID", "NAME"]
    assert len(vendors.get_all(fields=fields)) == vendors.count(None)
    assert vendors.get_by_query(fields=fields, and_filter=[("greaterthan", "RECORDNO", "0")])
    assert vendors.read_by_query(fields)["data"]["vendor"]
    assert vendors.get_lookup()
    _refused(errors.WrongParamsError, lambda: vendors.get("NAME", "x", fields=["NOSUCHFIELD"]))
    create = {"create": {"VENDOR": {"VENDORID": "PY-1", "NAME": "Fictional Framing"}}}
    vendors.format_and_send_request(create)
    _refused(errors.WrongParamsError, lambda: vendors.format_and_send_request(create))
    key = vendors.get("VENDORID", "PY-1", fields=fields)["VENDOR"][0]["RECORDNO"]
    vendors.format_and_send_request({"update": {"VENDOR": {"RECORDNO": key, "NAME": "Fictional Two"}}})
    assert vendors.get("VENDORID", "PY-1", fields=fields)["VENDOR"][0]["NAME"] == "Fictional Two"
    vendors.delete(key)
    assert "VENDOR" not in vendors.get("VENDORID", "PY-1", fields=fields)


main()
sys.stdout.write("  ok\n")
