"""Names of a file accepted all at once: those that were shown, and no others."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Tenant
from accounts.ui.formats import DateFormat
from erp_admin.models import ImportDraft, ImportMatch, RememberedMatch
from erp_admin.uploads.service import read_upload
from integrations.models import Connection
from tests import lists
from tests.erp_admin.imported import commitment_row, csv_of
from tests.snapshot import read_lists

Url = Callable[..., str]


@pytest.fixture
def draft(connection: Connection) -> ImportDraft:
    read_lists(connection, lists.FILES)
    rows = [commitment_row("SC-1", "Northwind Rofing"), commitment_row("SC-2", "Granite Peek Concrete")]
    return read_upload(connection.tenant, "commitments", "file.csv", csv_of(*rows))


def seen_on(client: Client, address: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', client.get(address).content.decode())
    assert found is not None
    return found[1]


@pytest.mark.parametrize("page", ["commitment_import", "match_commitment_import"])
def test_as_many_suggestions_that_are_others_by_now_are_not_accepted(
    ben: Client, url: Url, draft: ImportDraft, page: str
) -> None:
    match, other = draft.matches.filter(how="near").order_by("text")
    address, accept = url(page, draft_pk=draft.pk), url("accept_commitment_import", draft_pk=draft.pk)
    seen = seen_on(ben, address)
    # A sync changed what one of them resembles: as many as before, and not what the person saw.
    ImportMatch.objects.filter(pk=match.pk).update(value=other.value, label=other.label)
    shown = ben.post(accept, {"seen": seen}, follow=True).content.decode()
    assert "The suggestions are others by now." in shown
    assert {each.how for each in draft.matches.filter(kind="vendor")} == {"near"}
    assert not RememberedMatch.objects.exists()
    for hostile in ({}, {"seen": ""}, {"seen": "x" * 5000}, {"count": "2"}):
        ben.post(accept, hostile)
    assert not RememberedMatch.objects.exists()
    ben.post(accept, {"seen": seen_on(ben, address)})
    assert {each.how for each in draft.matches.filter(kind="vendor")} == {"accepted"}
    assert RememberedMatch.objects.count() == 2


def test_when_a_name_was_accepted_or_a_file_read_is_written_as_the_company_writes_dates(
    ben: Client, url: Url, draft: ImportDraft, tenant: Tenant
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(date_format=DateFormat.ISO)
    ben.post(
        url("accept_commitment_import", draft_pk=draft.pk),
        {"seen": seen_on(ben, url("commitment_import", draft_pk=draft.pk))},
    )
    assert {bool(re.search(r"on \d{4}-\d\d-\d\d\.", each.reason)) for each in draft.matches.filter(how="accepted")} == {
        True
    }


def test_what_somebody_chose_for_a_name_is_not_replaced_unseen(ben: Client, url: Url, draft: ImportDraft) -> None:
    match, other = draft.matches.filter(how="near").order_by("text")
    address = url("match_commitment_import", draft_pk=draft.pk)
    shown = dict(re.findall(r'name="(seen_\d+)" value="([^"]*)"', ben.get(address).content.decode()))
    first = {"match": [str(match.pk)], f"match_{match.pk}": other.value}
    assert ben.post(address, {**shown, **first}).status_code == 302
    # The page of the second person still has the suggestion chosen beforehand.
    second = {"match": [str(match.pk)], f"match_{match.pk}": match.value}
    answer = ben.post(address, {**shown, **second})
    assert answer.status_code == 422
    assert f"“{match.text}” was decided meanwhile: it is {other.label}." in answer.content.decode()
    match.refresh_from_db()
    assert (match.value, RememberedMatch.objects.get().value) == (other.value, other.value)
    shown = dict(re.findall(r'name="(seen_\d+)" value="([^"]*)"', answer.content.decode()))
    assert ben.post(address, {**shown, **second}).status_code == 302
    match.refresh_from_db()
    assert match.label != other.label
