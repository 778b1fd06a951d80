"""What cells say beside their numbers: a currency or a unit that agrees with its column and the other cells.

What disagrees is a problem; what a column leaves blank is taken from the cells where they are certain. Knows no
company but by the currency it is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from erp_admin.documents.uploads import SEEN_CURRENCY
from erp_admin.grammar.currencies import agrees, meanings
from erp_admin.grammar.units import same_unit
from erp_admin.uploads.parsed import ParsedDocument, Problem, cut


@dataclass(frozen=True)
class Beside:
    """What stands beside a number: a code or a sign."""

    row: int
    column: str
    value: str
    said: str


def settle_currency(document: ParsedDocument, seen: Sequence[Beside], base: str, *, has_column: bool) -> str:
    """Compare all currencies of a document; return the one it takes from its cells where that is not `base`, or "".

    `has_column`: whether documents of the kind have a currency of their own.
    """
    if not seen:
        return ""
    certain = next((each for each in seen if len(meanings(each.said)) == 1), seen[0])
    wanted = str(document.head.get("currency") or "")
    if not wanted and document.texts.get("currency"):
        return ""  # the column cannot be read, and is a problem already
    for each in seen:
        if wanted and not agrees(each.said, wanted):
            fix = f"Write the amount in {wanted}, or correct the document's currency."
            document.problems.append(_differs(each, f"the document's currency is {wanted}", fix))
        elif not wanted and not agrees(each.said, certain.said):
            fix = "Write all amounts of a document in one currency."
            document.problems.append(_differs(each, f"row {certain.row}, {certain.column}, is in {certain.said}", fix))
    document.head[SEEN_CURRENCY] = certain.said
    if wanted or not has_column:
        return ""
    return _taken(document, certain, base)


def _taken(document: ParsedDocument, certain: Beside, base: str) -> str:
    codes = meanings(certain.said)
    if len(codes) == 1:
        (code,) = codes
        document.head["currency"] = code
        return "" if code == base else code
    if base and not agrees(certain.said, base):
        sentence = f"“{certain.said}” may mean several currencies, and is not your company's, {base}."
        fix = "Fill in the column Currency for the document."
        document.problems.append(Problem(certain.row, certain.column, certain.value, sentence, fix))
    return ""


def _differs(each: Beside, other: str, fix: str) -> Problem:
    return Problem(each.row, each.column, each.value, f"It is in {each.said}, but {other}.", fix)


def settle_unit(
    document: ParsedDocument, line: dict[str, Any], found: Sequence[tuple[str, Beside]], written: str
) -> None:
    """Take the unit that stands in a line's quantity or unit price, or compare it with the line's own.

    `found` are the units with the keys of their columns; `written` is the text of the line's own unit.
    """
    unit = written or next((each.said for _, each in found), "")
    for key, each in found:
        if key not in ("quantity", "unit_price"):
            fix = "Write the number alone."
            document.problems.append(
                Problem(each.row, each.column, each.value, f"The unit “{cut(each.said)}” does not belong here.", fix)
            )
        elif not same_unit(each.said, unit):
            fix = "Write the number alone, or correct the unit."
            sentence = f"It is in {cut(each.said)}, but the unit of the line is {cut(unit)}."
            document.problems.append(Problem(each.row, each.column, each.value, sentence, fix))
    if found and not written:
        line["unit"] = unit
