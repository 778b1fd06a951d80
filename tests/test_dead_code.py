"""Nothing is defined that nobody uses: a function kept alive by its tests alone is read, maintained and never run."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
APPS = ("accounts", "integrations", "erp_admin", "config", "scripts")
# Defined for the next person, each with its reason.
ALLOWED = {
    "SandboxServer": "the local Intacct started by tests and tools of others",
    "lt": "an operator of Intacct's queries; the set is whole",
    "ne": "an operator of Intacct's queries; the set is whole",
    "not_in": "an operator of Intacct's queries; the set is whole",
    "not_like": "an operator of Intacct's queries; the set is whole",
    "on_files": "a hook that mkdocs calls",
    "on_page_markdown": "a hook that mkdocs calls",
    "on_post_build": "a hook that mkdocs calls",
    "Facade": "the shape of a module that may be absent",
}


def _sources() -> list[tuple[Path, ast.Module]]:
    paths = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return [(path, ast.parse(path.read_text())) for path in [*paths, ROOT / "manage.py"]]


def _words_in_use(tree: ast.Module) -> Iterator[str]:
    """Names read, attributes, and words of short texts such as dotted paths; neither imports nor `__all__`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            yield from re.findall(r"\w+", node.value[:200])


def _defined(path: Path, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Functions and classes of a module and properties of its classes; what a decorator registers is left out."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.decorator_list:
            yield node.name, f"{path.relative_to(ROOT)}:{node.lineno}"
        for part in node.body if isinstance(node, ast.ClassDef) else ():
            is_property = isinstance(part, ast.FunctionDef) and any(
                isinstance(each, ast.Name) and each.id == "property" for each in part.decorator_list
            )
            if isinstance(part, ast.FunctionDef) and is_property:
                yield part.name, f"{path.relative_to(ROOT)}:{part.lineno}"


def test_everything_that_is_defined_is_used() -> None:
    sources = _sources()
    used = {word for _, tree in sources for word in _words_in_use(tree)}
    for path in (ROOT / "templates").rglob("*.*"):
        used |= set(re.findall(r"\w+", path.read_text()))
    unused = {
        f"{where} {name}"
        for path, tree in sources
        if not {"migrations", "commands", "apps.py"} & set(path.parts)  # Django finds these by their place
        for name, where in _defined(path, tree)
        if name not in used and name not in ALLOWED
    }
    assert unused == set()
