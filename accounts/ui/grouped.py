"""What a preview keeps of many records: how many fall into each group, and the first of each group to show.

Owns the counting and the limit. Must not know what the groups mean: memory never grows with the number of records.
"""

from collections.abc import Sequence
from typing import Generic, TypeVar

EffectT = TypeVar("EffectT")


class Grouped(Generic[EffectT]):
    """`counts` are of everything that was added, `effects` the first `limit` of each group."""

    def __init__(self, groups: Sequence[str], limit: int) -> None:
        self.limit = limit
        self.counts = dict.fromkeys(groups, 0)
        self.effects: dict[str, list[EffectT]] = {group: [] for group in groups}

    def add(self, group: str, effect: EffectT) -> None:
        """Raises KeyError for a group that was not named at the start."""
        self.counts[group] += 1
        if len(self.effects[group]) < self.limit:
            self.effects[group].append(effect)

    @property
    def chosen(self) -> int:
        return sum(self.counts.values())
