"""A page that was opened before somebody else, or a file, changed the document never overwrites that unseen."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from lxml import html

from erp_admin.models import Commitment
from erp_admin.purchasing.service import approve, save_commitment
from integrations.models import Approval, Connection
from tests import lists
from tests.erp_admin.imported import commitment_row, csv_of
from tests.erp_admin.samples import commitment
from tests.erp_admin.uploads.test_flow import draft_of, import_all
from tests.snapshot import read_lists

Url = Callable[..., str]


@pytest.fixture
def listed(connection: Connection) -> Connection:
    return read_lists(connection, lists.FILES)


def filled(page: str) -> dict[str, Any]:
    """What a browser posts of the form as it is shown."""
    form = html.fromstring(page).get_element_by_id("entry")
    return {name: (value or "").removeprefix("\n") for name, value in form.form_values()}


def test_what_a_file_changed_meanwhile_is_shown_and_stays(listed: Connection, ben: Client, url: Url) -> None:
    document = commitment(listed, "SC-1", "100", approved=False)
    address = url("edit_commitment", pk=document.pk)
    typed = filled(ben.get(address).text) | {"scope": "Typed here"}
    import_all(listed, draft_of(listed, csv_of(commitment_row("SC-1", "Northwind Roofing", "250"))))
    answer = ben.post(address, typed)
    assert answer.status_code == 422
    assert "while you had it open. Nothing of yours was saved." in answer.text
    assert Commitment.objects.get().total == 250
    again = filled(answer.text)
    assert again["scope"] == "Typed here"
    assert ben.post(address, again).status_code == 302
    assert (Commitment.objects.get().scope, Commitment.objects.get().total) == ("Typed here", 250)


def test_an_edit_by_somebody_else_is_told_a_decision_is_not(listed: Connection, ben: Client, url: Url) -> None:
    document = commitment(listed, "SC-1", "100", approved=False)
    address = url("edit_commitment", pk=document.pk)
    page = filled(ben.get(address).text)
    approve(Commitment.objects.get())
    assert ben.post(address, page).status_code == 302
    assert Commitment.objects.get().approval == Approval.APPROVED
    assert ben.post(address, page).status_code == 422  # the page saved by itself a moment ago
    page = filled(ben.get(address).text)
    save_commitment(document, list(document.lines.all()))
    assert ben.post(address, page).status_code == 422
