"""Works done at the same moment, each in a thread with database connections of its own.

Owns the start and the end of the threads. Judges nothing of what they return or raise.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections


def at_the_same_moment(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each returned or raised, in no order."""
    came: list[Any] = []
    line = threading.Barrier(len(works))

    def go(work: Callable[[], Any]) -> None:
        try:
            line.wait()
            came.append(work())
        except Exception as error:
            came.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came
