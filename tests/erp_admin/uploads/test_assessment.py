"""Assessing a file takes a few queries for each batch of its documents, none for each document."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from erp_admin.models import Commitment, Project
from erp_admin.uploads.deciding import match_again
from integrations.models import Connection
from tests import lists
from tests.erp_admin.imported import commitment_row, csv_of
from tests.erp_admin.samples import change_order, commitment
from tests.erp_admin.uploads.test_flow import draft_of, import_all, states
from tests.erp_admin.uploads.test_writing import ROOF, change_file, of_commitment
from tests.snapshot import read_lists


@pytest.fixture
def listed(connection: Connection) -> Connection:
    return read_lists(connection, lists.FILES)


def test_a_thousand_documents_take_no_query_each(listed: Connection) -> None:
    base = commitment(listed, "SC-1", "100")
    rows = [f"SC-1,CO-{number},x,2026-04-01,1,W,1" for number in range(1000)]
    import_all(listed, draft_of(listed, *change_file(*rows[:20])))
    project = Project.objects.create(tenant=listed.tenant, number="P", name="P", currency="USD")
    Commitment.objects.filter(pk=base.pk).update(project=project)

    def queries(*some: str) -> int:
        draft = draft_of(listed, *change_file(*some))
        with CaptureQueriesContext(database) as asked:
            match_again(draft)
        return len(asked)

    few, many = queries(*rows[:10]), queries(*rows)
    assert many <= few * 2  # two batches


def test_a_thousand_updates_of_commitments_take_no_query_each(listed: Connection) -> None:
    rows = [commitment_row(f"SC-{number}", ROOF, "5") for number in range(60)]
    import_all(listed, draft_of(listed, csv_of(*rows)))
    change_order(of_commitment("SC-1"), "CO-1")

    def queries(*some: str) -> int:
        draft = draft_of(listed, csv_of(*some))
        assert set(states(draft)) == {"update"}
        with CaptureQueriesContext(database) as asked:
            match_again(draft)
        return len(asked)

    assert queries(*rows) == queries(*rows[:5])
