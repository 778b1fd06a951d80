"""A text as a number, with the currency, the unit and the percent sign that stand beside its digits.

Owns the order of checks and the words of what is wrong. Must not drop a sign or a word it does not understand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final, NoReturn

from erp_admin.grammar.beside import Beside, read_beside
from erp_admin.grammar.digits import readings, written
from erp_admin.grammar.measures import ANY, Measure
from erp_admin.grammar.problems import InDoubt, Question, Suggestion, Unreadable
from erp_admin.grammar.style import Mark, Style

_CONTEXT: Final = Context(prec=400)
_MARKS: Final = {".": "point", ",": "comma"}
_EXACT: Final = re.compile(r"[-+]?[0-9]{1,40}(?:\.[0-9]{1,40})?[eE][-+]?[0-9]{1,2}")


@dataclass(frozen=True)
class Number:
    """`currency` is a code of ISO 4217, or a sign that may be several; `unit` is as written. Blank: none there."""

    value: Decimal
    currency: str = ""
    unit: str = ""
    is_percent: bool = False


def read_number(text: str, style: Style, measure: Measure = ANY) -> Number:
    """The number, within the limits of what it is for. Raises Unreadable; InDoubt where only the style is missing."""
    return _Reader(style, measure).read(text)


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
    """Reads one text. Without `advises` nothing is suggested: so a suggestion is followed before it is made."""

    style: Style
    measure: Measure
    advises: bool = True

    def read(self, text: str) -> Number:
        try:
            beside = read_beside(text, self.example)
        except Unreadable as problem:
            if self._working(problem.suggestions) == list(problem.suggestions):
                raise
            self._refuse(problem.sentence, problem.suggestions)
        self._refuse_foreign(beside)
        value = self._value(beside)
        self._refuse_unfit(beside, value)
        return Number(value, beside.currency, beside.unit, beside.is_percent)

    @property
    def example(self) -> Suggestion:
        return Suggestion(written(self.measure.example, self.style.decimal), self.measure.example)

    def _value(self, beside: Beside) -> Decimal:
        found = readings(beside.digits)
        if not found:
            self._refuse("The digits are not grouped by thousands.")
        values = list(found.values())
        if self.style.decimal is not None:
            if self.style.decimal not in found:
                sentence = f"It is not written with a decimal {_MARKS[self.style.decimal]}, as numbers are here."
                self._refuse(sentence, self._rewritten(beside, values, self.style.decimal))
            return _signed(beside, found[self.style.decimal])
        if values[0] != values[-1]:
            self._ask(beside, found)
        return _signed(beside, values[0])

    def _ask(self, beside: Beside, found: dict[Mark, Decimal]) -> NoReturn:
        """A lone mark before three digits: thousands to one person, decimals to another."""
        mark: Mark = "." if "." in beside.digits else ","
        whole, part = sorted(found.values(), reverse=True)
        texts = (written(_signed(beside, whole), "."), f"{_signed(beside, part):f}")
        sentence = f"This can be read as {texts[0]} or as {texts[1]}."
        fix, suggestions = self._advice(self._rewritten(beside, [whole, part], mark))
        raise InDoubt(Question.DECIMAL, texts, sentence, fix, suggestions)

    def _refuse_foreign(self, beside: Beside) -> None:
        """What stands beside the digits must belong to what the number is for."""
        measure = self.measure
        if beside.currency and not measure.takes_currency:
            self._refuse(f"A currency does not belong to {measure.noun}.")
        if beside.unit and (not measure.takes_unit or (beside.is_rate and not measure.takes_currency)):
            self._refuse(f"“{beside.unit}” does not belong to {measure.noun}.", self._alone(beside))
        if beside.is_percent and not measure.is_percentage:
            self._refuse(f"A percent sign does not belong to {measure.noun}.")

    def _refuse_unfit(self, beside: Beside, value: Decimal) -> None:
        """More digits than are stored, and percentages that are none."""
        measure = self.measure
        if measure.is_percentage and measure is not ANY:
            self._refuse_no_percentage(beside, value)
        if measure.least is not None and value < measure.least:
            self._refuse(f"{measure.noun[0].upper()}{measure.noun[1:]} is at least {measure.least}.")
        if abs(value) >= Decimal(10) ** measure.whole_digits:
            raise Unreadable("The number is too large.", "Check its digits and the decimal mark.")
        if self._rounded(value) != value:
            rounded = self._rewritten(beside, [abs(value)], self._mark(beside))
            sentence = f"It has more than {measure.places} decimals." if measure.places else "It is no whole number."
            self._refuse(sentence, rounded, "Round it, for example to")

    def _refuse_no_percentage(self, beside: Beside, value: Decimal) -> None:
        if not 0 <= value <= 100:
            self._refuse("A percentage is between 0 and 100.")
        if 0 < value < 1 and not beside.is_percent:
            whole, part = (f"{(value * factor).normalize():f}" for factor in (100, 1))
            sentence = f"This can be read as {whole} percent or as {part} percent."
            self._refuse(sentence, self._rewritten(beside, [value * 100, value], self._mark(beside), "%"))

    # What to write in its place.

    def _refuse(self, sentence: str, suggestions: Sequence[Suggestion] = (), verb: str = "Write") -> NoReturn:
        fix, working = self._advice(suggestions, verb)
        raise Unreadable(sentence, fix, working)

    def _advice(self, suggestions: Sequence[Suggestion], verb: str = "Write") -> tuple[str, Sequence[Suggestion]]:
        """The suggestions that work when they are followed, in words; without any, an example of what is taken."""
        working = self._working(suggestions)
        if not working:
            return f"Write it like {self.example.text}.", [self.example]
        return f"{verb} {' or '.join(each.text for each in working)}.", working

    def _working(self, suggestions: Sequence[Suggestion]) -> list[Suggestion]:
        return [each for each in suggestions if self.advises and self._is_accepted(each)]

    def _is_accepted(self, suggestion: Suggestion) -> bool:
        try:
            return _Reader(self.style, self.measure, advises=False).read(suggestion.text).value == suggestion.meaning
        except Unreadable:
            return False

    def _alone(self, beside: Beside) -> list[Suggestion]:
        """The number with its currency, where its digits have one reading."""
        values = {_signed(beside, value) for value in readings(beside.digits).values()}
        texts = [f"{written(value, self._mark(beside))} {beside.currency}".strip() for value in values]
        return [Suggestion(text, value) for text, value in zip(texts, values, strict=True)] if len(values) == 1 else []

    def _rewritten(self, beside: Beside, values: list[Decimal], mark: Mark | None, after: str = "") -> list[Suggestion]:
        """The text with other digits: what stands beside them stays, so that no currency is lost by following it."""
        rounded = [self._rounded(value) for value in values]
        return [
            Suggestion(beside.with_digits(written(value, mark) + after), _signed(beside, value)) for value in rounded
        ]

    def _mark(self, beside: Beside) -> Mark | None:
        """The decimal mark of the file, or that of the text itself."""
        found = readings(beside.digits)
        return self.style.decimal or (next(iter(found)) if len(found) == 1 else None)

    def _rounded(self, value: Decimal) -> Decimal:
        unit = Decimal(1).scaleb(-self.measure.places)
        return value.quantize(unit, ROUND_HALF_UP, _CONTEXT)
