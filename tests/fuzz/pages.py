"""What pages themselves say can be sent: their forms with the values in them, the parameters of their links, and the
names that views read.

Owns the collecting, so that a new form or parameter is in by itself. Sends nothing.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import lxml.html

ROOT = Path(__file__).parents[2]
READERS = {"get", "getlist"}
HELPERS = {"counted_filter": 2, "filter_group": 2, "pager": 2, "choice": 0}
FILE = object()
Pairs = list[tuple[str, str]]


@dataclass
class Known:
    """What an address is known to take: each form as it stands on a page, its fields of files, and parameters."""

    forms: list[Pairs] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    picked: set[str] = field(default_factory=set)  # fields whose value is chosen and not typed, as every id is
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass
class Collected:
    """By path."""

    known: dict[str, Known] = field(default_factory=dict)

    def of(self, path: str) -> Known:
        return self.known.setdefault(path, Known())

    def read(self, address: str, page: str) -> None:
        """Take what a page says. `address` is its own, to which its links are relative."""
        if "<form" not in page and "<a " not in page:
            return
        tree = lxml.html.fromstring(page)
        for form in tree.forms:
            where = urlsplit(urljoin(address, form.get("action") or address))
            self._form(where.path, form)
            self.of(where.path).parameters.update(parse_qsl(where.query))
        for link in tree.iter("a"):
            where = urlsplit(urljoin(address, link.get("href") or ""))
            if where.query:
                self.of(where.path).parameters.update(parse_qsl(where.query, keep_blank_values=True))

    def _form(self, path: str, form: Any) -> None:
        pairs = [(name, value) for name, value in _values(form) if value is not FILE]
        files = {name for name, value in _values(form) if value is FILE}
        if (form.get("method") or "get").lower() == "get":
            self.of(path).parameters.update(pairs)
            return
        known = self.of(path)
        known.files |= files
        known.picked |= {element.get("name") for element in form.iter("input", "select") if _is_picked(element)}
        if pairs not in known.forms:
            known.forms.append(pairs)


def _is_picked(element: Any) -> bool:
    return element.tag == "select" or element.get("type") in ("hidden", "checkbox", "radio")


def _values(form: Any) -> Iterator[tuple[str, Any]]:
    """Every field with the value that stands in it; of boxes and lists a chosen value, or the first one."""
    for element in form.iter("input", "select", "textarea"):
        name, kind = element.get("name"), element.get("type", "text")
        if not name or name == "csrfmiddlewaretoken":
            continue
        if element.tag == "select":
            options = [each.get("value", "") for each in element.iter("option") if each.get("selected") is not None]
            options += [each.get("value") for each in element.iter("option") if each.get("value")][:1]
            yield name, options[0] if options else ""
        elif element.tag == "textarea":
            yield name, element.text or ""
        elif kind == "file":
            yield name, FILE
        elif kind != "submit":
            yield name, element.get("value", "on" if kind in ("checkbox", "radio") else "")


@cache
def names_in_code() -> tuple[str, ...]:
    """Every name that is read from a query string or a form anywhere, and every field of a form class."""
    found: set[str] = set()
    for path in (path for app in ("accounts", "integrations", "erp_admin") for path in (ROOT / app).rglob("*.py")):
        if not {"sandbox", "intacct", "migrations"} & set(path.parts):
            found |= set(_names(ast.parse(path.read_text())))
    return tuple(sorted(found))


def _names(tree: ast.Module) -> Iterator[str]:
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        name: ast.expr | None = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            if node.func.attr in READERS and _is_query(node.func.value):
                name = node.args[0]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in HELPERS:
            place = HELPERS[node.func.id]
            name = node.args[place] if len(node.args) > place else None
        elif isinstance(node, ast.Subscript) and _is_query(node.value):
            name = node.slice
        elif (
            isinstance(node, ast.Assign) and "forms." in ast.unparse(node.value) and "Field(" in ast.unparse(node.value)
        ):
            name = node.targets[0]
            yield from [name.id] if isinstance(name, ast.Name) else []
            continue
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            yield name.value
        elif isinstance(name, ast.Name) and name.id in constants:
            yield constants[name.id]


def _is_query(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("GET", "POST", "FILES")
