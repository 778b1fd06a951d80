"""A protocol client on the local Intacct, for tests of what becomes of reads and writes when something goes wrong.

Owns the client, its exchanges and pauses, and the questions to the local Intacct. Owns no assertions.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from integrations.intacct import Client, Credentials, Exchange, Query, Sender, eq
from integrations.sandbox.facade import SandboxServer

CLASSES = Query("CLASS", ("RECORDNO", "CLASSID"), page_size=2)
NEW = [("CLASS", {"CLASSID": f"N-{number}", "NAME": "n"}) for number in (1, 2)]


@dataclass
class Practice:
    """A client, what it sent, and how long it paused; no pause takes time."""

    client: Client
    intacct: SandboxServer
    exchanges: list[Exchange] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def fault(self, kind: str, **options: Any) -> None:
        self.intacct.control(do="fault", kind=kind, **options)

    def attempts(self, function: str) -> int:
        return sum(exchange.functions == (function,) for exchange in self.exchanges)

    def logins(self) -> int:
        return int(self.intacct.control(do="stats")["logins"])

    def saved(self) -> int:
        """How many of the new records Intacct has, asked for by a client that no fault strikes."""
        with practice(self.intacct) as other:
            return sum(other.client.count("CLASS", where=eq("CLASSID", fields["CLASSID"])) for _, fields in NEW)


@contextmanager
def practice(intacct: SandboxServer, **options: Any) -> Iterator[Practice]:
    facts = intacct.credentials
    exchanges: list[Exchange] = []
    pauses: list[float] = []
    client = Client(
        **{
            "endpoint": intacct.endpoint,
            "sender": Sender(facts["sender"], facts["sender_password"]),
            "credentials": Credentials(facts["company"], facts["user"], facts["password"]),
            "allowed_hosts": ["127.0.0.1"],
            "observer": exchanges.append,
            "timeout": (2, 5),
            "sleep": pauses.append,
            "jitter": lambda: 1.0,
            **options,
        }
    )
    with client:
        client.open_session()
        yield Practice(client, intacct, exchanges, pauses)
