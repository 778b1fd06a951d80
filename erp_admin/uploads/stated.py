"""How a file is to be read where it can be read in two ways: what was stated, and what the reader found and decided.

Owns these types. Decides nothing itself and reads no file.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from erp_admin.grammar.evidence import Decisions
from erp_admin.grammar.style import Style

_SHOWN_RUNS: Final = 8


class Hidden(StrEnum):
    """What becomes of rows and columns that a sheet does not show."""

    ASK = "ask"
    LEAVE_OUT = "leave out"
    INCLUDE = "include"


@dataclass(frozen=True)
class StatedReading:
    """What a person stated, or the file itself did. What is not stated is decided from the file, or asked for."""

    decimal: Literal[".", ","] | None = None
    day_first: bool | None = None
    century_from: int | None = None
    hidden: Hidden = Hidden.ASK


@dataclass(frozen=True)
class HiddenFound:
    """What the sheet hides below its header: `rows` by their numbers, `columns` by their headers. `choice` as stated.

    While the choice is `ASK`, the documents that hidden rows or cells belong to have a problem that says so.
    """

    choice: Hidden = Hidden.ASK
    rows: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rows or self.columns)

    @property
    def is_open(self) -> bool:
        """Whether somebody has to say what becomes of them."""
        return bool(self) and self.choice is Hidden.ASK

    @property
    def places(self) -> str:
        """Where, in words: `rows 4 to 9 and 14, column “Notes”`."""
        columns = "columns" if len(self.columns) > 1 else "column"
        named = ", ".join(f"“{label}”" for label in self.columns)
        parts = [in_runs(self.rows)] if self.rows else []
        return ", ".join([*parts, f"{columns} {named}"] if self.columns else parts)


@dataclass(frozen=True)
class ReadingDecisions:
    """How the file was read: `style` as used, `values` what its cells prove, `hidden` what its sheet does not show.

    `day_order_by_convention`: no cell proves the order of day and month, so that of the company holds.
    """

    style: Style
    values: Decisions
    hidden: HiddenFound = field(default_factory=HiddenFound)
    day_order_by_convention: bool = False


def in_runs(numbers: tuple[int, ...]) -> str:
    """Row numbers as people say them: `row 4`, `rows 4 to 9 and 14`; a long list ends with how many more there are."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    shown = [f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs[:_SHOWN_RUNS]]
    if len(runs) > _SHOWN_RUNS:
        rest = sum(run[-1] - run[0] + 1 for run in runs[_SHOWN_RUNS:])
        shown.append(f"{rest:,} more")
    word = "row" if len(numbers) == 1 else "rows"
    return f"{word} {', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else f"{word} {shown[0]}"
