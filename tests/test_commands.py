"""Every management command has a test that runs it: computed from the folders, so a new one cannot be forgotten."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from accounts.commands import EXIT_CODES

ROOT = Path(__file__).parent.parent
COMMANDS = sorted(
    path.stem
    for app in ("accounts", "integrations", "erp_admin")
    for path in (ROOT / app / "management" / "commands").glob("*.py")
    if path.stem != "__init__"
)
# What tests run a command with: here, or in a process of its own.
RUNNERS = {"call_command", "command", "as_json", "manage", "run", "start", "ask"}


def _commands_run(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in RUNNERS:
                yield str(node.args[0].value)


def test_each_command_is_run_by_a_test() -> None:
    run: set[str] = set()
    for path in (ROOT / "tests").rglob("*.py"):
        run |= set(_commands_run(ast.parse(path.read_text())))
    assert len(COMMANDS) > 20
    assert [command for command in COMMANDS if command not in run] == []


def test_the_docs_list_the_exit_codes_as_they_are() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    assert [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()] == [
        line for line in text.splitlines() if re.match(r"\| \d \|", line)
    ]
