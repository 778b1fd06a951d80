"""The local Intacct that the tests of one process share, started by the first that needs it.

Owns what it is started with, and whether it still holds its seed. Tests of its faults start one of their own.
"""

from typing import Any

import pytest

from integrations.gateway import client as gateway
from integrations.intacct import SessionCache
from integrations.sandbox.facade import SandboxServer

_READS = {"stats", "wait"}


class LocalIntacct(SandboxServer):
    """Knows whether anything was changed behind its users' backs since it was last reset."""

    is_as_seeded = False

    def control(self, **command: Any) -> dict[str, Any]:
        answer = super().control(**command)
        self.is_as_seeded = command["do"] == "reset" or (self.is_as_seeded and command["do"] in _READS)
        return answer


LOCAL = LocalIntacct(seed="demo", control=True)


def begin_with_the_seed(server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The local Intacct as freshly started, nobody signed in, and no pauses between attempts."""
    server.control(do="reset")
    monkeypatch.setattr(gateway, "SESSIONS", SessionCache())
    monkeypatch.setattr(gateway, "PAUSE", lambda seconds: None)


def settings_for(server: SandboxServer) -> dict[str, Any]:
    """The settings that point at a local Intacct."""
    facts = server.credentials
    return {
        "INTACCT_ENDPOINT_URL": server.endpoint,
        "INTACCT_SENDER_ID": facts["sender"],
        "INTACCT_SENDER_PASSWORD": facts["sender_password"],
        "INTACCT_ALLOWED_ENDPOINT_HOSTS": ["127.0.0.1"],
    }
