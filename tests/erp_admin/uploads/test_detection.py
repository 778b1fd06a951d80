"""Which type a file holds is found from its columns, for every sample there is; what is not certain is asked."""

from pathlib import Path

import pytest

from accounts.models import Tenant
from accounts.refusal import Refused
from erp_admin.uploads import exports
from erp_admin.uploads.kinds import file_types
from erp_admin.uploads.service import read_upload, take_in
from erp_admin.uploads.stated import StatedReading

ROOT = Path(__file__).parents[3]
EXAMPLES = [
    *((path, "change_orders" if "change" in path.stem else "commitments") for path in ROOT.glob("docs/examples/*.*")),
    *(
        (path, "change_orders" if "change" in path.stem else "commitments")
        for path in ROOT.glob("erp_admin/samples/*.csv")
        if "commitments" in path.stem or "change" in path.stem
    ),
]


@pytest.mark.parametrize(("path", "kind"), EXAMPLES, ids=[path.name for path, _ in EXAMPLES])
def test_every_example_is_taken_for_what_it_is(scoped: Tenant, path: Path, kind: str) -> None:
    for expected in ("", "commitments", "change_orders"):
        draft = take_in(scoped, "", path.name, path.read_bytes(), StatedReading(), expected=expected)
        assert (draft.kind, draft.lacks_columns) == (kind, False)


def test_every_template_is_taken_for_what_it_is(scoped: Tenant) -> None:
    for each in file_types():
        for name, make in (("t.csv", exports.template_csv), ("t.xlsx", exports.template_xlsx)):
            assert read_upload(scoped, "", name, make(each.key)).kind == each.key


def test_columns_that_fit_both_types_are_a_question(scoped: Tenant) -> None:
    content = b"Subcontract,Number,Title,Type,Vendor,Date,Description,Amount\nSC-1,CO-1,T,SC,V,2026-03-04,D,5\n"
    with pytest.raises(Refused, match="fit a file of commitments or change orders"):
        read_upload(scoped, "", "both.csv", content)
    draft = take_in(scoped, "", "both.csv", content, StatedReading(), expected="change_orders")
    assert draft.lacks_columns
    assert set(draft.columns["fits"]) == {"commitments", "change_orders"}
    assert read_upload(scoped, "change_orders", "both.csv", content).kind == "change_orders"
