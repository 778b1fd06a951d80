"""`make bench`: install into var/bench, measure, print a table and ratios. Ends with 1 only when a pull goes wrong.

Owns options, installation and output. Must not know what is measured.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import venv
from pathlib import Path

from integrations.sandbox.process import ROOT
from tests.bench.databases import Databases, Postgresql, Sqlite
from tests.bench.pulls import Bench, Measured, PullFailed
from tests.bench.report import as_json, head, line, machine, ratios, shown
from tests.bench.scenarios import QUICK, Sizes, everything

FOLDER = ROOT / "var" / "bench"
REQUIREMENTS = (ROOT / "requirements.txt", Path(__file__).with_name("requirements.txt"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="What a pull costs, as ratios.")
    parser.add_argument("--quick", action="store_true", help="5,000 records at most, for a first look")
    parser.add_argument("--postgres", metavar="URL", default="", help="a server on which databases may be made")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there as well")
    parser.add_argument("--profiles", type=Path, metavar="FOLDER", help="profile our pulls into it, which slows them")
    return parser.parse_args()


def _install() -> Path:
    """The interpreter with the locked packages of the project and what the bench needs besides."""
    python = FOLDER / "venv" / "bin" / "python"
    if not python.exists():
        venv.create(FOLDER / "venv", with_pip=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*install, *(part for path in REQUIREMENTS for part in ("-r", str(path)))], check=True)
    return python


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def main() -> int:
    options = _options()
    FOLDER.mkdir(parents=True, exist_ok=True)
    if options.profiles:
        options.profiles.mkdir(parents=True, exist_ok=True)
    bench = Bench(_install(), options.profiles)
    where = machine()
    _say(", ".join(f"{name} {value}" for name, value in where.items()))
    databases: list[Databases] = [Sqlite(FOLDER)]
    if options.postgres:
        databases.insert(0, Postgresql(options.postgres))
    else:
        _say("Without PostgreSQL: set TEST_DATABASE_URL to a server on which databases may be made.")
    measured: list[Measured] = []
    _say("", head())
    try:
        for one in everything(bench, databases, QUICK if options.quick else Sizes()):
            measured.append(one)
            _say(line(one))
    except PullFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        for kind in databases:
            kind.remove()
    found = list(ratios(measured))
    _say("", f"{len(bench.fields)} fields a vendor: {', '.join(bench.fields)}", "", *shown(found))
    if options.json:
        options.json.write_text(json.dumps(as_json(where, measured, found), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
