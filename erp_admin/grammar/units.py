"""Units people write beside a quantity or a price, and which spellings are the same unit.

Owns the usual ones of construction. Must not know which units a company has: those stand in its column Unit.
"""

from types import MappingProxyType
from typing import Final

# Spellings of one unit, in small letters, without spaces and dots.
_SPELLINGS: Final = (
    "each ea", "piece pieces pc pcs pce", "unit units", "lumpsum ls lsum", "lot lots", "job jobs", "set sets",
    "pair pairs pr prs", "dozen doz dz", "hour hours hr hrs", "manhour manhours mh mhr mhrs", "minute minutes min mins",
    "day days", "week weeks wk wks", "month months mo mos", "year years yr yrs", "inch inches in", "foot feet ft",
    "linearfoot linearfeet lf linft lft", "squarefoot squarefeet sf sqft ft2", "cubicfoot cubicfeet cf cuft ft3 cft",
    "yard yards yd yds", "squareyard squareyards sy sqyd sqyds yd2", "cubicyard cubicyards cy cuyd cuyds yd3",
    "mile miles mi", "acre acres ac", "hectare hectares ha", "square squares sq", "meter meters", "lm linearmeter",
    "squaremeter squaremeters sqm m2", "cubicmeter cubicmeters cum cbm m3", "centimeter centimeters cm",
    "kilometer kilometers km", "boardfoot boardfeet bf bdft fbm", "mbf", "msf", "pound pounds lb lbs", "ton tons tn",
    "metricton metrictons mt tonne tonnes", "ounce ounces oz", "gram grams", "kilogram kilograms kg kgs",
    "hundredweight cwt", "kip kips", "gallon gallons gal gals", "liter liters ltr", "quart quarts qt qts",
    "barrel barrels bbl bbls", "bag bags", "box boxes bx", "case cases", "carton cartons ctn ctns", "crate crates",
    "roll rolls rl", "sheet sheets sht shts", "panel panels", "bundle bundles bdl", "pallet pallets plt plts",
    "load loads", "truck trucks truckload truckloads", "trip trips", "bucket buckets", "drum drums", "length lengths",
    "door doors", "window windows", "kwh", "person persons people", "crewday crewdays", "shift shifts",
)  # fmt: skip
_UNITS: Final = MappingProxyType({name: group.split()[0] for group in _SPELLINGS for name in group.split()})
# What multiplies a number instead of measuring it; `m` and `mm` may be lengths as well, so they are taken for neither.
_MAGNITUDES: Final = (
    "k m mm mn mil mill mio mln million millions thousand thousands thou grand b bn billion billions lakh lakhs lac "
    "crore crores hundred"
)
MAGNITUDES: Final = frozenset(_MAGNITUDES.split())


def _plain(unit: str) -> str:
    text = unit.casefold().replace("²", "2").replace("³", "3")
    return "".join(sign for sign in text if sign.isalnum())


def is_unit(text: str) -> bool:
    """Whether a word or words beside a number are a usual unit."""
    return _plain(text) in _UNITS


def same_unit(one: str, other: str) -> bool:
    """Whether two spellings mean the same unit: `LBS` and `lb.` do, `LBS` and `TON` do not."""
    first, second = _plain(one), _plain(other)
    return _UNITS.get(first, first) == _UNITS.get(second, second)
