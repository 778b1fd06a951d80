"""The clock and the dice of a build: the same times, keys and ids whenever it runs. Part of the builder beside it."""

import os
import random
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

BEGIN = datetime(2026, 6, 1, 14, tzinfo=UTC)


class Clock:
    """The time of the whole process: it goes on by a hundredth of a second each time somebody looks."""

    def __init__(self) -> None:
        self._now = BEGIN

    def now(self) -> datetime:
        self._now += timedelta(milliseconds=10)
        return self._now

    def advance(self, **span: float) -> None:
        self._now += timedelta(**span)


CLOCK = Clock()


class _LikeDatetime(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, datetime)


class Moment(datetime, metaclass=_LikeDatetime):
    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return CLOCK.now().astimezone(tz)


def make_repeatable() -> None:
    """The same times, keys and ids on every build. Call it before anything of the project is imported."""
    from cryptography import fernet

    dice = random.Random(BEGIN.isoformat())
    os.urandom = random._urandom = dice.randbytes  # type: ignore[attr-defined]
    fernet.time = SimpleNamespace(time=lambda: CLOCK.now().timestamp())  # type: ignore[attr-defined]
    timezone.now = CLOCK.now


def set_clock_of_protocol() -> None:
    for name, module in list(sys.modules.items()):
        ours = name.startswith(("integrations.intacct", "integrations.sandbox"))
        if ours and getattr(module, "datetime", None) is datetime:
            module.datetime = Moment  # type: ignore[attr-defined]
