"""How often Intacct is asked about one record: pauses that grow, and budgets after which a person or a day decides.

Owns these figures; docs/pushing.md states what they come to in a day. Asks nobody and stores nothing.
"""

from datetime import timedelta

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
RARE_PAUSE = timedelta(days=1)  # once the budget is spent; nothing is put off for longer, whoever asks for it
MOST_TRIES = 20  # sent so often without an answer, a push fails: it is certain then that it did not arrive
MOST_REFUSED_TRIES = 100  # the same for what Intacct did not execute: about four days
MOST_LOOKS = 100  # read so often in vain, about four days: the nightly verification takes over
# What a push waits for wakes it once it is read back; this catches what was linked by hand.
WAIT_PAUSE = timedelta(hours=1)


def grown(times: int) -> timedelta:
    """The pause after so many attempts, the first included."""
    return min(FIRST_PAUSE * (1 << min(max(times - 1, 0), 20)), LONGEST_PAUSE)


def until_repeat(tries: int) -> timedelta:
    """The pause before what did not arrive goes out again: none the first time, as the quarantine was one."""
    return grown(tries - 1) if tries > 1 else timedelta()


def until_next_look(looks: int) -> timedelta:
    """The pause before the next look for a record, or at one, that could not be read so often."""
    return grown(looks) if looks < MOST_LOOKS else RARE_PAUSE


def asked_for(seconds: float | None) -> timedelta | None:
    """The pause that Intacct asks for, as far as it is obeyed."""
    return timedelta(seconds=min(seconds, RARE_PAUSE.total_seconds())) if seconds else None
