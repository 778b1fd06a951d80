"""How any state is shown to a person: one word, one tone, one icon, and the reason where there is one.

Owns: the shape `ShownState` and the tones the style sheet knows.
Must not: know which states exist; each package declares its own beside the state itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

TONES = frozenset({"neutral", "info", "progress", "success", "warning", "danger"})


@dataclass(frozen=True, slots=True)
class ShownState:
    """One state as pages show it.

    value: the stored value, stable in addresses and exports. label: the word people read.
    tone: one of TONES; color only repeats what label and icon say. icon: a name in the vendored icon sprite.
    reason: one short sentence on why, shown beside the label; empty when the label says it all.
    Raises ValueError for an unknown tone or an empty label.
    """

    value: str
    label: str
    tone: str
    icon: str
    reason: str = ""

    def __post_init__(self) -> None:
        if self.tone not in TONES:
            raise ValueError(f"Unknown tone {self.tone!r}; the style sheet knows {', '.join(sorted(TONES))}.")
        if not self.label:
            raise ValueError(f"State {self.value!r} has no label; color or icon alone cannot be read by everybody.")

    def because(self, reason: str) -> ShownState:
        """The same state with another reason."""
        return replace(self, reason=reason)
