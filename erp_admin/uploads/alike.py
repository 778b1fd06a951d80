"""Which of many names share the most pieces of three signs with a given one, so that few are compared in full.

Owns the counting: each piece is a number with a bit for each name that holds it, and a hundred thousand names are
counted by adding such numbers. Pure; knows neither records nor scores.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

_FEW: Final = 64  # names of a piece that are kept one by one, as most pieces are in few names
_TIES: Final = 3  # of names that share as many pieces as the last, so many times the number wanted
_SOME: Final = re.compile(rb"[^\x00]")


def pieces_of(name: str) -> set[str]:
    padded = f" {name} "
    return {padded[place : place + 3] for place in range(len(padded) - 2)}


class AlikeNames:
    """Answers with places in `names`. What `expect` was told of is answered without going through all names again."""

    def __init__(self, names: list[str]) -> None:
        self._names = names
        self._few: dict[str, list[int]] = {}
        self._many: dict[str, int] = {}
        self._counted = 0  # names there were when the pieces were looked up

    def expect(self, asked: Iterable[str]) -> None:
        """Look up the pieces of these names, in one way through all names."""
        if self._counted != len(self._names):
            self._few, self._many, self._counted = {}, {}, len(self._names)
        wanted = set[str]().union(*map(pieces_of, asked)) - self._few.keys() - self._many.keys()
        if not wanted:
            return
        places: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(self._names):
            for piece in pieces_of(name) & wanted:
                places[piece].append(place)
        for piece in wanted:
            found = places.get(piece, [])
            if len(found) > _FEW:
                self._many[piece] = _bits(found, self._counted)
            else:
                self._few[piece] = found

    def most_alike(self, name: str, most: int) -> list[int]:
        """The places of those that share the most pieces, one at least; more than `most` only where they tie."""
        self.expect([name])
        counts: list[int] = []  # the lowest binary digit of all counts, then the next
        for piece in pieces_of(name):
            carried = self._many.get(piece) or _bits(self._few.get(piece, ()), self._counted)
            for digit, count in enumerate(counts):
                if not carried:
                    break
                counts[digit], carried = count ^ carried, count & carried
            if carried:
                counts.append(carried)
        return _places(*_highest(counts, most), most)


def _bits(places: Iterable[int], length: int) -> int:
    bits = bytearray(length // 8 + 1)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")


def _highest(counts: list[int], most: int) -> tuple[int, int]:
    """The names with the highest counts, fewer than `most`, and those that tie for the rest; as bits."""
    sure, open_ones = 0, 0
    for count in counts:
        open_ones |= count
    for count in reversed(counts):
        above = open_ones & count
        if sure.bit_count() + above.bit_count() < most:
            sure, open_ones = sure | above, open_ones & ~count
        else:
            open_ones = above
    return sure, open_ones


def _places(sure: int, ties: int, most: int) -> list[int]:
    """Places of the bits; of many that tie the first."""
    places = list(_set_bits(sure, most))
    return places + list(_set_bits(ties, max(most * _TIES - len(places), 0)))


def _set_bits(bits: int, most: int) -> Iterator[int]:
    """The first places; bytes without any, of which there are thousands, are passed over in C."""
    stored = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    for found in islice(_SOME.finditer(stored), most):
        byte, start = stored[found.start()], found.start() * 8
        for bit in range(8):
            if byte >> bit & 1 and most > 0:
                yield start + bit
                most -= 1
