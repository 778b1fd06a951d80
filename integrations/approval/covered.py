"""What an approval covers, as a digest and as the words for what changed of it.

Pure: owns how values are compared and told. Knows no document type.
"""

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal

from integrations.models import Covered, CoveredValue

_TOLD = 4  # changes that are named; the rest is counted


def digest_of(covered: Covered) -> str:
    """SHA-256 of the canonical text: equal values have one digest, however they are written."""
    canonical = {place: {name: _plain(value) for name, value in values.items()} for place, values in covered.items()}
    return hashlib.sha256(json.dumps(canonical, sort_keys=True).encode()).hexdigest()


def changes(before: Covered, after: Covered) -> list[str]:
    """What differs, each in words a person understands: “total 12,500.00 → 13,000.00”, “line 3 was removed”."""
    return list(_changes(before, after))


def sentence(changed: list[str], what: str = "Approval fell") -> str:
    """The first of the changes, and how many more there are, as the reason why an approval fell or would fall."""
    if not changed:
        return "It is no longer what was approved."
    more = len(changed) - _TOLD
    told = "; ".join(changed[:_TOLD]) + (f"; and {more} more" if more > 0 else "")
    return f"{what}: {told}."


def _changes(before: Covered, after: Covered) -> Iterator[str]:
    for place in {**before, **after}:
        if place not in after:
            yield f"{place} was removed"
        elif place not in before:
            yield f"{place} was added"
        else:
            for name, value in after[place].items():
                was = before[place].get(name)
                if _plain(was) != _plain(value):
                    yield _told(f"{place} {name}".strip(), was, value)


def _told(name: str, was: CoveredValue, value: CoveredValue) -> str:
    if isinstance(was, int) or isinstance(value, int):
        return f"{name} changed"
    return f"{name} {_shown(was)} → {_shown(value)}"


def _plain(value: CoveredValue) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize() + 0:f}"  # so that 1.50 is 1.5, and -0 is 0
    return "" if value is None else str(value)


def _shown(value: CoveredValue) -> str:
    if isinstance(value, Decimal):
        exponent = value.normalize().as_tuple().exponent
        places = max(2, -exponent if isinstance(exponent, int) else 2)
        return f"{value:,.{places}f}"
    return _plain(value) or "none"
