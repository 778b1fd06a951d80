"""Where the cause of a code is fixed, as the pages of documents lead there."""

from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import Tenant
from erp_admin.documents.types import type_for
from erp_admin.models import ChangeOrder, Commitment
from erp_admin.views.document_pages import is_at_a_document, where_to_fix

COMMITMENT = ("commitments", Commitment(pk=3))
CHANGE_ORDER = ("change_orders", ChangeOrder(pk=7, commitment_id=3))


def way(code: str, kind: str, document: Any) -> tuple[str, str]:
    request: Any = RequestFactory().get("/")
    request.tenant = Tenant(slug="summit-ridge")
    return where_to_fix(request, type_for(kind), code, document)


def at(name: str, **arguments: Any) -> str:
    return reverse(name, kwargs={"tenant_slug": "summit-ridge", **arguments})


@pytest.mark.parametrize(
    ("code", "about", "name", "arguments", "words"),
    [
        ("SETTING", COMMITMENT, "settings", {}, "Open the settings"),
        ("PROJECT", CHANGE_ORDER, "projects", {}, "Open Projects"),
        ("NOT-APPROVED", CHANGE_ORDER, "change_order", {"pk": 7}, "Open the change order"),
        ("DUP-MANY", COMMITMENT, "commitment", {"pk": 3}, "Open the commitment"),
        ("DUP-TAKEN", COMMITMENT, "edit_commitment", {"pk": 3}, "Edit the commitment"),
        ("BASELINE", COMMITMENT, "link_commitment", {"pk": 3}, "Link it"),
        ("VENDOR", COMMITMENT, "edit_commitment", {"pk": 3}, "Edit the commitment"),
        ("VENDOR", CHANGE_ORDER, "edit_commitment", {"pk": 3}, "Edit the commitment"),
        ("PER-CLOSED", CHANGE_ORDER, "edit_change_order", {"pk": 7}, "Edit the change order"),
        ("CON-LOGIN", COMMITMENT, "connection", {}, "Look at the connection"),
        ("", CHANGE_ORDER, "edit_change_order", {"pk": 7}, "Edit the change order"),
        ("GONE-SINCE", CHANGE_ORDER, "edit_change_order", {"pk": 7}, "Edit the change order"),
    ],
)
def test_a_code_leads_to_its_place(
    code: str, about: tuple[str, Any], name: str, arguments: dict[str, Any], words: str
) -> None:
    assert way(code, *about) == (at(name, **arguments), words)


@pytest.mark.parametrize("code", ["HOLD-VENDOR", "PRM-OPERATION", "REQ-SCHEMA"])
def test_what_no_page_here_fixes_leads_to_none(code: str) -> None:
    assert way(code, *COMMITMENT) == ("", "")


def test_a_cause_fixed_once_for_all_keeps_its_link_where_it_blocks_several() -> None:
    assert not is_at_a_document("SETTING")
    assert not is_at_a_document("PROJECT")
    assert is_at_a_document("REF-INVALID")
    assert is_at_a_document("")
