"""How often something may be tried within a while. Counts in the cache; decides nothing about what is tried."""

from django.core.cache import cache


def is_over(what: str, *, most: int, seconds: int) -> bool:
    """Count one more try of `what`; whether there were more than `most` in a window of `seconds`."""
    key = f"throttle:{what}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) > most
    except ValueError:  # the window ended between the two lines: this is the first try of the next one
        cache.set(key, 1, seconds)
        return most < 1
