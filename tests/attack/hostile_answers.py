"""Every hostile answer in full size, its time and memory measured: `python -m tests.attack.hostile_answers [NAME]`.

Owns the bounds and the table that is printed. Ends with 1 when one of them broke, or when a verdict is another.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from tests.attack import documents
from tests.attack.answers import ATTACKS, Attack
from tests.attack.raw_gateway import RawGateway, raw_gateway
from tests.attack.victim import SECONDS

MOST_MB = 150.0
# The stated time, and what a busy machine may add.
MOST_SECONDS = SECONDS + 2.0
ALL = (ATTACKS, documents)[0]


@dataclass(frozen=True)
class Found:
    """What one attack came to. `wire` is what left the gateway, over all attempts."""

    name: str
    verdict: str
    sentence: str
    seconds: float
    mb: float
    kept_mb: float
    wire: int
    requests: int

    def broken(self, attack: Attack) -> str:
        """Which bound broke, "" for none."""
        if self.mb > MOST_MB:
            return f"more than {MOST_MB:.0f} MB"
        if self.seconds > MOST_SECONDS:
            return f"more than {MOST_SECONDS:.0f} s"
        return "" if self.verdict in attack.verdicts else f"expected {' or '.join(sorted(attack.verdicts))}"


class Victim:
    """The process that asks."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.attack.victim"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, **question: Any) -> dict[str, Any]:
        _pipe(self._process.stdin).write(json.dumps(question) + "\n")
        _pipe(self._process.stdin).flush()
        line = _pipe(self._process.stdout).readline()
        if not line:
            return {"verdict": "died", "sentence": "", "seconds": 0.0, "mb": 0.0, "kept_mb": 0.0}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise RuntimeError("The process was started without pipes.")
    return pipe


@contextmanager
def victim() -> Iterator[Victim]:
    running = Victim()
    try:
        yield running
    finally:
        running.close()


def measure(gateway: RawGateway, running: Victim, name: str, size: float = 1.0, **question: Any) -> Found:
    """Let the client ask, with the answer of this name."""
    attack = ALL[name]
    gateway.prepare(attack, size)
    scheme = "https" if attack.options.get("tls") else "http"
    found = running.ask(endpoint=gateway.endpoint(scheme), **attack.options, **question)
    return Found(name=name, wire=gateway.wire, requests=gateway.requests, **found)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(names: Sequence[str] = ()) -> int:
    """Attack with all of them, or those that hold one of `names`; each client is a new process."""
    broken = 0
    _say(f"{'answer':60} {'on the wire':>12} {'verdict':16} {'seconds':>7} {'MB':>6} {'kept':>6}")
    with raw_gateway() as gateway:
        for name, attack in ALL.items():
            if names and not any(part in name for part in names):
                continue
            with victim() as running:
                found = measure(gateway, running, name)
            why = found.broken(attack)
            broken += bool(why)
            figures = f"{found.wire:12,} {found.verdict:16} {found.seconds:7.2f} {found.mb:6.1f} {found.kept_mb:6.1f}"
            _say(f"{name[:60]:60} {figures} {why and 'BROKEN: ' + why}")
    _say(f"{broken} of the bounds of {MOST_MB:.0f} MB and {MOST_SECONDS:.0f} s, or of the verdicts, broke.")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
