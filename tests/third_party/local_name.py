"""Resolves the one name the Python clients use to the TLS front, inside the importing process only.

Owns that redirection and the checks the client scripts share. Imports nothing from this project.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from typing import Any

KNOWN = json.loads(os.environ["LOCAL_INTACCT"])
HOST = os.environ["LOCAL_INTACCT_HOST"]
PORT = int(os.environ["LOCAL_INTACCT_PORT"])
_look_up = socket.getaddrinfo


def _here(host: Any, port: Any, *arguments: Any, **options: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if name == HOST:
        return _look_up("127.0.0.1", PORT, *arguments, **options)
    return _look_up(host, port, *arguments, **options)


socket.getaddrinfo = _here


def refused(kind: type[Exception], text: str, call: Callable[[], object]) -> None:
    """The call must raise the client's own error, and the error must carry the gateway's number or words."""
    try:
        call()
    except kind as problem:
        said = f"{problem} {getattr(problem, 'response', '')}"
        assert text in said, f"expected {text!r} in {said!r}"
        return
    raise AssertionError(f"expected {kind.__name__} with {text!r}")
