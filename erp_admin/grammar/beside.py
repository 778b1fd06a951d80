"""What stands beside the digits of a number: signs, brackets, currency, unit, percent; each collected once.

Owns which of them may stand together. Must not read the digits, and must not skip a sign it does not know.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final, NoReturn

from erp_admin.grammar.currencies import SIGNS, agrees, currency_named, narrower
from erp_admin.grammar.digits import readings, written
from erp_admin.grammar.problems import Suggestion, Unreadable
from erp_admin.grammar.signs import SOFT_HYPHEN, is_space, name_of, plain_signs, visible
from erp_admin.grammar.style import Mark
from erp_admin.grammar.units import MAGNITUDES, is_unit

_DIGITS: Final = re.compile("[.,\u066b]?[0-9](?:[0-9.,'_\u066b\u066c ]*[0-9])?[.,\u066b]?")
_BARE: Final = re.compile(r"[0-9][0-9.,]*")
_EXPONENT: Final = re.compile(r"[-+(]*(?P<mantissa>[0-9]+(?:[.,][0-9]*)?)\s?[eE](?P<power>[-+]?[0-9]{1,3})\)?")
_SIGNS: Final = "".join(map(re.escape, SIGNS))
_TOKEN: Final = re.compile(
    rf"(?P<money>(?:[A-Za-z][A-Za-z.]{{0,4}} ?)?[{_SIGNS}]|[{_SIGNS}](?:US|CA|AU|NZ|HK|MX)(?![A-Za-z]))"
    r"|(?P<word>[^\W\d_]+[.]?(?:[²³]|[23](?![0-9.,]))?)|(?P<sign>\S)",
    re.IGNORECASE,
)
_FRACTION: Final = re.compile(r"(?:(?P<whole>[0-9]{1,9}) )?(?P<part>[0-9]{1,4}) ?/ ?(?P<of>[0-9]{1,4})")
_LONGEST: Final = 200
_CREDIT, _DEBIT = ("cr", "credit"), ("dr", "debit")
_PERCENT: Final = ("percent", "pct", "per cent")
# As accounting formats of spreadsheets show a zero: `$ -`.
_ZERO: Final = re.compile(
    rf"(?P<before>[A-Za-z]{{0,3}}\s?[{_SIGNS}]|[A-Za-z]{{3}})\s?-{{1,2}}|-\s?(?P<after>[{_SIGNS}]|[A-Za-z]{{3}})"
)
_NO_VALUE: Final = ("na", "nil", "none", "null", "tbd", "tba", "nic", "various", "included", "incl", "nan", "inf")


@dataclass
class Beside:
    """A number taken apart. `digits` is its text with marks and groups; the rest is what stood beside it."""

    text: str
    start: int
    end: int
    digits: str
    is_negative: bool = False
    currency: str = ""
    unit: str = ""
    is_percent: bool = False
    signs: list[str] = field(default_factory=list)

    @property
    def is_rate(self) -> bool:
        """Whether the unit is what the number is paid for: `$45.00/CY`."""
        return "/" in self.signs

    def with_digits(self, digits: str) -> str:
        return f"{self.text[: self.start]}{digits}{self.text[self.end :]}"


def read_beside(text: str, example: Suggestion) -> Beside:
    """The number taken apart. Raises Unreadable; `example` is shown where there is nothing better to suggest."""
    return _Collector(text, example).collected()


class _Collector:
    def __init__(self, text: str, example: Suggestion) -> None:
        self.example = example
        if len(text) > _LONGEST:
            self.refuse("This is too long for a number.")
        _refuse_soft_hyphen(text)
        self.text = plain_signs(text)
        if self.text.startswith("'") and self.text[1:2] not in ("", "'"):
            self.text = self.text[1:]  # how a text is marked in a spreadsheet

    def refuse(self, sentence: str, fix: str = "") -> NoReturn:
        if fix:
            raise Unreadable(sentence, fix)
        raise Unreadable(sentence, f"Write it like {self.example.text}.", [self.example])

    def refuse_sign(self, found: Beside, sentence: str) -> NoReturn:
        """Where only the sign is not clear, both signs are suggested."""
        values = set(readings(found.digits).values())
        if len(values) != 1:
            self.refuse(sentence)
        (value,) = values
        signed = [Suggestion(f"{written(each, self.mark)} {found.currency}".strip(), each) for each in (-value, value)]
        raise Unreadable(sentence, f"Write {signed[0].text} or {signed[1].text}.", signed)

    @property
    def mark(self) -> Mark:
        return "," if "," in self.example.text else "."

    def _refuse_fraction(self, fraction: Fraction) -> NoReturn:
        value = Decimal(fraction.numerator) / Decimal(fraction.denominator)
        if Fraction(value) != fraction:  # a third has no end
            self.refuse("This is a fraction.")
        meant = Suggestion(written(value, self.mark), value)
        raise Unreadable("This is a fraction.", f"Write {meant.text}.", [meant])

    def collected(self) -> Beside:
        if _BARE.fullmatch(self.text):
            return Beside(self.text, 0, len(self.text), self.text)
        self._refuse_named_forms()
        place = _DIGITS.search(self.text)
        if place is None:
            return self._without_digits()
        found = Beside(self.text, place.start(), place.end(), place[0])
        before, after = self.text[: found.start], self.text[found.end :]
        if found.digits[-1] in ".," and re.fullmatch(r"-{1,2}", after.strip()):
            self.refuse_sign(found, "This can be read as a whole amount or as a negative one.")
        self._take(found, before, is_before=True)
        self._take(found, after, is_before=False)
        self._settle_sign(found)
        return found

    def _refuse_named_forms(self) -> None:
        text = self.text
        if found := _EXPONENT.fullmatch(text):
            self._refuse_exponent(found)
        if found := _FRACTION.fullmatch(text):
            if not int(found["of"]):
                self.refuse("This is a fraction of nothing.")
            self._refuse_fraction(int(found["whole"] or 0) + Fraction(int(found["part"]), int(found["of"])))
        if text.startswith("="):
            self.refuse("This is a formula, not its value.")
        if "‰" in text or "‱" in text:
            self.refuse("This is not written in percent, but in parts of a thousand or ten thousand.")
        if "¢" in text:
            self.refuse("This is written in cents.")
        for sign in "" if text.isascii() else text:
            if not sign.isascii() and sign not in SIGNS and unicodedata.category(sign) in ("No", "Nl"):
                is_part = unicodedata.numeric(sign, 0) % 1 != 0
                if is_part and re.fullmatch(f"[0-9]{{0,9}} ?{sign}", text):
                    part = Fraction(unicodedata.numeric(sign)).limit_denominator(10)
                    self._refuse_fraction(int(text[:-1].strip() or 0) + part)
                if is_part or sign not in "²³":
                    self.refuse(f"{name_of(sign)} is {'a fraction' if is_part else 'no digit'}.")

    def _refuse_exponent(self, found: re.Match[str]) -> NoReturn:
        sentence = "This is written with an exponent, as spreadsheets shorten long numbers; digits may be lost."
        power = int(found["power"])
        value = Decimal(found["mantissa"].replace(",", ".")).scaleb(power) if abs(power) <= 15 else None
        if value is None or value != value.to_integral_value() or value >= 10**10 or not value:
            self.refuse(sentence, "Give the column a format with all digits in the spreadsheet, or type the number.")
        value = -value if self.text.startswith(("-", "(")) else value
        text = f"{value:f}".split(".")[0]
        raise Unreadable(sentence, f"Write {text}, if that is what is meant.", [Suggestion(text, value)])

    def _without_digits(self) -> Beside:
        text = self.text
        if zero := _ZERO.fullmatch(text):
            currency = currency_named(zero["before"] or zero["after"])
            if currency:
                return Beside(text, 0, len(text), "0", currency=currency)
        if text and not text.strip("-"):
            zero_text = Suggestion("0", Decimal(0))
            sentence = "A dash alone can mean zero or nothing."
            raise Unreadable(sentence, "Write 0, or leave the cell blank.", [zero_text])
        if text and not text.strip("#"):
            self.refuse("The spreadsheet's column was too narrow to show the value.", "Widen it, and save again.")
        if "".join(sign for sign in text.casefold() if sign.isalpha()) in _NO_VALUE:
            self.refuse(f"“{text}” is not a number.", "Write the number, or leave the cell blank where it may be.")
        return self.refuse("This is not a number.")

    def _take(self, found: Beside, text: str, *, is_before: bool) -> None:
        """Every token on one side of the digits; a run of words is tried from its longest on."""
        tokens = list(_TOKEN.finditer(text))
        place = 0
        while place < len(tokens):
            token = tokens[place]
            if token.lastgroup != "word":
                self._take_sign(found, token[0], is_before=is_before)
                place += 1
                continue
            last = place
            while last + 1 < len(tokens) and tokens[last + 1].lastgroup == "word":
                last += 1
            while last > place and not self._is_known(text[token.start() : tokens[last].end()]):
                last -= 1
            self._take_word(found, text[token.start() : tokens[last].end()])
            place = last + 1

    @staticmethod
    def _is_known(words: str) -> bool:
        plain = words.casefold().replace(".", "")
        return is_unit(words) or bool(currency_named(words)) or plain in _PERCENT

    def _take_sign(self, found: Beside, sign: str, *, is_before: bool) -> None:
        if currency := currency_named(sign):
            self._take_currency(found, currency)
        elif len(sign) > 1 and sign[-1] in SIGNS:  # LBS $ or USD$: a word and a sign of its own
            self._take_word(found, sign[:-1].strip())
            self._take_currency(found, currency_named(sign[-1]))
        elif sign in "+-" or (sign == "(" and is_before) or (sign == ")" and not is_before):
            found.signs.append(sign)
        elif sign == "%":
            self._take_percent(found)
        elif sign == "/" and not is_before:
            found.signs.append(sign)
        elif sign.isdigit() or sign == "×":
            self.refuse("More than one number stands here.")
        else:
            self.refuse(f"{name_of(sign) if len(sign) == 1 else f'“{sign}”'} does not belong to a number.")

    def _take_word(self, found: Beside, word: str) -> None:
        plain = word.casefold().replace(".", "")
        if plain in _CREDIT:
            found.signs.append("cr")
        elif plain in _DEBIT:
            found.signs.append("+")
        elif plain in _PERCENT:
            self._take_percent(found)
        elif plain == "per" and not found.unit:
            found.signs.append("/")
        elif is_unit(word):  # before currencies: 500 KGS are kilograms, and no money of Kyrgyzstan
            if found.unit:
                self.refuse(f"Two units stand beside the number: {found.unit} and {word}.")
            found.unit = word
        elif currency := currency_named(word):
            self._take_currency(found, currency)
        elif plain in MAGNITUDES:
            self.refuse(f"“{word}” can multiply the number.", "Write the number with all its digits.")
        else:
            self.refuse(f"“{word}” beside the number is neither a known currency nor a known unit.")

    def _take_currency(self, found: Beside, currency: str) -> None:
        if not agrees(found.currency, currency):
            self.refuse(f"Two currencies stand beside the number: {found.currency} and {currency}.")
        found.currency = narrower(found.currency, currency)

    def _take_percent(self, found: Beside) -> None:
        if found.is_percent:
            self.refuse("Two percent signs stand beside the number.")
        found.is_percent = True

    def _settle_sign(self, found: Beside) -> None:
        if "cr" in found.signs and found.currency in ("INR", "Rs"):
            self.refuse("“Cr” can mean a credit or ten million.")
        signs = ["-" if sign == "cr" else sign for sign in found.signs]
        count = {sign: signs.count(sign) for sign in "()+-/"}
        if count["("] != count[")"]:
            sentence = "A bracket is open." if count["("] > count[")"] else "A bracket closes that was not opened."
            self.refuse_sign(found, sentence)
        if count["("] > 1 or count["-"] > 1 or count["+"] > 1:
            self.refuse_sign(found, "The sign of the number stands here twice.")
        if count["+"] and (count["-"] or count["("]):
            self.refuse_sign(found, "The number is marked both as positive and as negative.")
        if count["/"] > 1 or (count["/"] and not found.unit):
            self.refuse("“/” does not belong to a number.")
        found.is_negative = bool(count["("] or count["-"])


def _refuse_soft_hyphen(text: str) -> None:
    """Old programs draw a soft hyphen as a minus: at the ends of a number it is not taken for nothing."""
    if SOFT_HYPHEN not in text:
        return
    bare, _ = visible(text.replace(SOFT_HYPHEN, "-"))
    ends = "".join(sign for sign in bare if not is_space(sign) and sign not in "()" and sign not in SIGNS)
    if ends.startswith("-") or ends.endswith("-"):
        raise Unreadable(
            "A soft hyphen stands beside the number, which some programs show as a minus and others not at all.",
            "Type the value again, with a minus sign where one is meant.",
        )
