"""`python -m tests.attack [NAME …]`: attack the site in every way the suite has no time for, or in those named.

Owns the list, the order and the exit code: 1 when a bound did not hold, 2 for wrong use, 3 when something was not
checked (0 then with --tolerate-unchecked). Each attack has processes and databases of its own.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable

from tests.attack import load, uploads, workers
from tests.attack.cluster import Cluster
from tests.attack.place import ROOT
from tests.attack.verdict import NotChecked, Verdict

EXIT_BROKEN, EXIT_NOT_CHECKED = 1, 3


def _command(name: str, **variables: str) -> Verdict:
    """An attack that is a command of its own and prints its own table."""
    found = Verdict()
    ended = subprocess.run([sys.executable, "-m", name], cwd=ROOT, env={**os.environ, **variables}, check=False)
    found.expect(ended.returncode == 0, f"{name} ended with {ended.returncode}")
    return found


def answers() -> Verdict:
    """Bombs, drips, depth, encodings and other answers of a gateway that means harm, each with its memory and time."""
    return _command("tests.attack.hostile_answers")


def fairness() -> Verdict:
    """How long a small company waits for a worker while a large one syncs and imports 20,000 projects."""
    with Cluster() as cluster:
        return _command("tests.attack.fairness", TEST_DATABASE_URL=cluster.url)


ATTACKS: dict[str, Callable[[], Verdict]] = {
    "answers": answers,
    "uploads": uploads.uploads,
    "crowd": load.crowd,
    "writers": load.writers,
    "restart": load.restart,
    "fairness": fairness,
    "killed": workers.killed,
    "frozen": workers.frozen,
    "clock": workers.clock,
    "disk": workers.disk,
}


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _run(name: str) -> tuple[bool, bool]:
    """Do one attack and tell of it; whether it held, and whether it was checked."""
    say(f"\n== {name}: {(ATTACKS[name].__doc__ or '').splitlines()[0]}")
    began = time.monotonic()
    try:
        found = ATTACKS[name]()
    except NotChecked as reason:
        say(f"NOT CHECKED: {reason}")
        return True, False
    except (AssertionError, subprocess.SubprocessError, OSError) as error:
        found = Verdict(broken=[f"{type(error).__name__}: {error}"])
    for line in found.figures:
        say(f"   {line}")
    for line in found.broken:
        say(f"   BROKEN: {line}")
    say(f"   {'held' if not found.broken else 'did not hold'}, {time.monotonic() - began:.0f} s")
    return not found.broken, True


def main() -> int:
    parser = argparse.ArgumentParser(prog="make attack", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(ATTACKS)}; all without")
    parser.add_argument("--tolerate-unchecked", action="store_true")
    options = parser.parse_args()
    if unknown := set(options.names) - set(ATTACKS):
        parser.error(f"there is no attack called {', '.join(sorted(unknown))}")
    outcomes = {name: _run(name) for name in options.names or ATTACKS}
    broken = [name for name, (held, _) in outcomes.items() if not held]
    unchecked = [name for name, (_, checked) in outcomes.items() if not checked]
    say(
        f"\n{len(outcomes)} attacks: {len(outcomes) - len(broken) - len(unchecked)} held"
        + "".join(
            f"; {word}: {', '.join(names)}" for word, names in (("broken", broken), ("NOT CHECKED", unchecked)) if names
        )
    )
    if broken:
        return EXIT_BROKEN
    return EXIT_NOT_CHECKED if unchecked and not options.tolerate_unchecked else 0


if __name__ == "__main__":
    sys.exit(main())
