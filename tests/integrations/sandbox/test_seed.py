"""The demo company: complete, awkward where it should be, consistent, the same on every start."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrations.sandbox.data.store import Company
from integrations.sandbox.data.values import normalise
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.seed import COMPANY_ID, build_store, is_seed

BASE = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)

# Values that are kept for the rules of documents and are no fields of a record.
KEPT = {"LINE_NO", "ADDEDFROM", "CHANGEVALUE", "CHANGEQTY"}


@pytest.fixture(scope="module")
def company() -> Company:
    return build_store("demo", BASE).companies[COMPANY_ID]


def test_sizes(company: Company) -> None:
    sizes = {name: len(table) for name, table in company.tables.items()}
    assert (sizes["VENDOR"], sizes["GLACCOUNT"], sizes["ITEM"], sizes["PROJECT"]) == (60, 80, 25, 24)
    assert (sizes["LOCATIONENTITY"], sizes["CUSTOMER"]) == (3, 15)
    for name in ("TASK", "COSTTYPE", "PODOCUMENTPARAMS", "PROJECTCONTRACTLINE", "EMPLOYEE", "CLASS", "APTERM"):
        assert sizes[name] > 0


def test_every_value_fits_its_declaration(company: Company) -> None:
    for name, table in company.tables.items():
        fields = CATALOGUE[name].fields
        for row in table.rows.values():
            for field, value in row.items():
                if field in KEPT and field not in fields:
                    continue
                assert normalise(fields[field], value) == value, (name, field, value)


def test_every_reference_exists(company: Company) -> None:
    for name, table in company.tables.items():
        for field in CATALOGUE[name].fields.values():
            for row in table.rows.values():
                value = row.get(field.name, "")
                if field.reference and value:
                    assert company.table(field.reference).find(value) is not None, (name, field.name, value)


def test_required_fields_are_filled_and_keys_unique(company: Company) -> None:
    for name, table in company.tables.items():
        definition = CATALOGUE[name]
        if definition.key:
            assert len(table.by_key) == len(table), name
        for row in table.rows.values():
            for field in definition.fields.values():
                assert not field.required or row.get(field.name), (name, field.name)


def test_awkward_data_is_there(company: Company) -> None:
    projects = list(company.table("PROJECT").rows.values())
    names = "".join(row["NAME"] for row in projects)
    assert all(mark in names for mark in "&<>'\"ç東")
    assert company.table("PROJECT").find("00042") is not None
    assert max(len(row["NAME"]) for row in projects) > 120
    assert {row.get("MEGAENTITYID", "") for row in projects} == {"", "200", "300"}
    assert any(row.get("PARENTID") for row in projects)
    for name in ("VENDOR", "PROJECT"):
        stamps = [row.get("WHENMODIFIED", "") for row in company.table(name).rows.values()]
        assert "" in stamps
        assert any(stamp.startswith("05/0") and "2026" in stamp for stamp in stamps)
        assert any("2025" in stamp for stamp in stamps)


def test_the_seed_is_the_same_every_time(company: Company) -> None:
    again = build_store("demo", BASE).companies[COMPANY_ID]
    assert {n: t.rows for n, t in again.tables.items()} == {n: t.rows for n, t in company.tables.items()}


@pytest.mark.parametrize(
    ("text", "right"), [("demo", True), ("1", True), ("100000", True), ("0", False), ("x", False), ("-5", False)]
)
def test_seed_names(text: str, right: bool) -> None:
    assert is_seed(text) is right
