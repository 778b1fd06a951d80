"""The page of a file says what importing changes here, document by document, before it is confirmed."""

from collections.abc import Callable

import pytest
from django.test import Client
from lxml import html

from erp_admin.documents.effects import sentences
from integrations.models import Connection
from tests import lists
from tests.erp_admin.imported import commitment_row, csv_of
from tests.erp_admin.samples import commitment
from tests.erp_admin.uploads.test_flow import CHANGE_HEADER, draft_of
from tests.snapshot import read_lists

Url = Callable[..., str]


@pytest.fixture
def listed(connection: Connection) -> Connection:
    return read_lists(connection, lists.FILES)


def test_what_changes_is_listed_with_the_document(listed: Connection, ben: Client, url: Url) -> None:
    commitment(listed, "SC-1", "100", "5")
    draft = draft_of(listed, csv_of(commitment_row("sc-1", "Northwind Roofing", "120")))
    page = html.fromstring(ben.get(url("commitment_import", draft_pk=draft.pk)).text)
    told = [item.text for item in page.xpath("//details[summary[contains(., 'What changes in ERP Admin')]]//li")]
    assert told[0] == "Its number in ERP Admin is SC-1, and stays so."
    assert told[1].startswith("Its approval falls: total 105.00 → 120.00; vendor ")
    assert "Line 2 “Part 2” of 5.00 is removed: it is not in the file." in told
    assert "Title: “Footings” becomes “Works”." in told


def test_what_cannot_be_stored_is_a_problem_with_its_row(listed: Connection, ben: Client, url: Url) -> None:
    commitment(listed, "SC-1", "100", "5")
    draft = draft_of(listed, csv_of("SC-1,CO-9,x,2026-04-01,9,W,1", header=CHANGE_HEADER), "change_orders")
    page = html.fromstring(ben.get(url("commitment_import", draft_pk=draft.pk)).text)
    (problem,) = page.xpath("//ul[@class='problems']/li")
    said = " ".join(problem.text_content().split())
    assert said == "Row 2, Changes line “9”: Commitment SC-1 has no line 9. Its lines are 1 to 2."
    file = ben.get(url("commitment_import_problems", draft_pk=draft.pk)).content.decode()
    assert "Commitment SC-1 has no line 9." in file


def test_a_document_of_a_thousand_lines_lists_the_gravest_and_counts_the_rest(
    listed: Connection, ben: Client, url: Url
) -> None:
    commitment(listed, "SC-1", *["1"] * 200)
    rows = [commitment_row("SC-1", "Northwind Roofing", "2"), *[",,,,,,Works,2"] * 198]
    draft = draft_of(listed, csv_of(*rows))
    page = html.fromstring(ben.get(url("commitment_import", draft_pk=draft.pk)).text)
    (told,) = page.xpath("//details[summary[contains(., 'What changes in ERP Admin')]]")
    items = [item.text for item in told.xpath(".//li")]
    assert len(items) == 50
    assert any(item.startswith("Line 200 “Part 200” of 1.00 is removed") for item in items)
    assert f"And {len(sentences(draft.documents.get().effects)) - 50} more changes of its lines." in told.text_content()
