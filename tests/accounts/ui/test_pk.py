"""A primary key in a query string is a key, or it is none: nothing that is typed there reaches a database as it is."""

import ast
from pathlib import Path

import pytest

from accounts.ui.pk import read_pk

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("text", "pk"), [("7", 7), ("0", 0), ("007", 7), ("9" * 18, 10**18 - 1), (12, 12)])
def test_digits_are_a_key(text: object, pk: int) -> None:
    assert read_pk(text) == pk


@pytest.mark.parametrize(
    "text", [None, "", " 7", "7 ", "-7", "+7", "7.0", "1_000", "²", "٣", "x", "7\x00", "9" * 19, "9" * 5000, True]
)
def test_everything_else_is_none(text: object) -> None:
    assert read_pk(text) is None


def test_no_page_reads_keys_its_own_way() -> None:
    """A view, form or selector that looks at digits itself would differ from the others sooner or later."""
    paths = [path for app in ("accounts", "integrations", "erp_admin") for path in (ROOT / app).rglob("*.py")]
    pages = [path for path in paths if {"views", "forms"} & set(path.parts) or path.stem.endswith("selectors")]
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in pages
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("isdigit", "isdecimal", "isnumeric")
    ]
    assert len(pages) > 30
    assert wrong == []
