"""Starting the local Intacct for tests and the demo: as a process of its own, or in a thread for speed.

Owns start, readiness and stop. Both ways talk over a real socket; neither may share memory with its caller.
"""

from __future__ import annotations

import json
import selectors
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from integrations.sandbox.control import Control
from integrations.sandbox.data.sessions import DEFAULT_SECONDS, Sessions
from integrations.sandbox.gateway import Gateway
from integrations.sandbox.inbox import Reception
from integrations.sandbox.seed import build_store, credentials
from integrations.sandbox.server import CONTROL_PATH, GatewayServer
from integrations.sandbox.wire.deadline import REQUEST_SECONDS

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 10.0


class StartError(RuntimeError):
    """The local Intacct did not become ready; the text holds what it said."""


class _Controlled:
    """What both ways share: the address, the credentials and the control commands."""

    endpoint: str = ""
    credentials: dict[str, Any]

    def control(self, **command: Any) -> dict[str, Any]:
        """Send one control command, for example `control(do="reset")`. Raises urllib.error.HTTPError when refused."""
        parts = urlsplit(self.endpoint)
        request = urllib.request.Request(  # noqa: S310 - the address is our own http endpoint
            f"{parts.scheme}://{parts.netloc}{CONTROL_PATH}",
            data=json.dumps(command).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            result: dict[str, Any] = json.loads(answer.read())
            return result


class SandboxProcess(_Controlled):
    """The local Intacct as a child process; use it as a context manager, or call start and stop."""

    def __init__(
        self,
        port: int = 0,
        seed: str = "demo",
        control: bool = True,
        state: Path | str | None = None,
        python: str = sys.executable,
        extra: tuple[str, ...] = (),
    ) -> None:
        self._command = [python, "-m", "integrations.sandbox", "--port", str(port), "--seed", str(seed), *extra]
        if control:
            self._command.append("--control")
        if state is not None:
            self._command += ["--state", str(state)]
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> Self:
        """Start and wait for the READY line. Raises StartError when it does not come within a minute."""
        # Its complaints go to a file: a pipe that nobody reads would stop it once full.
        with tempfile.TemporaryFile("w+") as complaints:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed command
                self._command, cwd=ROOT, stdout=subprocess.PIPE, stderr=complaints, text=True
            )
            line = self._first_line(self._process)
            problem = ""
            if not line.startswith("READY "):
                self._process.kill()
                self._process.communicate()
                complaints.seek(0)
                problem = complaints.read()
        if not line.startswith("READY "):
            raise StartError(f"The local Intacct did not start: {line.strip()} {problem.strip()}".strip())
        self.endpoint = line.split(maxsplit=1)[1].strip()
        self.credentials = credentials(self.endpoint)
        return self

    @staticmethod
    def _first_line(process: subprocess.Popen[str]) -> str:
        stream = process.stdout
        if stream is None:
            return ""
        deadline = time.monotonic() + START_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            if not selector.select(timeout=max(0.0, deadline - time.monotonic())):
                return ""
        return stream.readline()

    @property
    def pid(self) -> int:
        """The process id while it runs."""
        if self._process is None:
            raise StartError("The local Intacct is not running.")
        return self._process.pid

    def stop(self) -> int:
        """Ask it to end, wait, and return its exit code; stopping twice is fine."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.terminate()
        try:
            process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        return process.returncode

    def kill(self) -> None:
        """End it without any warning, as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class SandboxServer(_Controlled):
    """The local Intacct in a thread of this process, for fast tests."""

    def __init__(
        self,
        seed: str = "demo",
        control: bool = True,
        session_seconds: int = DEFAULT_SECONDS,
        allowed_hosts: tuple[str, ...] = (),
        port: int = 0,
        request_seconds: float = REQUEST_SECONDS,
    ) -> None:
        self._seed = str(seed)
        self._with_control = control
        self._session_seconds = session_seconds
        self._allowed_hosts = allowed_hosts
        self._port = port
        self._request_seconds = request_seconds
        self._server: GatewayServer | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Build the seed, listen, and answer in a thread."""
        store = build_store(self._seed, datetime.now(UTC))
        reception = Reception(Gateway(store, Sessions(self._session_seconds)))
        self._server = GatewayServer(
            ("127.0.0.1", self._port),
            reception,
            control=Control(reception) if self._with_control else None,
            allowed_hosts=self._allowed_hosts,
            request_seconds=self._request_seconds,
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="local-intacct", daemon=True
        )
        self._thread.start()
        self.endpoint = self._server.endpoint
        self.credentials = credentials(self.endpoint)
        return self

    def stop(self) -> None:
        """Stop listening and close the connections; stopping twice is fine."""
        server, self._server = self._server, None
        if server is None:
            return
        server.shutdown()
        server.server_close()
        if self._thread is not None:
            self._thread.join(timeout=STOP_SECONDS)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
