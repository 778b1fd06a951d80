"""What a whole file says of how it is written: which cell proves the decimal mark and the order of day and month.

Owns the decisions, made in one pass and in constant memory. Must not read values into documents, and decides nothing
that no cell proves.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from erp_admin.grammar.dates import orders_of, read_date, written_date
from erp_admin.grammar.numbers import marks_of, read_number
from erp_admin.grammar.problems import InDoubt, Unreadable
from erp_admin.grammar.style import Mark, Style

T = TypeVar("T")
_LONGEST_SHOWN: Final = 40
_DOTTED: Final = re.compile(r"\d{1,2}\s?\.\s?\d{1,2}\s?\.\s?\d")


@dataclass(frozen=True)
class Doubt:
    """A cell that can be read in two ways, and both."""

    where: str
    text: str
    readings: tuple[str, str]


@dataclass(frozen=True)
class Decision(Generic[T]):
    """`value` is None where nothing proves it, and where cells contradict one another.

    `because` names the cells that prove it. `doubtful` counts the cells that need it; `example` is the first of them.
    """

    value: T | None = None
    because: str = ""
    is_contradicted: bool = False
    example: Doubt | None = None
    doubtful: int = 0

    @property
    def is_open(self) -> bool:
        """Whether somebody has to be asked."""
        return self.value is None and (self.doubtful > 0 or self.is_contradicted)


@dataclass(frozen=True)
class Decisions:
    decimal: Decision[Mark]
    day_order: Decision[bool]
    century: Decision[int]

    @property
    def style(self) -> Style:
        return Style(self.decimal.value, self.day_order.value, self.century.value)


@dataclass
class _Tally(Generic[T]):
    """The first proof of each value, and the first doubt."""

    proofs: dict[T, str] = field(default_factory=dict)
    example: Doubt | None = None
    doubtful: int = 0

    def prove(self, value: T, where: str, text: str) -> None:
        if value not in self.proofs:
            self.proofs[value] = f"{where} shows “{_shown(text)}”"

    def doubt(self, where: str, text: str, read: Callable[[], object]) -> None:
        """`read` raises the doubt with both readings; only that of the first is asked for."""
        self.doubtful += 1
        if self.example is None:
            try:
                read()
            except InDoubt as doubt:
                self.example = Doubt(where, _shown(text), doubt.readings)
            except Unreadable:
                self.doubtful -= 1

    def decided(self) -> Decision[T]:
        proofs = list(self.proofs.items())
        value = proofs[0][0] if len(proofs) == 1 else None
        because = ", but ".join(proof for _, proof in proofs)
        sentence = f"{because[0].upper()}{because[1:]}." if because else ""
        return Decision(value, sentence, len(proofs) > 1, self.example, self.doubtful)


class Evidence:
    """Sees the texts of a file one by one. Cells of which the file itself says what they are, are not shown to it.

    `where` names a cell as people find it: `row 7, Amount`.
    """

    def __init__(self) -> None:
        self._decimal: _Tally[Mark] = _Tally()
        self._day_order: _Tally[bool] = _Tally()
        self._century: _Tally[int] = _Tally()
        self.has_dotted_doubt = False  # a date in doubt is written with points, as hardly anybody in the States does

    def see_number(self, text: str, where: str) -> None:
        try:
            found = marks_of(text)
        except Unreadable:
            return
        if len(found) == 1:
            self._decimal.prove(next(iter(found)), where, text)
        elif len(found) == 2 and found["."] != found[","]:
            self._decimal.doubt(where, text, lambda: read_number(text, Style()))

    def see_date(self, text: str, where: str) -> None:
        written = written_date(text)
        if written is None:
            return
        orders = orders_of(written)
        if written.is_open and len(orders) == 1 and not written.may_begin_with_year:
            self._day_order.prove(next(iter(orders)), where, text)
        elif len(set(orders.values())) == 2:
            self.has_dotted_doubt = self.has_dotted_doubt or _DOTTED.search(text) is not None
            self._day_order.doubt(where, text, lambda: read_date(text, Style(century_from=1950)))
        if written.is_short and orders:
            order = next(iter(orders))
            self._century.doubt(where, text, lambda: read_date(text, Style(day_first=order)))

    def decided(self) -> Decisions:
        return Decisions(self._decimal.decided(), self._day_order.decided(), self._century.decided())


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
