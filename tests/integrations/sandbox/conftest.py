"""One local Intacct per test module, reset before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.sandbox.facade import SandboxServer
from tests.integrations.sandbox.gateway import Caller


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def server(running: SandboxServer) -> SandboxServer:
    running.control(do="reset")
    return running


@pytest.fixture
def caller(server: SandboxServer) -> Caller:
    return Caller(server).log_in()
