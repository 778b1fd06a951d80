"""How often an invitation may be tried within a while. Decides nothing about what is tried; accounts.slowing counts."""

from accounts.slowing import Counter, Pace, seconds_to_wait


def is_over(what: str, *, most: int, seconds: int) -> bool:
    """Count one more try of `what`; whether there were `most` before, with no pause of `seconds` since."""
    return seconds_to_wait([Counter(what, Pace(most, first=seconds, longest=seconds, forget=seconds))]) > 0
