"""A file becomes documents: matched, confirmed as a run, refused where it must be, and nothing is lost."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from erp_admin.models import Commitment, FileKind, ImportDraft, ImportState, MatchHow
from erp_admin.services.import_matches import choose_matches
from erp_admin.services.imports import confirm, take_in
from integrations.engine.runner import run_to_end
from integrations.models import Connection, ListItem, RunState
from integrations.services.runs import start_list_sync
from tests.erp_admin.imported import commitment_row, csv_of


@pytest.fixture
def listed(connection: Connection) -> Connection:
    """A connection with the lists that matching looks at."""
    run = run_to_end(start_list_sync(connection, kinds=["vendors", "projects", "tasks"], queued=False).run)
    assert run.state == RunState.SUCCEEDED
    return connection


def draft_of(connection: Connection, content: bytes, kind: FileKind = FileKind.COMMITMENTS) -> ImportDraft:
    return take_in(connection.tenant, kind, "file.csv", content)


def states(draft: ImportDraft) -> list[str]:
    return list(draft.documents.values_list("state", flat=True))


def import_all(connection: Connection, draft: ImportDraft) -> None:
    run = run_to_end(confirm(connection, draft, queued=False).run)
    assert run.state in (RunState.SUCCEEDED, RunState.PARTLY), (run.error_sentence, run.error_detail)


def test_a_file_becomes_commitments_with_their_lines(listed: Connection) -> None:
    draft = draft_of(
        listed,
        csv_of(
            commitment_row("SC-1", "granite peak concrete, llc", '"$40,000.00"', "Footings"),
            ",,,,,,Credit,(250.50)",
            commitment_row("SC-2", "Northwind Roofing", "1000"),
        ),
    )
    assert states(draft) == ["new", "new"], list(draft.documents.values_list("reason", flat=True))
    assert Commitment.objects.count() == 0
    import_all(listed, draft)

    first = Commitment.objects.get(number="SC-1")
    vendor = ListItem.objects.get(kind="vendors", name="Granite Peak Concrete", connection=listed)
    assert (first.vendor_id, first.vendor_name) == (vendor.business_id, "Granite Peak Concrete")
    assert first.total == Decimal("39749.50")
    assert [line.description for line in first.lines.all()] == ["Footings", "Credit"]
    assert states(draft) == ["created", "created"]
