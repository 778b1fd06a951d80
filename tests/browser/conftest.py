"""Chromium and the live site. The site answers in threads of its own, so SQLite tests on a file, not in memory."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, sync_playwright

from tests.browser.person import Visitor

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> None:
    """A copy of the migrated file: in memory, all threads would share one connection and each other's transactions."""
    database = connections["default"].settings_dict
    if database["ENGINE"].endswith("sqlite3"):
        file = tmp_path_factory.mktemp("browser") / "site.sqlite3"
        shutil.copyfile(migrated_file, file)
        database["TEST"]["NAME"] = str(file)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Django migrates what it finds, which is the copy."""
    return connections["default"].vendor == "sqlite"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("The browser tests need chromium on the PATH (Debian: apt-get install chromium).")
    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def visit(chromium: Browser, live_server: Any, settings: Any) -> Iterator[Callable[[], Visitor]]:
    """Opens a browser window for somebody. At the end no page may have given cause for complaint."""
    settings.SITE_URL = live_server.url
    visitors: list[Visitor] = []

    def visit() -> Visitor:
        visitors.append(Visitor(chromium, live_server.url))
        return visitors[-1]

    yield visit
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    for visitor in visitors:
        visitor.close()
    assert not complaints, "\n".join(complaints)
