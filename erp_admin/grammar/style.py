"""How a file or a company writes what can be written in two ways.

Owns the three choices. Must not decide them: a file's are found by `evidence`, a company's are stated.
"""

from dataclasses import dataclass
from typing import Final, Literal

Mark = Literal[".", ","]
# The order in which companies of the United States write dates, where a company has not chosen another.
COMPANY_DAY_FIRST: Final = False


@dataclass(frozen=True)
class Style:
    """None: nothing proves it, and a value that needs it is in doubt.

    `century_from` is the first of the hundred years that a year of two digits may mean.
    """

    decimal: Mark | None = None
    day_first: bool | None = None
    century_from: int | None = None
