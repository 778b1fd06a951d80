"""Every kind of fault there is, declared once: when it strikes, and which values it takes.

Owns the list of kinds. Must not hold any behavior: faults.py, interference.py, traffic.py and others act on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Stage(Enum):
    """When a fault strikes. All but the lasting ones strike a number of requests that match."""

    BEFORE = "before the gateway looks at the request"
    INSTEAD = "the gateway does not see the request; something else answers"
    WITHIN = "while the functions are executed"
    AFTER = "the work is done, and its answer is spoilt"
    LATER = "the answer is lost at once, and the work is done seconds later"
    LASTING = "until reset, or until it is switched off"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault; `takes` are the values it needs or knows beyond `times`, `match` and `nth`."""

    stage: Stage
    takes: tuple[str, ...] = ()
    seconds: float = 0.0


KINDS: dict[str, Kind] = {
    "drop_before": Kind(Stage.BEFORE),
    "slow": Kind(Stage.BEFORE, ("seconds",), seconds=1.0),
    "session_expired": Kind(Stage.BEFORE),
    "429": Kind(Stage.INSTEAD, ("retry_after",)),
    "400": Kind(Stage.INSTEAD),
    "401": Kind(Stage.INSTEAD),
    "502": Kind(Stage.INSTEAD),
    "html": Kind(Stage.INSTEAD),
    "garbage": Kind(Stage.INSTEAD),
    "empty": Kind(Stage.INSTEAD),
    "hostile": Kind(Stage.INSTEAD),
    "offline": Kind(Stage.INSTEAD),
    "try_again": Kind(Stage.WITHIN),
    "partial_create": Kind(Stage.WITHIN, ("keep",)),
    "aborted": Kind(Stage.WITHIN),
    "count_change": Kind(Stage.WITHIN, ("by",)),
    "bad_row": Kind(Stage.WITHIN, ("field", "value", "row")),
    "truncated": Kind(Stage.AFTER),
    "two_roots": Kind(Stage.AFTER),
    "drop_after": Kind(Stage.AFTER),
    "524": Kind(Stage.AFTER),
    "trickle": Kind(Stage.AFTER, ("seconds",), seconds=1.0),
    "drop_late": Kind(Stage.LATER, ("seconds",), seconds=60.0),
    "524_late": Kind(Stage.LATER, ("seconds",), seconds=60.0),
    "permission": Kind(Stage.LASTING, ("object", "operation", "user", "role")),
    "unselectable": Kind(Stage.LASTING, ("object", "field")),
    "spoilt": Kind(Stage.LASTING, ("object", "key", "field", "way")),
    "visibility": Kind(Stage.LASTING, ("seconds",)),
    "latency": Kind(Stage.LASTING, ("seconds", "jitter")),
    "gather": Kind(Stage.LASTING, ("requests", "seconds")),
    "limit": Kind(Stage.LASTING, ("limit", "mode")),
}

PASSING = tuple(name for name, kind in KINDS.items() if kind.stage is not Stage.LASTING)
LASTING = tuple(name for name, kind in KINDS.items() if kind.stage is Stage.LASTING)
