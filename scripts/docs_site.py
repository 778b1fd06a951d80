"""Lets the docs be one site, as a hook of mkdocs (see mkdocs.yml): `make docs`.

Owns how links between docs/ and the rest of the repository are followed: the pages at its root become pages of the
site, other files are copied into it. Refuses a site that would load anything from elsewhere. Changes no source.
"""

import posixpath
import re
from html.parser import HTMLParser
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
ROOT_PAGES = {
    "README.md": "overview.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
}
COPIES = "repository"  # the folder of the site for files that lie outside docs/
LINK = re.compile(r"(?P<before>\]\()(?P<target>[^)\s#]+)(?P<rest>#[^)\s]*)?\)")
LOADING = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}
LOADED_BY_STYLE = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])(?:https?:)?//[^)'\"]+")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages at the root, and each file that a page links to outside docs/."""
    for name, page in ROOT_PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text()))
    for path in sorted(linked_files(config)):
        target = posixpath.join(COPIES, path)
        if files.get_file_from_path(target) is None:
            kept = InclusionLevel.INCLUDED  # mkdocs would leave out names that begin with a dot
            files.append(File.generated(config, target, abs_src_path=str(ROOT / path), inclusion=kept))
    return files


def linked_files(config: MkDocsConfig) -> set[str]:
    """The files outside docs/ that pages link to, as paths from the root."""
    docs = Path(config.docs_dir)
    pages = [*docs.rglob("*.md"), *(ROOT / name for name in ROOT_PAGES)]
    targets = (within(page.relative_to(ROOT).as_posix(), target) for page in pages for target in links(page))
    outside = {target for target in targets if target and not target.startswith("docs/") and target not in ROOT_PAGES}
    return {target for target in outside if (ROOT / target).is_file()}


def links(page: Path) -> list[str]:
    return [match["target"] for match in LINK.finditer(page.read_text())]


def within(page: str, target: str) -> str:
    """Where a relative link of `page` leads, as a path from the root; "" for an address elsewhere."""
    if "://" in target or target.startswith(("/", "mailto:")):
        return ""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), target))


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Rewrite links that cross the border of docs/; mkdocs itself reports those that lead nowhere."""
    uri = page.file.src_uri
    source = next((name for name, known in ROOT_PAGES.items() if known == uri), f"docs/{uri}")

    def rewritten(match: re.Match[str]) -> str:
        path = within(source, match["target"])
        crosses = source in ROOT_PAGES or not path.startswith("docs/")
        if not path or not crosses:
            return match[0]
        there = ROOT_PAGES.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else f"{COPIES}/{path}")
        target = posixpath.relpath(there, posixpath.dirname(uri) or ".")
        return f"{match['before']}{target}{match['rest'] or ''})"

    return LINK.sub(rewritten, markdown)


class _Loads(HTMLParser):
    """Gathers what a page would load from another host as it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.elsewhere: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "link" and values.get("rel") == "canonical":
            return
        address = values.get(LOADING.get(tag, "")) or ""
        if address.startswith(("http:", "https:", "//")):
            self.elsewhere.append(address)


def loads_from_elsewhere(site: Path) -> list[str]:
    """What the pages and styles of a built site would load from another host."""
    loads = []
    for page in sorted(site.rglob("*.html")):
        parser = _Loads()
        parser.feed(page.read_text())
        loads += [f"{page.relative_to(site)}: {address}" for address in parser.elsewhere]
    for style in sorted(site.rglob("*.css")):
        loads += [f"{style.relative_to(site)}: {match[0]}" for match in LOADED_BY_STYLE.finditer(style.read_text())]
    return loads


def on_post_build(config: MkDocsConfig) -> None:
    loads = loads_from_elsewhere(Path(config.site_dir))
    if loads:
        raise PluginError("The site would load from elsewhere: " + "; ".join(loads))
