"""The local Intacct that the tests of one process share, started by the first that needs it.

Owns what it is started with, and whether it still holds its seed. Tests of its faults start one of their own.
"""

from typing import Any

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
