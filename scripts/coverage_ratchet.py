"""Holds what the tests reach at the figure in pyproject.toml: the last step of `make coverage`.

Owns the comparison and the sentence that says how to raise the figure. Measures nothing and edits no file.
"""

import subprocess
import sys
import tomllib
from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Random order and real processes move the total by this much from run to run.
SPREAD = Decimal("0.3")
STEP = Decimal("0.1")


def kept(pyproject: Path) -> Decimal:
    """The figure below which the total must not fall."""
    return Decimal(str(tomllib.loads(pyproject.read_text())["tool"]["coverage"]["report"]["fail_under"]))


def judge(total: Decimal, floor: Decimal) -> tuple[int, str]:
    """The exit code, and what to do."""
    if total < floor:
        return 1, f"Coverage is {total} %, below the {floor} % that are kept: test what this change added."
    proposed = (total - SPREAD).quantize(STEP, rounding=ROUND_DOWN)
    if proposed <= floor:
        return 0, f"Coverage is {total} %; {floor} % are kept."
    return 0, (
        f"Coverage is {total} %; only {floor} % are kept. Keep the gain: set fail_under = {proposed} "
        "under [tool.coverage.report] in pyproject.toml."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    if given:
        total = Decimal(given[0])
    else:
        # The program is the interpreter that runs this, and the arguments are ours.
        command = [sys.executable, "-m", "coverage", "report", "--format=total", "--fail-under=0"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            sys.stderr.write(f"Nothing to compare: {done.stdout.strip() or done.stderr.strip()}\n")
            return 2
        total = Decimal(done.stdout.strip())
    code, sentence = judge(total, kept(ROOT / "pyproject.toml"))
    sys.stdout.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
