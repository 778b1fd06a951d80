"""`import_documents` in a shell: what it imports, what it tells, and the code it ends with."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Tenant
from erp_admin.models import ChangeOrder, Commitment, ImportDraft
from erp_admin.uploads.service import confirm, read_upload
from integrations.models import Connection
from integrations.runs.runner import run_to_end
from tests import lists
from tests.erp_admin.imported import COMMITMENT_HEADER, commitment_row, csv_of
from tests.erp_admin.sheets import sheet
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


def test_the_command_asks_what_the_file_leaves_open_and_takes_the_answer(listed: Connection, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    header = "Number;Title;Type;Vendor;Date;Description;Quantity;Amount"
    path.write_bytes(csv_of("SC-1;T;Subcontract;Northwind Roofing;3.4.26;W;1.234;5", header=header))
    code, facts = run_command(listed.tenant, path, "--dry-run")
    assert code == 1
    options = [option.partition(": ")[0] for question in facts["questions"] for option in question["options"]]
    assert options == [
        "--decimal point", "--decimal comma", "--month-first", "--day-first", "--century 1990", "--century 2000",
    ]  # fmt: skip
    answers = ("--decimal", "comma", "--day-first", "--century", "2000")
    code, facts = run_command(listed.tenant, path, *answers)
    assert (code, facts["questions"]) == (0, [])
    assert [sentence for sentence in facts["reading"] if "one thousand two hundred thirty-four" in sentence]
    assert Commitment.objects.get().dated_on.isoformat() == "2026-04-03"
    assert Commitment.objects.get().lines.get().quantity == 1234


def test_the_command_refuses_hidden_rows_unless_it_is_told_what_becomes_of_them(
    listed: Connection, tmp_path: Path
) -> None:
    path = tmp_path / "file.xlsx"
    header = ["Number", "Title", "Type", "Vendor", "Date", "Description", "Amount"]
    rows = [["SC-1", "T", "Subcontract", "Northwind Roofing", "2026-03-04", "W", 5], [None] * 5 + ["Hidden", 7]]
    path.write_bytes(sheet([header, *rows], hidden_rows=[3]))
    code, facts = run_command(listed.tenant, path)
    assert (code, Commitment.objects.count()) == (1, 0)
    assert "--hidden leave-out: Leave them out" in facts["questions"][0]["options"]
    code, facts = run_command(listed.tenant, path, "--hidden", "leave-out")
    assert (code, Commitment.objects.get().total) == (0, 5)
    assert "Hidden in the sheet: row 3; left out, as chosen." in facts["notes"]


def test_the_command_tells_in_words_what_it_decided_and_asks(listed: Connection, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(csv_of(commitment_row("SC-1", "Northwind Roofing", "1.234"), header=COMMITMENT_HEADER))
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("import_documents", listed.tenant.slug, str(path), stdout=out)
    assert ended.value.code == 1
    assert "Question: What does “1.234” mean? It stands in row 2, Amount." in out.getvalue()
    assert "--decimal comma: one thousand two hundred thirty-four" in out.getvalue()


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_what_cannot_be_stored_is_said_with_and_without_a_dry_run(
    listed: Connection, tmp_path: Path, options: tuple[str, ...]
) -> None:
    base, change = tmp_path / "base.csv", tmp_path / "change.csv"
    base.write_bytes(csv_of(commitment_row("BASE-1", "V-1001", "100.00")))
    assert run_command(listed.tenant, base)[0] == 0
    header = "Commitment,Number,Title,Date,Changes line,Description,Amount"
    change.write_bytes(csv_of("BASE-1,CO-9,x,2026-04-01,9,W,1", header=header))
    code, facts = run_command(listed.tenant, change, "--type", "change_orders", *options)
    assert (code, facts["states"]) == (1, {"problem": 1})
    (problem,) = facts["documents"][0]["problems"]
    assert (problem["row"], problem["column"], problem["value"]) == (2, "Changes line", "9")
    assert problem["sentence"] == "Commitment BASE-1 has no line 9."
    assert not ChangeOrder.objects.exists()


def test_a_number_in_another_case_is_the_same_for_the_file_and_as_base(listed: Connection, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    for number, amount, state in (("F17-A", "1.00", "created"), ("f17-a", "5.00", "updated")):
        path.write_bytes(csv_of(commitment_row(number, "V-1001", amount)))
        assert run_command(listed.tenant, path)[1]["states"] == {state: 1}
    path.write_bytes(csv_of("F17-a,CO-1,Up,2026-04-01,X,1", header="Commitment,Number,Title,Date,Description,Amount"))
    assert run_command(listed.tenant, path, "--type", "change_orders")[0] == 0
    assert [(found.number, found.total) for found in Commitment.objects.all()] == [("F17-A", Decimal(5))]
    assert ChangeOrder.objects.get().commitment.number == "F17-A"


def test_a_dry_run_says_what_would_change_and_changes_nothing(listed: Connection, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    header = "Number,Title,Type,Vendor,Date,Description,Location,Amount"
    path.write_bytes(csv_of("SC-1,T,Subcontract,V-1001,2026-03-04,Work,100,100", ",,,,,More,,5", header=header))
    run_command(listed.tenant, path)
    path.write_bytes(csv_of("SC-1,T,Subcontract,V-1001,2026-03-04,Work,,100", header=header))
    code, facts = run_command(listed.tenant, path, "--dry-run")
    assert (code, facts["documents"][0]["effects"]) == (0, [
        "The total in ERP Admin is 105.00.",
        "Line 2 “More” of 5.00 is removed: it is not in the file.",
        "Line 1, Location “100” is emptied: its cell is blank, or its name was left open.",
    ])  # fmt: skip
    assert Commitment.objects.get().total == 105
