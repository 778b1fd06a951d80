"""Asks whether an advisory is known against a locked package: `make audit`.

Owns the verdict: found, none found, or not checked. A package that the database could not be asked about is never
counted as clean. Changes no package and no lock.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The development lock holds the runtime set at the same versions, so one question covers both.
LOCK = ROOT / "requirements-dev.txt"
NONE_FOUND, FOUND, NOT_CHECKED = 0, 1, 3


@dataclass(frozen=True)
class Advisory:
    package: str
    version: str
    key: str
    fixed_in: tuple[str, ...]

    def __str__(self) -> str:
        remedy = f"fixed in {', '.join(self.fixed_in)}" if self.fixed_in else "no fixed version yet"
        return f"{self.package} {self.version}: {self.key}, {remedy}"


@dataclass(frozen=True)
class Report:
    """The answer of the database: how many packages it answered for, which it did not, and its advisories."""

    checked: int
    unchecked: tuple[str, ...] = ()
    advisories: tuple[Advisory, ...] = ()
    failure: str = ""

    @property
    def exit_code(self) -> int:
        if self.advisories:
            return FOUND
        return NOT_CHECKED if self.failure or self.unchecked or not self.checked else NONE_FOUND

    def lines(self) -> Iterable[str]:
        yield from map(str, self.advisories)
        if self.failure:
            yield f"NOT CHECKED: the database of advisories could not be asked. {self.failure}"
        elif self.unchecked:
            names = ", ".join(self.unchecked[:5]) + (", …" if len(self.unchecked) > 5 else "")
            total = self.checked + len(self.unchecked)
            yield f"NOT CHECKED: the database that was asked does not know {len(self.unchecked)} of {total}: {names}"
        elif not self.checked:
            yield "NOT CHECKED: the lock names no package."
        yield f"Packages checked: {self.checked}. Advisories: {len(self.advisories)}."


def read_report(text: str) -> Report:
    """The report that pip-audit wrote as JSON; its own exit code calls a package that it skipped clean."""
    checked, unchecked, advisories = 0, [], []
    for package in json.loads(text)["dependencies"]:
        if "skip_reason" in package:
            unchecked.append(package["name"])
            continue
        checked += 1
        for entry in package["vulns"]:
            fixed = tuple(entry["fix_versions"])
            advisories.append(Advisory(package["name"], package["version"], entry["id"], fixed))
    return Report(checked, tuple(unchecked), tuple(advisories))


def run_audit(lock: Path) -> Report:
    """Have pip-audit ask about what `lock` pins; nothing is installed or resolved."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--requirement", str(lock)]
        options = ["--format", "json", "--output", str(target), "--progress-spinner", "off", "--timeout", "15"]
        # The program is the interpreter that runs this, and the arguments are ours.
        done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)  # noqa: S603
        if target.exists() and (text := target.read_text()):
            return read_report(text)
    last = done.stderr.strip().splitlines()[-1:]
    return Report(0, failure=last[0] if last else f"pip-audit ended with exit code {done.returncode}.")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lock", type=Path, default=LOCK, help="a lock with hashes")
    parser.add_argument("--tolerate-unchecked", action="store_true", help="exit with 0 where nothing could be asked")
    options = parser.parse_args(arguments)
    report = run_audit(options.lock)
    sys.stdout.writelines(f"{line}\n" for line in report.lines())
    if report.exit_code == NOT_CHECKED and options.tolerate_unchecked:
        return NONE_FOUND
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
