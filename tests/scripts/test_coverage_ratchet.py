"""What the tests reach never falls, and a gain is proposed to be kept."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from scripts.coverage_ratchet import judge, kept

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("total", "floor", "code", "part"),
    [
        ("89.9", "90.0", 1, "below the 90.0 %"),
        ("90.0", "90.0", 0, "90.0 % are kept."),
        ("90.3", "90.0", 0, "90.0 % are kept."),
        ("90.4", "90.0", 0, "set fail_under = 90.1 "),
        ("100", "90.0", 0, "set fail_under = 99.7 "),
    ],
)
def test_the_total_is_held_against_what_is_kept(total: str, floor: str, code: int, part: str) -> None:
    ended, sentence = judge(Decimal(total), Decimal(floor))
    assert ended == code
    assert part in sentence


def test_what_is_proposed_passes_when_it_is_kept() -> None:
    for tenths in range(900, 1001):
        total = Decimal(tenths) / 10
        _, sentence = judge(total, Decimal("80.0"))
        proposed = Decimal(sentence.partition("fail_under = ")[2].split()[0])
        assert judge(total, proposed) == (0, f"Coverage is {total} %; {proposed} % are kept.")


def test_the_figure_is_read_from_the_project(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text("[tool.coverage.report]\nfail_under = 93.4\n")
    assert kept(file) == Decimal("93.4")
    assert 0 < kept(ROOT / "pyproject.toml") <= 100


def test_the_command_fails_below_the_figure() -> None:
    command = [sys.executable, "-m", "scripts.coverage_ratchet", "1.0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "test what this change added" in done.stdout
