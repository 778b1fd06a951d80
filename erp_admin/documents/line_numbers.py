"""The numbers of lines in the order in which somebody put them.

Owns when a line keeps its number. Stores nothing.
"""

from collections.abc import Collection, Sequence
from typing import Any

from accounts.refusal import Refused


def number_lines(lines: Sequence[Any], *, fixed: Collection[int], last: int) -> None:
    """Give every line its number: as before while the order is, new lines behind the `last` number ever given.

    Lines whose keys are `fixed` have a place in Intacct: they stand first and as they were. Raises Refused otherwise.
    """
    begin = 0
    highest = 0
    while begin < len(lines) and lines[begin].pk in fixed and lines[begin].number > highest:
        highest = lines[begin].number
        begin += 1
    moved = next((line for line in lines[begin:] if line.pk in fixed), None)
    if moved is not None:
        raise Refused(
            f"Line {moved.number} is in Intacct, where lines keep their order.",
            "Put the lines that are not there yet behind it.",
            code="PUSHED",
        )
    rest = lines[begin:]
    if _keeps_order(rest, highest):
        highest = max(last, highest)
        for line in rest:
            if not line.pk:
                highest += 1
                line.number = highest
    else:
        for number, line in enumerate(rest, start=highest + 1):
            line.number = number


def _keeps_order(lines: Sequence[Any], highest: int) -> bool:
    numbers = [line.number for line in lines if line.pk]
    is_rising = all(before < after for before, after in zip([highest, *numbers], numbers, strict=False))
    return is_rising and not any(line.pk for line in lines[len(numbers) :])
