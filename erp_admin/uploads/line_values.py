"""Quantity, unit price and amount of a line from one another, and the numbers of lines.

Every value that a fix names is one that works when it is written. Reads no cell.
"""

from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Any, Final

from erp_admin.grammar.style import Style
from erp_admin.models import rounded
from erp_admin.uploads.parsed import GIVEN, LARGEST_AMOUNT, ParsedDocument, Problem

_PRICE_STEP: Final = Decimal("0.000001")
_LARGEST_PRICE: Final = Decimal(10) ** 12
_DIGITS: Final = 60  # enough for the largest quantity times the largest unit price, exactly
_VALUED: Final = ("quantity", "unit_price", "amount")


def complete(document: ParsedDocument, line: dict[str, Any], texts: Mapping[str, str], style: Style) -> None:
    """Compute what of the three is not given, and check them where all are; no amount where one is unreadable."""
    line[GIVEN] = [key for key in _VALUED if texts.get(key)]
    if any(texts.get(key) and line.get(key) is None for key in _VALUED):
        line["amount"] = None  # one of them could not be read, and is a problem already
        line.setdefault("quantity", None)
        line.setdefault("unit_price", None)
        return
    problem = _completed(line, style)
    if problem is not None:
        column, key, sentence, fix = problem
        document.problems.append(Problem(line["row"], column, texts.get(key, ""), sentence, fix))


def _completed(line: dict[str, Any], style: Style) -> tuple[str, str, str, str] | None:
    """Complete the line; or the column, its key, what is wrong, and the fix."""
    given = {key: Decimal(line[key]) for key in _VALUED if line.get(key) is not None}
    quantity, amount = given.get("quantity", Decimal(1)), given.get("amount")
    line.setdefault("amount", None)
    line["quantity"] = f"{quantity:f}"
    if amount is None and "unit_price" not in given:
        line["unit_price"] = None
        return "Amount", "amount", "This is missing.", "Give an amount or a unit price."
    price = given["unit_price"] if "unit_price" in given or amount is None else price_for(amount, quantity)
    line["unit_price"] = as_text(price)
    computed = times(quantity, price)
    too_large = max(abs(computed), abs(amount or Decimal(0))) >= LARGEST_AMOUNT or abs(price) >= _LARGEST_PRICE
    if too_large:
        line["amount"] = None
        return (
            "Amount",
            "amount",
            "Quantity, unit price or amount of the line is too large.",
            "Check the decimal points.",
        )
    if amount is None or computed == amount:
        line["amount"] = str(computed)
        return None
    return "Amount", "amount", *_difference(given, quantity, price, computed, amount, style)


def _difference(
    given: Mapping[str, Decimal], quantity: Decimal, price: Decimal, computed: Decimal, amount: Decimal, style: Style
) -> tuple[str, str]:
    nearest = written(computed, style)
    if quantity == 0:
        return f"A quantity of 0 cannot give {amount:,.2f}.", "Leave the quantity blank, which is 1, or correct it."
    single = f"leave the quantity blank and give {written(amount, style)} as the amount alone"
    if "unit_price" not in given:
        return (
            f"A unit price has at most 6 decimals; {quantity:,f} times {price:f} is {computed:,.2f}.",
            f"Write {nearest} as the amount, or {single}.",
        )
    computable = times(quantity, price_for(amount, quantity)) == amount
    other = "leave the unit price blank, to have it computed from the amount" if computable else single
    return f"Quantity times unit price is {computed:,.2f}.", f"Write {nearest} as the amount, or {other}."


def times(quantity: Decimal, price: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = _DIGITS
        return rounded(quantity * price)


def price_for(amount: Decimal, quantity: Decimal) -> Decimal:
    """The unit price that comes nearest; 0 where there is no quantity."""
    if not quantity:
        return Decimal(0)
    with localcontext() as context:
        context.prec = _DIGITS
        return (amount / quantity).quantize(_PRICE_STEP)


def as_text(number: Decimal) -> str:
    with localcontext() as context:
        context.prec = _DIGITS
        return f"{number.normalize():f}"


def written(number: Decimal, style: Style) -> str:
    """A number as it may be written in the file, so that it cannot be read in two ways."""
    text = f"{number:.2f}"
    return text.replace(".", ",") if style.decimal == "," else text


def number_lines(document: ParsedDocument) -> None:
    """Lines without a number count up from the highest so far; a number twice is a problem."""
    rows: dict[int, int] = {}
    highest = 0
    for line in document.lines:
        number = line.get("line") or highest + 1
        if number in rows:
            sentence = f"Row {rows[number]} has the same line number."
            fix = "Give each line its own number, or leave them all blank."
            document.problems.append(Problem(line["row"], "Line", str(number), sentence, fix))
        rows.setdefault(number, line["row"])
        line["line"] = number
        highest = max(highest, number)
