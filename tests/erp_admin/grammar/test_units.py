"""Units beside numbers."""

import pytest

from erp_admin.grammar.currencies import currency_named
from erp_admin.grammar.units import _UNITS, MAGNITUDES, is_unit, same_unit


@pytest.mark.parametrize(
    "pair", [("LBS", "lb."), ("sq. ft.", "SF"), ("m²", "m2"), ("Cubic Yards", "CY"), ("EA", "each"), ("Rod", "ROD")]
)
def test_spellings_of_one_unit_are_the_same(pair: tuple[str, str]) -> None:
    assert same_unit(*pair)


@pytest.mark.parametrize("pair", [("LBS", "TON"), ("SF", "SY"), ("HR", "DAY"), ("EA", "LS"), ("TON", "tonne")])
def test_other_units_are_not(pair: tuple[str, str]) -> None:
    assert not same_unit(*pair)


def test_no_word_is_a_unit_and_something_else() -> None:
    assert [unit for unit in _UNITS if unit in MAGNITUDES or (currency_named(unit) and unit != "kgs")] == []
    assert not is_unit("")
