"""Numbers in words, so that nobody has to know which mark of “1.234” or “1,234” is the decimal one.

Pure; takes plain decimals and never raises for one.
"""

from typing import Final

_BELOW_TWENTY: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_GROUPS: Final = ("", " thousand", " million", " billion", " trillion")


def spoken(number: str) -> str:
    """The words of a decimal such as `1234.5`: one thousand two hundred thirty-four point five."""
    sign, digits = ("minus ", number[1:]) if number.startswith("-") else ("", number)
    whole, _, part = digits.partition(".")
    if not whole.isdecimal() or len(whole) > 3 * len(_GROUPS) or (part and not part.isdecimal()):
        return number
    point = " point " + " ".join(_BELOW_TWENTY[int(digit)] for digit in part) if part else ""
    return f"{sign}{_whole(int(whole))}{point}"


def _whole(number: int) -> str:
    if number == 0:
        return _BELOW_TWENTY[0]
    words = []
    for place in reversed(range(len(_GROUPS))):
        group = number // 1000**place % 1000
        if group:
            words.append(f"{_below_thousand(group)}{_GROUPS[place]}")
    return " ".join(words)


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{_BELOW_TWENTY[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        words.append(_TENS[tens] + (f"-{_BELOW_TWENTY[ones]}" if ones else ""))
    elif rest:
        words.append(_BELOW_TWENTY[rest])
    return " ".join(words)
