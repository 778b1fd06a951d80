"""Numbers and names of records: which texts are what a spreadsheet made of them, and errors of its formulas.

Owns how such texts look. Must not know columns or cells.
"""

import re
from typing import Final

_ERRORS: Final = re.compile(
    r"#(?:REF|VALUE|DIV/0|NAME|NULL|NUM|SPILL|CALC|BUSY|FIELD|BLOCKED|CONNECT|UNKNOWN|EXTERNAL|PYTHON|TIMEOUT|DATA"
    r"|BEZUG|WERT|ZAHL|VALEUR|NOM(?:BRE|E)?|VALORE?|NUL|RIF|¡REF|¡VALOR|¡DIV/0|¡NUM|¿NOMBRE)[!?]"
    r"|#N/A|#N/D|#NV|#N/DISP|#GETTING_DATA|Err:[0-9]{3}"
)
# 4.50001E+11, 1E+05, 1.5E3: but 12E5 is as often the number of a unit or a phase.
_SHORTENED: Final = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{2,}|[0-9][.,][0-9]+E[-+]?[0-9]{1,3}", re.IGNORECASE)
_NAMES: Final = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec"
# What a spreadsheet shows of 10-1, 1/10 or 2026-10 after making a date of it.
_DATED: Final = re.compile(rf"[0-9]{{1,2}}-(?:{_NAMES})|(?:{_NAMES})-[0-9]{{1,4}}", re.IGNORECASE)
_PLAIN: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
MOST_DIGITS: Final = 15  # of which a spreadsheet keeps the value of a number


def is_formula_error(text: str) -> bool:
    """Whether a text is what a spreadsheet shows in place of a value."""
    return _ERRORS.fullmatch(text.strip()) is not None


def is_too_narrow(text: str) -> bool:
    """Whether a text is what a spreadsheet shows where a column has too little room."""
    return len(text) >= 3 and not text.strip("#")


def is_shortened(text: str) -> bool:
    """Whether a text is a long number as spreadsheets shorten it: its last digits are lost."""
    return _SHORTENED.fullmatch(text) is not None


def is_dated(text: str) -> bool:
    """Whether a text is what spreadsheets make of a number that looks like a day: of 10-1 they make 1-Oct."""
    return _DATED.fullmatch(text) is not None


def shows_plainly(text: str) -> bool:
    """Whether a number is shown so that its digits can be what somebody typed: 42, 00042, 3.10, SC-042."""
    if is_shortened(text) or is_too_narrow(text):
        return False
    digits = "".join(sign for sign in text if sign.isdigit()).lstrip("0")
    return len(digits) <= MOST_DIGITS and (_PLAIN.fullmatch(text) is not None or bool(re.match(r"[^\W\d_]", text)))
