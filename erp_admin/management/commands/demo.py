"""`demo [--once]`: the whole main job against the bundled local Sage Intacct, then the site to look at it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.audited_command import AuditedCommand
from accounts.refusal import Refused
from erp_admin.demo import main_job
from integrations import local_intacct
from integrations.intacct import IntacctError

if TYPE_CHECKING:
    from integrations.sandbox.facade import SandboxProcess

HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 30


class Command(AuditedCommand):
    help = "Run the main job against the bundled local Sage Intacct and print each step; then serve the site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop everything after the main job")
        parser.add_argument("--json", action="store_true", help="print the steps as JSON; needs --once")
        parser.add_argument("--port", type=int, default=8000, help="port of the site (default 8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo makes people with a known password, so it runs only while DEBUG is on.")
        if options["json"] and not options["once"]:
            raise CommandError("--json tells how the main job went; give --once with it.", returncode=2)
        try:
            process = local_intacct.process(seed="demo")
        except local_intacct.NotIncluded as error:
            raise CommandError(str(error)) from error
        if not options["once"]:
            self._require_free(options["port"])
        name = settings.DATABASES["default"]["NAME"]
        if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
            Path(name).parent.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        with process as local:
            variables = main_job.use(local)
            if options["json"]:
                steps = [asdict(done) for done in self._steps(local)]
                self.stdout.write(json.dumps({"steps": steps, "seconds": sum(step["seconds"] for step in steps)}))
                return
            self.stdout.write(f"Local Sage Intacct listens at {local.endpoint}")
            self._main_job(local)
            if not options["once"]:
                self._serve(local, variables, options["port"])

    @staticmethod
    def _steps(local: "SandboxProcess") -> Iterator[main_job.Done]:
        """The steps of the main job as they are done. Raises CommandError saying what went wrong."""
        try:
            yield from main_job.main_job(local)
        except (main_job.DemoFailed, IntacctError, Refused) as error:
            raise CommandError(str(error)) from error

    def _main_job(self, local: "SandboxProcess") -> None:
        self.stdout.write(f"\n{'Step':36}{'Records':>9}{'Requests':>10}{'Seconds':>9}  Result")
        total = 0.0
        for done in self._steps(local):
            total += done.seconds
            cells = f"{done.records:>9}{done.requests:>10}{done.seconds:>9.2f}"
            self.stdout.write(f"{done.step:36}{cells}  {done.result}")
        self.stdout.write(f"{'Total':36}{'':19}{total:>9.2f}\n")

    def _serve(self, local: "SandboxProcess", variables: dict[str, str], port: int) -> None:
        environment = {**os.environ, **variables, "SITE_URL": f"http://{HOST}:{port}"}
        commands = (["runserver", "--noreload", f"{HOST}:{port}"], ["worker"])
        # Sessions of their own: Ctrl-C must not reach the worker's processes, which would die in the middle of a page.
        children = [
            subprocess.Popen(  # noqa: S603 - our own commands
                [sys.executable, "manage.py", *command], env=environment, start_new_session=True
            )
            for command in commands
        ]
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        try:
            self._wait_for_site(f"http://{HOST}:{port}/healthz", children[0], stopped)
            self._tell_where(f"http://{HOST}:{port}", local.credentials)
            while not stopped.wait(0.5) and all(child.poll() is None for child in children):
                pass
        finally:
            for child in children:
                child.terminate()
            for child in children:
                self._end(child)
        if not stopped.is_set():
            raise CommandError("The site or the worker stopped by itself; its own message is above.")

    @staticmethod
    def _end(child: "subprocess.Popen[bytes]") -> None:
        try:
            child.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)  # its runs are taken over when their leases run out
            child.wait()

    @staticmethod
    def _require_free(port: int) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                raise CommandError(f"Port {port} is taken. Choose another: make demo PORT={port + 1}") from error

    def _wait_for_site(self, address: str, site: "subprocess.Popen[bytes]", stopped: threading.Event) -> None:
        for _ in range(START_SECONDS * 5):
            if site.poll() is not None:
                raise CommandError("The site could not start; is the port taken? Choose another with PORT=8001.")
            try:
                with urllib.request.urlopen(address, timeout=1):  # noqa: S310 - our own loopback address
                    return
            except OSError:
                if stopped.wait(0.2):
                    return
        raise CommandError("The site did not answer within a minute.")

    def _tell_where(self, address: str, facts: dict[str, Any]) -> None:
        self.stdout.write(f"\nThe site is at {address}/ and everybody's password is {main_job.PASSWORD}")
        for email, name, role in main_job.PEOPLE:
            self.stdout.write(f"  {email:30} {name}, {role.label.lower()}")
        self.stdout.write(
            f"  {main_job.STAFF[0]:30} {main_job.STAFF[1]}, support staff: {address}/{settings.ADMIN_PATH}"
        )
        self.stdout.write(
            f"{main_job.PRACTICE[1]} is not connected yet: choose it as Alma and do the same by hand, with"
        )
        self.stdout.write(f"  Company ID {facts['company']}, user {facts['user']}, password {facts['password']}")
        self.stdout.write("Ctrl-C stops everything.")
        self.stdout.flush()
