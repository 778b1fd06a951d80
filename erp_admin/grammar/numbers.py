"""A text as a number, with the currency, the unit and the percent sign that stand beside its digits.

Owns the order of checks and the words of what is wrong. Must not drop a sign or a word it does not understand.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from erp_admin.grammar.beside import Beside, read_beside
from erp_admin.grammar.digits import readings, written
from erp_admin.grammar.measures import ANY, Measure
from erp_admin.grammar.problems import InDoubt, Question, Suggestion, Unreadable
from erp_admin.grammar.style import Mark, Style

_MARKS = {".": "point", ",": "comma"}
_EXACT = re.compile(r"[-+]?[0-9]{1,40}(?:\.[0-9]{1,40})?[eE][-+]?[0-9]{1,2}")


@dataclass(frozen=True)
class Number:
    """`currency` is a code of ISO 4217, or a sign that may be several; `unit` is as written. Blank: none there."""

    value: Decimal
    currency: str = ""
    unit: str = ""
    is_percent: bool = False


def read_number(text: str, style: Style, measure: Measure = ANY) -> Number:
    """The number, within the limits of what it is for. Raises Unreadable; InDoubt where only the style is missing."""
    found = _Reader(style, measure)
    beside = read_beside(text, found.example)
    found.refuse_foreign(beside)
    value = found.value(beside)
    found.refuse_unfit(beside, value)
    return Number(value, beside.currency, beside.unit, beside.is_percent)


def read_certain(text: str, measure: Measure) -> Number:
    """A number that its file marks as one: digits with a point and perhaps an exponent, of which none is lost."""
    found = _EXACT.fullmatch(text.strip())
    if found is None:
        return read_number(text, Style(decimal="."), measure)
    return read_number(f"{Decimal(found[0]):f}", Style(decimal="."), measure)


def marks_of(text: str) -> dict[Mark, Decimal]:
    """The value under each decimal mark that the text allows: one mark proves it, two different values are a doubt."""
    beside = read_beside(text, Suggestion("1", Decimal(1)))
    return {mark: _signed(beside, value) for mark, value in readings(beside.digits).items()}


def _signed(beside: Beside, value: Decimal) -> Decimal:
    return -value if beside.is_negative and value else value


@dataclass(frozen=True)
class _Reader:
    style: Style
    measure: Measure

    @property
    def example(self) -> Suggestion:
        return Suggestion(written(self.measure.example, self.style.decimal), self.measure.example)

    def value(self, beside: Beside) -> Decimal:
        found = readings(beside.digits)
        if not found:
            example = self.example
            sentence = "The digits are not grouped by thousands."
            raise Unreadable(sentence, f"Write it like {example.text}.", [example])
        values = list(found.values())
        if self.style.decimal is not None:
            if self.style.decimal not in found:
                self._refuse_other_mark(beside, values[0])
            return _signed(beside, found[self.style.decimal])
        if values[0] != values[-1]:
            self._ask(beside, found)
        return _signed(beside, values[0])

    def _refuse_other_mark(self, beside: Beside, value: Decimal) -> None:
        assert self.style.decimal is not None  # noqa: S101 - for the type checker
        sentence = f"It is not written with a decimal {_MARKS[self.style.decimal]}, as numbers are here."
        rounded = self._rounded(value)
        self._refuse(sentence, beside, [rounded], "Write {}." if rounded == value else "Write it rounded, as {}.")

    def _ask(self, beside: Beside, found: dict[Mark, Decimal]) -> None:
        """A lone mark before three digits: thousands to one person, decimals to another."""
        mark: Mark = "." if "." in beside.digits else ","
        whole, part = sorted(found.values(), reverse=True)
        texts = (written(_signed(beside, whole), "."), f"{_signed(beside, part):f}")
        rounded = self._rounded(part)
        if not rounded:
            rounded = part
        suggestions = [self._followed(beside, value, mark) for value in (whole, rounded)]
        shown = f"{suggestions[0].text} or {'' if rounded == part else 'rounded '}{suggestions[1].text}"
        sentence = f"This can be read as {texts[0]} or as {texts[1]}."
        raise InDoubt(Question.DECIMAL, texts, sentence, f"Write {shown}.", suggestions)

    def refuse_foreign(self, beside: Beside) -> None:
        """What stands beside the digits must belong to what the number is for."""
        measure, example = self.measure, self.example
        if beside.currency and not measure.takes_currency:
            what = f"A currency does not belong to {measure.noun}."
        elif beside.unit and (not measure.takes_unit or (beside.is_rate and not measure.takes_currency)):
            what = f"“{beside.unit}” does not belong to {measure.noun}."
        elif beside.is_percent and not measure.is_percentage:
            what = f"A percent sign does not belong to {measure.noun}."
        else:
            return
        raise Unreadable(what, f"Write it like {example.text}.", [example])

    def refuse_unfit(self, beside: Beside, value: Decimal) -> None:
        """More digits than are stored, and percentages that are none."""
        measure = self.measure
        if measure.is_percentage and measure is not ANY:
            self._refuse_no_percentage(beside, value)
        if measure.least is not None and value < measure.least:
            sentence = f"{measure.noun[0].upper()}{measure.noun[1:]} is at least {measure.least}."
            raise Unreadable(sentence, f"Write it like {self.example.text}.", [self.example])
        if abs(value) >= Decimal(10) ** measure.whole_digits:
            raise Unreadable("The number is too large.", "Check its digits and the decimal mark.")
        rounded = self._rounded(abs(value))
        if rounded != abs(value):
            if rounded >= Decimal(10) ** measure.whole_digits:
                raise Unreadable("The number is too large.", "Check its digits and the decimal mark.")
            sentence = f"It has more than {measure.places} decimals."
            self._refuse(sentence, beside, [rounded], "Round it, for example to {}.")

    def _refuse_no_percentage(self, beside: Beside, value: Decimal) -> None:
        if not 0 <= value <= 100:
            example = self.example
            raise Unreadable("A percentage is between 0 and 100.", f"Write {example.text} for ten percent.", [example])
        if 0 < value < 1 and not beside.is_percent:
            whole, part = (f"{(value * factor).normalize():f}" for factor in (100, 1))
            self._refuse(
                f"This can be read as {whole} percent or as {part} percent.",
                beside,
                [self._rounded(value * 100), self._rounded(value)],
                "Write {} or {}." if self._rounded(value) == value else "Write {} or, rounded, {}.",
                after="%",
            )

    def _refuse(self, sentence: str, beside: Beside, values: list[Decimal], fix: str, after: str = "") -> None:
        mark = self.style.decimal or (next(iter(found)) if len(found := readings(beside.digits)) == 1 else None)
        suggestions = [self._followed(beside, value, mark, after) for value in values]
        raise Unreadable(sentence, fix.format(*(each.text for each in suggestions)), suggestions)

    def _followed(self, beside: Beside, value: Decimal, mark: Mark | None, after: str = "") -> Suggestion:
        """The text with other digits: what stands beside them stays, so that no currency is lost by following it."""
        return Suggestion(beside.with_digits(written(value, mark) + after), _signed(beside, value))

    def _rounded(self, value: Decimal) -> Decimal:
        unit = Decimal(1).scaleb(-self.measure.places)
        if value.adjusted() >= self.measure.whole_digits + 1:
            return value
        return value if (rounded := value.quantize(unit, ROUND_HALF_UP)) == value else rounded
