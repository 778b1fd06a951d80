"""What a function handler is given: the company, the user, the entity it works in, and the frame of its request.

Owns no behavior beyond small conveniences. Must not outlive one request.
"""

from __future__ import annotations

from dataclasses import dataclass

from integrations.sandbox.data.sessions import Session, Sessions
from integrations.sandbox.data.store import Company
from integrations.sandbox.data.tables import EVERYTHING
from integrations.sandbox.wire.envelope import FunctionCall


@dataclass(slots=True, repr=False)
class Context:
    """One function at work. `session` is None when the request signed in itself; `bare` replaces the whole answer."""

    call: FunctionCall
    company: Company
    sessions: Sessions
    session: Session | None
    senderid: str
    user: str
    entity: str
    endpoint: str
    address: str
    bare: tuple[str, bytes] | None = None

    def scope(self, showprivate: bool = False) -> str:
        """Which rows are visible: an entity sees shared rows and its own, the top level shared rows unless it asks."""
        if self.entity:
            return self.entity
        return EVERYTHING if showprivate else ""
