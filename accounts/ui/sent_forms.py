"""How many forms of a set there are: as many as were sent.

Owns that the number stated beside them is no order to make more. Must not judge what stands in them.
"""

from collections.abc import Iterable
from typing import Any

from accounts.ui.pk import read_pk


class OnlySent:
    """For a set of forms: a thousand empty ones, for forty bytes sent, took most of a minute on a busy machine."""

    def total_form_count(self) -> int:
        forms: Any = self
        stated: int = super().total_form_count()  # type: ignore[misc]
        return min(stated, _sent(forms.data, f"{forms.prefix}-")) if forms.is_bound else stated


def _sent(data: Iterable[str], prefix: str) -> int:
    numbers = (name.removeprefix(prefix).partition("-")[0] for name in data)
    return max((number + 1 for text in numbers if (number := read_pk(text)) is not None), default=0)
