"""Reading from a socket with an end to patience: a request that comes in drop by drop does not hold a thread for ever.

Owns the two limits: how long a connection may be idle, and how long one request may take to arrive.
"""

from __future__ import annotations

import io
import socket
import time

IDLE_SECONDS = 300.0
REQUEST_SECONDS = 60.0


class PatientReader(io.RawIOBase):
    """The bytes of a socket. Raises TimeoutError when the time for the whole request is over, not just for a piece."""

    def __init__(self, connection: socket.socket, request_seconds: float = REQUEST_SECONDS) -> None:
        super().__init__()
        self._connection = connection
        self._request_seconds = request_seconds
        self._deadline: float | None = None

    def next_request(self) -> None:
        """The connection is idle from now on, until the first byte of the next request."""
        self._deadline = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._deadline is None:
            self._connection.settimeout(IDLE_SECONDS)
            count = self._connection.recv_into(buffer)
            self._deadline = time.monotonic() + self._request_seconds
            return count
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("The request took too long to arrive.")
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)
