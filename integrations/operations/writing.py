"""Whether the site can store: a tiny row of its own in the database, a small file where uploads pass through.

Owns how often that is tried, so that whoever asks cannot make it write more. Must not raise: that nothing can be
stored is what it is there to say.
"""

import logging
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseProblem
from django.utils import timezone

from integrations.models import Heartbeat

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 15
ROW: Final = "probe"
_SPOOLED_BYTES: Final = 64 * 1024  # more than a file system may keep beside the name of a file


class Trial:
    """One way of storing. The answer of the last try stands for EVERY_SECONDS, in this process."""

    def __init__(self, attempt: Callable[[], str]) -> None:
        self._attempt = attempt
        self._lock = threading.Lock()
        self._tried_at = float("-inf")
        self._problem = ""

    def problem(self) -> str:
        """What kept the last try from storing, with its cause; "" when it stored."""
        with self._lock:
            if time.monotonic() - self._tried_at >= EVERY_SECONDS:
                self._problem = self._attempt()
                self._tried_at = time.monotonic()
                if self._problem:
                    logger.warning("%s", self._problem)
            return self._problem

    def forget(self) -> None:
        """Try again when next asked."""
        self._tried_at = float("-inf")


def _store_row() -> str:
    """Renew this site's row, unless another process did within the time: then storing works."""
    now = timezone.now()
    try:
        if Heartbeat.objects.filter(name=ROW, beat_at__gt=now - timedelta(seconds=EVERY_SECONDS)).exists():
            return ""
        Heartbeat.objects.update_or_create(name=ROW, defaults={"beat_at": now})
    except DatabaseProblem as error:
        return (
            f"The database stores nothing: {str(error).strip().splitlines()[0] if str(error).strip() else 'no cause'}"
        )
    return ""


def _spool_file() -> str:
    """Write where Django puts the files people upload, and remove it again."""
    try:
        with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
            file.write(b"\0" * _SPOOLED_BYTES)
            file.flush()
    except OSError as error:
        return f"Files that are uploaded cannot be kept while they are read: {error.strerror}"
    return ""


row_trial: Final = Trial(_store_row)
spool_trial: Final = Trial(_spool_file)
