"""What an attack found: whether the site held, and the figures.

Owns no attack. NOT CHECKED is a verdict of its own, and not a good one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


class NotChecked(Exception):
    """Something that the attack needs is not there; says what."""


@dataclass
class Verdict:
    """Figures as they are told, and each bound that did not hold, in words."""

    figures: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def tell(self, line: str) -> None:
        self.figures.append(line)

    def expect(self, holds: bool, otherwise: str) -> None:
        """Keep `otherwise` as a bound that did not hold."""
        if not holds:
            self.broken.append(otherwise)


def percentile(seconds: Sequence[float], share: float) -> float:
    """The value below which `share` of all lie; 0 of none."""
    ranked = sorted(seconds)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))] if ranked else 0.0
