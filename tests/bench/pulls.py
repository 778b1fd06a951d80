"""Runs one pull in a process of its own against the local Intacct, and checks that it stored every record.

Owns how a pull is started and what is known of it afterwards. Raises PullFailed; time is never a reason.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integrations.sandbox.facade import SandboxProcess
from integrations.sandbox.process import ROOT
from tests.bench.databases import Databases

ENV_FILE = ROOT / "var" / "test.env"


class PullFailed(Exception):
    """A pull ended with an error, or did not store what it should."""


@dataclass(frozen=True)
class Measured:
    """What a pull cost. Times in seconds; `requests` is what the gateway counted, sign-in included."""

    what: str
    method: str
    database: str
    records: int
    latency: float
    cpu: float
    server_cpu: float | None
    start_cpu: float
    wall: float
    peak_mb: float
    requests: int
    read: int


@dataclass
class Bench:
    """What all pulls share: the interpreter with the packages of the bench, and where profiles go."""

    python: Path
    profiles: Path | None = None
    fields: tuple[str, ...] = ()

    def prepare(self, intacct: SandboxProcess, databases: Databases) -> None:
        self._run(intacct, databases.prepared, "site", "prepare")

    def learn_clock(self, intacct: SandboxProcess, url: str) -> None:
        self._run(intacct, url, "site", "learn")

    def pull(
        self,
        intacct: SandboxProcess,
        databases: Databases,
        url: str,
        *,
        what: str,
        method: str,
        records: int,
        latency: float = 0.0,
        mode: str = "full",
    ) -> Measured:
        """Pull, and check that there are `records` vendors then. The first one of ours says which fields are read."""
        if latency:
            intacct.control(do="fault", kind="latency", seconds=latency)
        before = intacct.control(do="stats")["requests"]
        argument = mode if method == "own" else json.dumps(self.fields)
        label = f"{what}-{databases.name}-{records}-{latency}".replace(" ", "-").lower()
        facts = self._run(intacct, url, f"pull_{method}", argument, label=label if method == "own" else "")
        requests = intacct.control(do="stats")["requests"] - before
        if latency:
            intacct.control(do="fault", kind="latency", seconds=0)
        if facts["stored"] != records:
            raise PullFailed(f"{what}, {method}, {databases.name}: {facts['stored']} of {records} records were stored.")
        self.fields = self.fields or tuple(facts["fields"])
        return Measured(
            what, method, databases.name, records, latency, facts["cpu"], facts["server_cpu"], facts["start_cpu"],
            facts["wall"], facts["peak_mb"], requests, facts.get("totals", {}).get("read", records),
        )  # fmt: skip

    def _run(self, intacct: SandboxProcess, url: str, module: str, *arguments: str, label: str = "") -> dict[str, Any]:
        known = intacct.credentials
        environment = {
            **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
            "ENV_FILE": str(ENV_FILE),
            "DATABASE_URL": url,
            "INTACCT_ENDPOINT_URL": intacct.endpoint,
            "INTACCT_SENDER_ID": known["sender"],
            "INTACCT_SENDER_PASSWORD": known["sender_password"],
            "INTACCT_ALLOWED_ENDPOINT_HOSTS": "127.0.0.1",
            "BENCH_COMPANY": known["company"],
            "BENCH_USER": known["user"],
            "BENCH_PASSWORD": known["password"],
        }
        if self.profiles and label:
            environment["BENCH_PROFILE"] = str(self.profiles / f"{label}.prof")
        command = [str(self.python), "-m", f"tests.bench.{module}", *arguments]
        ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        if ended.returncode:
            raise PullFailed(f"{module} {' '.join(arguments)[:80]}: {ended.stderr[-2000:]}")
        facts: dict[str, Any] = json.loads(ended.stdout) if ended.stdout else {}
        return facts
