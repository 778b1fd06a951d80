"""What an approval covers is the same value however it is written, and every change of it is named."""

from datetime import date
from decimal import Decimal

from integrations.approval.covered import changes, digest_of, sentence
from integrations.models import Covered, CoveredValue


def covered(**values: CoveredValue) -> Covered:
    return {"": values}


def test_equal_values_have_one_digest() -> None:
    written = [Decimal("1.5"), Decimal("1.50"), Decimal("0.15E1")]
    assert len({digest_of(covered(total=value)) for value in written}) == 1
    assert digest_of(covered(total=Decimal(0))) == digest_of(covered(total=Decimal("-0.00")))
    assert digest_of(covered(a=None, b=1)) == digest_of(covered(b=1, a=""))
    assert digest_of({"": {}, "line 1": {"item": "A"}}) == digest_of({"line 1": {"item": "A"}, "": {}})


def test_other_values_have_another_digest() -> None:
    given: list[Covered] = [
        covered(total=Decimal("12500")),
        covered(total=Decimal("12500.01")),
        covered(total=Decimal("1250.0")),
        covered(vendor="12500"),
        {"line 1": {"total": Decimal("12500")}},
        {"": {"total": Decimal("12500")}, "line 1": {}},
        {},
    ]
    assert len({digest_of(each) for each in given}) == len(given)


def test_changes_are_named_as_people_read_them() -> None:
    before: Covered = {
        "": {"total": Decimal("12500.00"), "vendor": "V-1", "date": date(2026, 3, 2), "due date": None, "project": 7},
        "line 1": {"unit price": Decimal("12500"), "quantity": Decimal(1)},
        "line 2": {"unit price": Decimal("1")},
    }
    after: Covered = {
        "": {
            "total": Decimal("13000"),
            "vendor": "",
            "date": date(2026, 3, 2),
            "due date": date(2026, 4, 1),
            "project": 8,
        },
        "line 1": {"unit price": Decimal("0.000125"), "quantity": Decimal("1.0000")},
        "line 3": {"unit price": Decimal("1")},
    }
    assert changes(before, after) == [
        "total 12,500.00 → 13,000.00",
        "vendor V-1 → none",
        "due date none → 2026-04-01",
        "project changed",
        "line 1 unit price 12,500.00 → 0.000125",
        "line 2 was removed",
        "line 3 was added",
    ]


def test_the_reason_names_the_first_changes_and_counts_the_rest() -> None:
    assert sentence(["total 1.00 → 2.00"]) == "Approval fell: total 1.00 → 2.00."
    assert sentence(list("abcdef")) == "Approval fell: a; b; c; d; and 2 more."
    assert sentence([]) == "It is no longer what was approved."
