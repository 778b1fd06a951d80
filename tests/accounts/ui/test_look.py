"""Tests of what all templates and static files share: icons that exist, no inline code, contrast, a whole manifest.

Owns: promises that hold for every page without opening it.
Must not: need a tenant, a database or a browser.
"""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.staticfiles.finders import FileSystemFinder
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

BASE = Path(configured.BASE_DIR)
STATIC = BASE / "static"
TEMPLATES = sorted((BASE / "templates").rglob("*.html"))
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor/bootstrap-icons/bootstrap-icons.svg").read_text()))
TONES = ["neutral", "info", "progress", "success", "warning", "danger"]
AA_TEXT, AA_SHAPES = 4.5, 3.0


def icons_in_templates() -> set[str]:
    source = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    return set(re.findall(r"""(?:\{% icon |\b(?:action_)?icon=|icon\|default:)["']([a-z0-9-]+)["']""", source))


def icons_of_states() -> set[str]:
    """Every icon written right after a tone, in a ShownState or in a table that one is made from."""
    names = set()
    for package in ["accounts", "integrations", "erp_admin"]:
        for path in (BASE / package).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            if "ShownState" not in source:
                continue
            for node in ast.walk(ast.parse(source)):
                values = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
                words = [value.value if isinstance(value, ast.Constant) else None for value in values]
                names |= {icon for tone, icon in pairwise(words) if tone in TONES and is_icon_name(icon)}
    return names


def is_icon_name(word: object) -> bool:
    return isinstance(word, str) and word not in TONES and bool(re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", word))


def test_every_icon_a_page_names_is_in_the_sprite() -> None:
    assert icons_in_templates() >= {"search", "inbox"}
    assert (icons_in_templates() | icons_of_states()) - ICONS == set()


def test_the_sprite_holds_exactly_the_listed_icons() -> None:
    assert set((STATIC / "vendor/bootstrap-icons/icons.txt").read_text().split()) == ICONS


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(BASE / "templates")))
def test_no_template_carries_what_the_content_policy_forbids(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)


def test_the_manifest_of_our_own_files_is_whole(settings: Any, tmp_path: Path) -> None:
    settings.DEBUG = False
    storage = ManifestStaticFilesStorage(location=str(tmp_path), base_url="/static/")
    found = {}
    for name, source in FileSystemFinder().list([]):
        with source.open(name) as file:
            storage.save(name, file)
        found[name] = (storage, name)
    problems = [result for _, _, result in storage.post_process(found) if isinstance(result, Exception)]
    assert problems == []
    assert storage.url("css/theme.css") != "/static/css/theme.css"


def variables(theme: str) -> dict[str, str]:
    """The colors of one theme: name to #rrggbb."""
    css = (STATIC / "css/theme.css").read_text(encoding="utf-8")
    block = re.search(rf'\[data-bs-theme="{theme}"\] {{\s*color-scheme.*?}}', css, re.S)
    assert block
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block[0]))
    return {
        name: value if len(value) == 7 else "#" + "".join(c * 2 for c in value[1:]) for name, value in found.items()
    }


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT_PAIRS = [
    *((ink, ground) for ink in ["ink", "neutral-ink", "accent"] for ground in ["ground", "surface", "surface-sunk"]),
    *((ink, ground) for ink in ["ink", "neutral-ink", "accent"] for ground in ["surface-raised", "row-hover"]),
    *((ink, "row-selected") for ink in ["ink", "neutral-ink", "accent"]),
    *((f"{tone}-ink", f"{tone}-ground") for tone in TONES),
    *((f"{tone}-ink", ground) for tone in ["danger", "warning"] for ground in ["ground", "surface", "surface-raised"]),
    ("accent-strong", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("bar-ink", "bar"),
    ("bar-soft", "bar"),
]
SHAPE_PAIRS = [(shape, ground) for shape in ["line-strong", "accent"] for ground in ["ground", "surface"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_meet_wcag_aa(theme: str) -> None:
    colors = variables(theme)
    weak = [
        f"{ink} on {ground}: {contrast(colors[ink], colors[ground]):.2f}"
        for pairs, least in [(TEXT_PAIRS, AA_TEXT), (SHAPE_PAIRS, AA_SHAPES)]
        for ink, ground in pairs
        if contrast(colors[ink], colors[ground]) < least
    ]
    white_on_danger = [contrast("#ffffff", colors[name]) for name in ("danger-solid",)]
    assert weak == []
    assert min(white_on_danger) >= AA_TEXT
