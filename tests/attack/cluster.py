"""A PostgreSQL server of its own, which may be restarted without warning while others work on theirs.

Owns its data folder and process; both are gone afterwards.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from tests.attack.verdict import NotChecked

_SETTINGS = ("fsync=off", "max_connections=150", "unix_socket_directories=''", "listen_addresses='127.0.0.1'")


def _programs() -> Path:
    """The folder of initdb and pg_ctl. Raises NotChecked."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(os.path.realpath(found)).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not installed:
        raise NotChecked("PostgreSQL's server is not installed here (initdb, pg_ctl).")
    return installed[-1].parent


class Cluster:
    """Use it as a context manager; `url` is the address of its one database."""

    def __init__(self) -> None:
        self._programs = _programs()
        self._folder = Path(tempfile.mkdtemp(prefix="attack-postgresql-"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        # The server refuses to run as root.
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
            self._as = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        self.url = f"postgres://postgres@127.0.0.1:{self._port}/postgres"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        # With a pipe, the server that pg_ctl leaves behind would keep it open.
        with (self._folder / "commands.log").open("ab") as log:
            subprocess.run(command, check=True, stdout=log, stderr=log, cwd=self._folder, **self._as)

    def __enter__(self) -> Self:
        data = str(self._folder / "data")
        self._run("initdb", "--pgdata", data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8")
        with (self._folder / "data/postgresql.conf").open("a") as settings:
            settings.writelines(f"{setting}\n" for setting in (f"port={self._port}", *_SETTINGS))
        self.start()
        return self

    def stop(self) -> None:
        """As in a crash: nobody is waited for, and every connection breaks."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-m", "immediate", "stop")

    def start(self) -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-l", str(self._folder / "server.log"), "start")

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as server:
            return server.execute(question.encode()).fetchall()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):  # an attack may have left it stopped
            self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
