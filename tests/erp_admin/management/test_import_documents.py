"""`import_documents` in a shell: what it imports, what it tells, and the code it ends with."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Tenant
from erp_admin.models import ChangeOrder, ImportDraft
from erp_admin.uploads.service import confirm, read_upload
from integrations.models import Connection
from integrations.runs.runner import run_to_end
from tests import lists
from tests.erp_admin.imported import commitment_row, csv_of
from tests.snapshot import read_lists


@pytest.fixture
def listed(connection: Connection) -> Connection:
    return read_lists(connection, lists.FILES)


def run_command(tenant: Tenant, path: Path, *options: str) -> tuple[int, Any]:
    out = StringIO()
    try:
        call_command("import_documents", tenant.slug, str(path), *options, "--json", stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_the_command_imports_a_file_and_tells_what_it_could_not(listed: Connection, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(csv_of(commitment_row("SC-1", "Northwind Roofing"), commitment_row("SC-2", "Northwind Rofing")))
    code, facts = run_command(listed.tenant, path, "--dry-run")
    assert (code, facts["states"]) == (1, {"unmatched": 1, "new": 1})
    assert not ImportDraft.objects.exists()

    code, facts = run_command(listed.tenant, path)
    assert (code, facts["states"]) == (1, {"unmatched": 1, "created": 1})
    assert facts["unmatched"][0]["candidates"][0]["label"].endswith("Northwind Roofing")

    path.write_bytes(csv_of(commitment_row("SC-1", "Northwind Roofing")))
    assert run_command(listed.tenant, path)[0] == 0


def test_the_command_reads_json_of_either_type(listed: Connection, tmp_path: Path) -> None:
    base = read_upload(listed.tenant, "commitments", "x.csv", csv_of(commitment_row("SC-1", "Northwind Roofing")))
    run_to_end(confirm(listed, base, queued=False).run)
    path = tmp_path / "changes.json"
    document = {"commitment": "SC-1", "number": "CO-1", "title": "More", "date": "2026-04-01"}
    lines = [{"description": "Deeper", "amount": 10.1}]
    path.write_text(json.dumps({"type": "change_orders", "documents": [{**document, "lines": lines}]}))
    code, facts = run_command(listed.tenant, path)
    assert (code, facts["type"]) == (0, "change_orders")
    assert ChangeOrder.objects.get().total == Decimal("10.10")


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        '{"type": "change_orders", "type": "commitments"}',
        '{"documents": [NaN]}',
        "{" * 500,
        '{"type": "x',
    ],
)
def test_the_command_refuses_json_in_words_before_it_asks_what_it_holds(
    scoped: Tenant, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "file.json"
    path.write_text(content)
    ended, facts = run_command(scoped, path)
    assert (ended, facts["error"]) == (3, "FILE-JSON")


@pytest.mark.parametrize(("content", "code", "error"), [(None, 2, "FILE-UNREADABLE"), ("a,b\n1,2\n", 3, "FILE-HEADER")])
def test_the_command_ends_with_the_code_of_its_refusal(
    scoped: Tenant, tmp_path: Path, content: str | None, code: int, error: str
) -> None:
    path = tmp_path / "file.csv"
    if content is not None:
        path.write_text(content)
    ended, facts = run_command(scoped, path)
    assert (ended, facts["error"]) == (code, error)
