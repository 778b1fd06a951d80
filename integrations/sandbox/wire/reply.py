"""One answer on its way out: body, type, status, and a line for the access log without secrets.

Owns no behavior. Must not know how it was made or how it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Reply:
    """What goes back over HTTP. `seconds` is how long its sending is drawn out."""

    body: bytes
    content_type: str = 'text/xml; encoding="UTF-8"'
    status: int = 200
    summary: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
