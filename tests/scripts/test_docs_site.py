"""The docs as one site: links across the border of docs/ are followed, and nothing is loaded from elsewhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.docs_site import loads_from_elsewhere, within

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("page", "target", "path"),
    [
        ("docs/pushing.md", "smartsync.md", "docs/smartsync.md"),
        ("docs/decisions/0001-x.md", "../pushing.md", "docs/pushing.md"),
        ("docs/operations.md", "../compose.yaml", "compose.yaml"),
        ("README.md", "docs/pushing.md", "docs/pushing.md"),
        ("README.md", "https://example.com/a", ""),
    ],
)
def test_where_a_link_leads(page: str, target: str, path: str) -> None:
    assert within(page, target) == path


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/css">',
        '<img src="http://example.com/x.png">',
        '<iframe src="https://example.com"></iframe>',
    ],
)
def test_what_a_page_would_load_from_elsewhere_is_seen(markup: str, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(f"<html><body>{markup}</body></html>")
    assert len(loads_from_elsewhere(tmp_path)) == 1


@pytest.mark.parametrize("rule", ["@import '//fonts.example/a.css';", "a { background: url(https://example.com/x) }"])
def test_what_a_style_would_load_from_elsewhere_is_seen(rule: str, tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text(rule)
    assert len(loads_from_elsewhere(tmp_path)) == 1


def test_links_that_people_follow_are_allowed(tmp_path: Path) -> None:
    page = '<link rel="canonical" href="https://example.com/"><a href="https://example.com">x</a><img src="x.png">'
    (tmp_path / "index.html").write_text(page)
    (tmp_path / "a.css").write_text("a { background: url(x.png) } b { background: url(data:image/png;base64,AA) }")
    assert loads_from_elsewhere(tmp_path) == []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


class TestTheSite:
    def test_pages_at_the_root_are_part_of_it_and_link_into_it(self, site: Path) -> None:
        assert 'href="import-formats.html"' in (site / "overview.html").read_text()
        assert 'href="decisions/index.html"' in (site / "contributing.html").read_text()

    def test_files_that_pages_link_to_are_copied(self, site: Path) -> None:
        assert 'href="repository/compose.yaml"' in (site / "operations.html").read_text()
        assert (site / "repository/compose.yaml").read_text() == (ROOT / "compose.yaml").read_text()
        assert (site / "repository/.env.example").exists()

    def test_a_link_back_to_the_overview_finds_its_heading(self, site: Path) -> None:
        assert 'href="overview.html#configuration"' in (site / "operations.html").read_text()
        assert 'id="configuration"' in (site / "overview.html").read_text()

    def test_it_loads_nothing_from_elsewhere(self, site: Path) -> None:
        assert list(site.rglob("*.html"))
        assert loads_from_elsewhere(site) == []
