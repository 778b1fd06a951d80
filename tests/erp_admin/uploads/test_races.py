"""Real threads against one PostgreSQL: a file is confirmed while it is discarded, a number is taken twice at once.

SQLite is left out: its tests run in memory, which threads do not share, and it lets one writer in at a time anyway.
"""

import pytest
from django.db import connection as database

from erp_admin.models import Commitment, ImportDraft
from erp_admin.uploads.service import confirm, discard
from integrations.models import Connection, SyncRun
from tests import lists
from tests.erp_admin.imported import commitment_row, csv_of
from tests.erp_admin.samples import commitment
from tests.erp_admin.uploads.test_flow import draft_of
from tests.integrations.runs.test_races import at_once
from tests.snapshot import read_lists

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(database.vendor != "postgresql", reason="needs PostgreSQL"),
]


def test_a_file_is_either_confirmed_or_discarded(connection: Connection) -> None:
    read_lists(connection, lists.FILES)
    for number in range(10):
        draft = draft_of(connection, csv_of(commitment_row(f"SC-{number}", "Northwind Roofing")))
        came = at_once(
            connection.tenant,
            lambda draft=draft: confirm(connection, ImportDraft.objects.get(pk=draft.pk)),
            lambda draft=draft: discard(ImportDraft.objects.get(pk=draft.pk)),
        )
        runs = SyncRun.objects.filter(steps__key=f"draft:{draft.pk}")
        kept = ImportDraft.objects.filter(pk=draft.pk).first()
        assert (kept is not None) == runs.exists(), came
        assert kept is None or kept.run == runs.get()
        runs.update(state="cancelled")


def test_of_two_that_take_one_number_in_two_cases_at_once_one_gets_it(connection: Connection) -> None:
    read_lists(connection, lists.FILES)
    for number in range(10):
        came = at_once(
            connection.tenant,
            lambda number=number: commitment(connection, f"SC-{number}", "1", approved=False),
            lambda number=number: commitment(connection, f"sc\u2013{number}", "1", approved=False),
        )
        assert Commitment.objects.filter(number_key=f"sc-{number}").count() == 1, came
        assert Commitment.objects.count() == number + 1
