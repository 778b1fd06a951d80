"""Absent is not blank: a column that a file lacks leaves what is here, a blank cell empties it and is told."""

from decimal import Decimal
from typing import Any

import pytest

from erp_admin.documents.columns import Level
from erp_admin.documents.effects import sentences
from erp_admin.documents.types import type_for
from erp_admin.models import ChangeOrder, Commitment, CommitmentLine, ImportDraft, Project, ValuedLine
from erp_admin.uploads.service import read_upload
from integrations.models import Connection
from tests import lists
from tests.erp_admin.imported import csv_of
from tests.erp_admin.samples import commitment
from tests.erp_admin.uploads.test_flow import import_all, states
from tests.snapshot import read_lists

# A value of each column of a line that may be left out, and the field of the line that holds it.
FILLED: dict[str, tuple[str, str, Any, Any]] = {
    "line_project": ("P-2", "project", "P-2", None),
    "cost_code": ("03-300", "task_id", "03-300", ""),
    "cost_type": ("LAB", "cost_type_id", "LAB", ""),
    "item": ("SUBCON", "item_id", "SUBCON", ""),
    "location": ("100", "location_id", "100", ""),
    "department": ("D-1", "department_id", "D-1", ""),
    "class": ("C-1", "class_id", "C-1", ""),
    "unit": ("Each", "unit", "Each", ""),
    "line_retainage": ("5", "retainage_percent", Decimal(5), None),
}
HEAD = {
    "commitments": {
        "number": "SC-1", "title": "T", "type": "Subcontract", "vendor": "Northwind Roofing", "date": "2026-03-04",
    },
    "change_orders": {"commitment": "SC-1", "number": "CO-1", "title": "T", "date": "2026-04-01"},
}  # fmt: skip
OF_CHANGES = {**FILLED, "changes_line": ("1", "changes_line", 1, None)}
CASES = [("commitments", key) for key in FILLED] + [("change_orders", key) for key in OF_CHANGES]


@pytest.fixture
def listed(connection: Connection) -> Connection:
    Project.objects.create(tenant=connection.tenant, number="P-2", name="Two", currency="USD")
    return read_lists(connection, lists.FILES)


def file_with(kind: str, **line: str) -> bytes:
    labels = {column.key: column.label for column in upload(kind).columns}
    values = {**HEAD[kind], "description": "Work", "amount": "100", **line}
    return csv_of(",".join(values.values()), header=",".join(labels[key] for key in values))


def upload(kind: str) -> Any:
    return type_for(kind).upload


def filled(kind: str) -> dict[str, str]:
    return {key: value[0] for key, value in (FILLED if kind == "commitments" else OF_CHANGES).items()}


def taken_in(connection: Connection, kind: str, **line: str) -> ImportDraft:
    draft = read_upload(connection.tenant, kind, "file.csv", file_with(kind, **line))
    assert states(draft) in (["new"], ["update"]), [entry.open_problems for entry in draft.documents.all()]
    return draft


def stored(kind: str) -> ValuedLine:
    if kind == "commitments":
        return Commitment.objects.get(number="SC-1").lines.get()
    return ChangeOrder.objects.get().lines.get()


def held(line: ValuedLine, field: str) -> Any:
    value = getattr(line, field)
    return getattr(value, "number", value)


def test_every_column_of_a_line_is_tried() -> None:
    needed = {"line", "description", "quantity", "unit_price", "amount"}
    for kind, columns in (("commitments", FILLED), ("change_orders", OF_CHANGES)):
        of_lines = {column.key for column in upload(kind).columns if column.level is Level.LINE}
        assert of_lines == needed | columns.keys()


@pytest.mark.parametrize(("kind", "key"), CASES)
def test_a_column_the_file_lacks_leaves_what_is_here(listed: Connection, kind: str, key: str) -> None:
    if kind == "change_orders":
        commitment(listed, "SC-1", "100", "5")
    import_all(listed, taken_in(listed, kind, **filled(kind)))
    needs = {"cost_code": ("cost_type",)}  # a cost type needs its code
    lacking = {key, *needs.get(key, ())}
    draft = taken_in(listed, kind, **{name: value for name, value in filled(kind).items() if name not in lacking})
    assert sentences(draft.documents.get().effects) == []
    import_all(listed, draft)
    _, field, value, _ = OF_CHANGES[key]
    assert held(stored(kind), field) == value


@pytest.mark.parametrize(("kind", "key"), CASES)
def test_a_blank_cell_of_a_line_empties_it_and_the_preview_says_so(listed: Connection, kind: str, key: str) -> None:
    if kind == "change_orders":
        commitment(listed, "SC-1", "100", "5")
    import_all(listed, taken_in(listed, kind, **filled(kind)))
    blank = {key: "", **({"cost_type": ""} if key == "cost_code" else {})}
    draft = taken_in(listed, kind, **{**filled(kind), **blank})
    written, field, _, empty = OF_CHANGES[key]
    label = next(column.label for column in upload(kind).columns if column.key == key)
    said = f"Line 1, {label} “{written}” is emptied: its cell is blank, or its name was left open."
    assert said in sentences(draft.documents.get().effects)
    import_all(listed, draft)
    assert held(stored(kind), field) == empty


def test_a_file_without_any_of_them_leaves_all(listed: Connection) -> None:
    import_all(listed, taken_in(listed, "commitments", **filled("commitments")))
    import_all(listed, taken_in(listed, "commitments", amount="120"))
    line = stored("commitments")
    assert (line.amount, {field: held(line, field) for _, field, _, _ in FILLED.values()}) == (
        120,
        {field: value for _, field, value, _ in FILLED.values()},
    )


def test_a_json_line_without_a_key_leaves_what_is_here_and_null_empties_it(listed: Connection) -> None:
    import_all(listed, taken_in(listed, "commitments", **filled("commitments")))
    first = '{"description": "Work", "amount": 100, "unit": null}'
    lines = f'{first}, {{"description": "B", "amount": 1, "item": "X"}}'
    head = ", ".join(f'"{key}": "{value}"' for key, value in HEAD["commitments"].items())
    draft = read_upload(listed.tenant, "commitments", "file.json", f'[{{{head}, "lines": [{lines}]}}]'.encode())
    import_all(listed, draft)
    line = CommitmentLine.objects.get(number=1)
    assert (line.unit, line.item_id, line.location_id) == ("", "SUBCON", "100")


class TestQuantity:
    """Of a file that says neither quantity nor unit price, the amount decides what the price becomes."""

    @pytest.fixture
    def ten(self, listed: Connection) -> Connection:
        import_all(listed, taken_in(listed, "commitments", quantity="10", unit="TON", unit_price="10"))
        return listed

    def values(self) -> tuple[Decimal, Decimal, str, Decimal]:
        line = stored("commitments")
        return line.quantity, line.unit_price, line.unit, line.amount

    def test_it_stays(self, ten: Connection) -> None:
        draft = taken_in(ten, "commitments", amount="125.5")
        assert sentences(draft.documents.get().effects)[1:] == ["Line 1, Unit price: “10” becomes “12.55”."]
        import_all(ten, draft)
        assert self.values() == (10, Decimal("12.55"), "TON", Decimal("125.5"))

    def test_a_blank_cell_is_one_and_is_told(self, ten: Connection) -> None:
        draft = taken_in(ten, "commitments", quantity="", amount="125.5")
        assert "Line 1, Quantity: “10” becomes “1”." in sentences(draft.documents.get().effects)
        import_all(ten, draft)
        assert self.values() == (1, Decimal("125.5"), "TON", Decimal("125.5"))

    def test_a_unit_price_alone_is_that_of_one_and_is_told(self, ten: Connection) -> None:
        draft = taken_in(ten, "commitments", unit_price="7", amount="")
        assert "Line 1, Quantity: “10” becomes “1”." in sentences(draft.documents.get().effects)

    def test_where_no_price_gives_the_amount_it_is_told(self, listed: Connection) -> None:
        import_all(listed, taken_in(listed, "commitments", quantity="7000000", unit_price="1", amount="7000000"))
        draft = taken_in(listed, "commitments", amount="1000000")
        assert "Line 1, Quantity: “7000000” becomes “1”." in sentences(draft.documents.get().effects)
        import_all(listed, draft)
        assert self.values()[3] == 1000000


def test_a_line_that_becomes_another_thing_says_what_stays_with_it(listed: Connection) -> None:
    import_all(listed, taken_in(listed, "commitments", **filled("commitments")))
    draft = taken_in(listed, "commitments", description="Roof", unit="Each", location="200")
    told = sentences(draft.documents.get().effects)
    stays = [sentence for sentence in told if "stays, though the line becomes another" in sentence]
    assert [sentence.partition(" stays")[0] for sentence in stays] == [
        "Line 1, Line project “P-2”", "Line 1, Cost code “03-300”", "Line 1, Cost type “LAB”", "Line 1, Item “SUBCON”",
        "Line 1, Department “D-1”", "Line 1, Class “C-1”", "Line 1, Line retainage % “5”",
    ]  # fmt: skip
    assert "7 values stay with other lines." in draft.documents.get().reason


def test_a_blank_cell_of_the_document_leaves_what_is_here(listed: Connection) -> None:
    header = "Number,Title,Type,Vendor,Date,Due date,Terms,Retainage %,Scope of work,Project,Description,Amount"
    row = "SC-1,T,Subcontract,Northwind Roofing,2026-03-04,{},W,1"
    for values in ("2026-05-01,Net 30,10,All of it,P-2", ",,,,"):
        draft = read_upload(listed.tenant, "commitments", "f.csv", csv_of(row.format(values), header=header))
        import_all(listed, draft)
    assert sentences(draft.documents.get().effects) == []
    found = Commitment.objects.get()
    assert (str(found.due_on), found.term_name, found.retainage_percent) == ("2026-05-01", "Net 30", 10)
    assert (found.scope, found.project and found.project.number) == ("All of it", "P-2")
