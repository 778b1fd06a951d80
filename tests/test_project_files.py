"""What a stranger meets first is complete: jobs, docs, decisions, workflow and hooks name each other rightly."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
DECISIONS = DOCS / "decisions"
# The pages at the root of the repository, as the site names them; scripts/docs_site.py makes them part of it.
ROOT_PAGES = {
    "README.md": "overview.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
}
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
CALLED = re.compile(r"(?m)^\s*(?:- run: )?make ([a-z-]+)")


def text(path: str) -> str:
    return (ROOT / path).read_text()


def targets() -> dict[str, str]:
    """Every job of the Makefile that `make help` lists, with what it says."""
    return dict(re.findall(r"(?m)^([a-z-]+):.*?## (.+)$", text("Makefile")))


def workflow() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(text(".github/workflows/ci.yml"))
    return read


def pages_of(entry: Any) -> list[str]:
    """The pages of a part of the navigation, in order."""
    if isinstance(entry, str):
        return [entry]
    if isinstance(entry, dict):
        return [page for value in entry.values() for page in pages_of(value)]
    return [page for value in entry for page in pages_of(value)]


def test_every_job_is_listed_by_make_help() -> None:
    declared = set(re.findall(r"(?m)^\.PHONY: (.+)$", text("Makefile")))
    assert declared
    assert declared == set(targets())


def test_every_job_is_described_in_the_docs() -> None:
    pages = [*(ROOT / name for name in ROOT_PAGES), *DOCS.rglob("*.md")]
    prose = "\n".join(page.read_text() for page in pages)
    described = set(re.findall(r"\bmake\s([a-z-]+)", prose))
    listed_by_themselves = {"help", "lock", "clean"}
    assert set(targets()) - described - listed_by_themselves == set()


def test_the_docs_name_no_job_that_does_not_exist() -> None:
    pages = [*(ROOT / name for name in ROOT_PAGES), *DOCS.rglob("*.md")]
    named = {(page.name, name) for page in pages for name in re.findall(r"(?m)(?:`|^)make ([a-z-]+)", page.read_text())}
    assert {(page, name) for page, name in named if name not in targets()} == set()


def test_every_page_is_in_the_navigation_once() -> None:
    # Not read with yaml: the settings of mkdocs may hold tags of its own.
    navigation = pages_of(yaml.safe_load(text("mkdocs.yml").partition("\nnav:")[2]))
    pages = [page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")]
    assert sorted(navigation) == sorted([*pages, *ROOT_PAGES.values()])


def test_the_index_links_every_page() -> None:
    linked = {(DOCS / target).resolve() for target in LINK.findall(text("docs/index.md"))}
    pages = {page.resolve() for page in DOCS.glob("*.md")} | {(ROOT / name).resolve() for name in ROOT_PAGES}
    assert pages - linked == {(DOCS / "index.md").resolve()}


def test_decisions_are_numbered_without_a_gap_and_listed_with_their_titles() -> None:
    records = sorted(path for path in DECISIONS.glob("*.md") if path.name != "index.md")
    index = re.findall(r"(?m)^\| (\d+) \| \[(.+?)\]\((.+?)\) \| (\w+)", text("docs/decisions/index.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    heads = [re.match(r"# (\d+)\. (.+)\n\nStatus: (\w+)", path.read_text()) for path in records]
    assert [(head[1], head[2], path.name, head[3]) for head, path in zip(heads, records, strict=True) if head] == index


@pytest.mark.parametrize("part", ["Context", "Decision", "Consequences"])
def test_a_decision_has_all_its_parts(part: str) -> None:
    without = [path.name for path in DECISIONS.glob("0*.md") if f"\n## {part}\n" not in path.read_text()]
    assert list(DECISIONS.glob("0*.md"))
    assert without == []


def test_the_workflow_and_the_local_run_call_jobs_that_exist() -> None:
    steps = [step.get("run", "") for job in workflow()["jobs"].values() for step in job["steps"]]
    called = {name for step in steps for name in CALLED.findall(step)}
    local = set(CALLED.findall(text(".ci/run")))
    assert called <= set(targets())
    assert local <= set(targets())
    suite = {"test", "coverage"}  # coverage is the suite on SQLite, measured
    assert called & suite
    assert local & suite
    assert called - suite == local - suite


def test_the_workflow_tests_on_a_database_of_this_host() -> None:
    """The suite reaches loopback only."""
    job = workflow()["jobs"]["postgres"]
    assert job["services"]["postgres"]["ports"] == ["127.0.0.1:5432:5432"]
    assert "@127.0.0.1:5432/" in job["env"]["TEST_DATABASE_URL"]


def test_hooks_run_locked_tools_and_need_no_network() -> None:
    config = yaml.safe_load(text(".pre-commit-config.yaml"))
    locked = set(re.findall(r"(?m)^([a-z][\w-]*)(?:\[\w+\])?>=", text("requirements-dev.in")))
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    for hook in config["repos"][0]["hooks"]:
        assert hook["language"] == "system"
        program = re.search(r"\.venv/bin/([\w-]+)", hook["entry"])
        assert program, hook["id"]
        assert program[1] in locked | {"python"}


def test_what_make_lint_runs_is_a_hook_too() -> None:
    job = text("Makefile").partition("\nlint:")[2].partition("\n\n")[0]
    tools = set(re.findall(r"\$\(BIN\)/(\w+)", job))
    hooks = text(".pre-commit-config.yaml")
    assert tools
    assert {tool for tool in tools if f".venv/bin/{tool} " not in f"{hooks} ".replace("\n", " ")} == set()


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in"])
def test_every_package_has_a_reason_and_is_locked(name: str) -> None:
    lines = [line for line in text(name).splitlines() if line and not line.startswith(("#", "-"))]
    lock = text(name.replace(".in", ".txt"))
    assert lines
    for line in lines:
        package = re.match(r"[\w-]+", line)
        assert package
        assert re.search(r"  # \S+", line), f"{package[0]} has no reason"
        assert re.search(rf"(?mi)^{package[0]}(\[.*?\])?==", lock), f"{package[0]} is not locked"


def test_the_license_is_the_one_that_is_declared() -> None:
    assert tomllib.loads(text("pyproject.toml"))["project"]["license"] == "Apache-2.0"
    assert re.match(r"\s+Apache License\s+Version 2\.0, January 2004", text("LICENSE"))


def test_the_changelog_begins_with_what_is_unreleased_and_ends_at_the_declared_version_or_below() -> None:
    heads = re.findall(r"(?m)^## (\S+)", text("CHANGELOG.md"))
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    released = [tuple(map(int, head.split("."))) for head in heads[1:]]
    assert heads[0] == "Unreleased"
    assert heads[1] == version
    assert all(newer > older for newer, older in pairwise(released))


def test_raw_sql_stays_where_it_was_decided() -> None:
    """docs/decisions/0005: the mirror's store, the lock of a list, the index of words, the copy of an SQLite file."""
    users = {
        path.name
        for package in ("accounts", "config", "erp_admin", "integrations")
        for path in (ROOT / package).rglob("*.py")
        if not {"migrations", "sandbox"} & set(path.parts)
        and re.search(r"\.cursor\(|\bRawSQL\b|\.raw\(|\.extra\(", path.read_text())
    }
    assert users == {"store.py", "backup.py", "taken.py", "search_index.py"}
