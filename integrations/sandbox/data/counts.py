"""Counts since start or reset, for tests that ask what really reached the gateway.

Owns nothing but the numbers. Must not decide anything.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Statistics:
    """How often what was called; changed under the store's lock."""

    requests: int = 0
    logins: int = 0
    failed_logins: int = 0
    functions: Counter[str] = field(default_factory=Counter)
    objects: Counter[str] = field(default_factory=Counter)
