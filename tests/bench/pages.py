"""`make bench-pages`: how long pages and pickers of a large company take, on PostgreSQL and, if asked, on SQLite.

Owns options, databases and output. Fails only for an answer that is none, never for the time one takes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import django
import psycopg

from config import keys
from integrations.sandbox.process import ROOT

FOLDER = ROOT / "var" / "bench"
DATABASE = "erp_admin_bench_pages"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-pages", description=__doc__)
    parser.add_argument(
        "--postgres", metavar="URL", default="", help="a server on which databases may be made; else SQLite"
    )
    parser.add_argument(
        "--vendors", type=int, default=100_000, help="a fifth as many projects, twice as many cost types"
    )
    parser.add_argument("--name", default=DATABASE, help="the database, which is made anew")
    parser.add_argument("--again", action="store_true", help="migrate and ask the database that was kept")
    parser.add_argument("--keep", action="store_true", help="keep the database for --again")
    parser.add_argument("--only", default="", metavar="TEXT", help="only what has this in its name")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there as well")
    return parser.parse_args()


class _Place:
    """The database of the bench: made anew, and removed at the end."""

    def __init__(self, url: str, name: str) -> None:
        self._server, self._name, self._file = url, name, FOLDER / f"{name}.sqlite3"
        self.url = url.rpartition("/")[0] + f"/{name}" if url else f"sqlite:///{self._file}"

    def make(self) -> None:
        self.remove()
        if self._server:
            self._execute(f'CREATE DATABASE "{self._name}"')

    def remove(self) -> None:
        if self._server:
            self._execute(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')
            return
        for ending in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + ending).unlink(missing_ok=True)

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as server:
            server.execute(statement.encode())


def main() -> int:
    options = _options()
    FOLDER.mkdir(parents=True, exist_ok=True)
    place = _Place(options.postgres, options.name)
    if not options.again:
        place.make()
    os.environ.update(
        keys.values_for("test")
        | {"DATABASE_URL": place.url, "ENV_FILE": os.devnull, "LOG_LEVEL": "CRITICAL", "DEBUG": "off"}
        | {"DJANGO_SETTINGS_MODULE": "config.settings", "CACHE_URL": "locmemcache://"}
    )
    django.setup()
    try:
        figures = _measured(options)
    finally:
        if not options.keep:
            django.db.connections.close_all()
            place.remove()
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection as database

    from tests.bench import page_questions, page_rows

    company = page_rows.Company.of(options.vendors)
    begun = time.monotonic()
    call_command("migrate", verbosity=0)
    migrated = time.monotonic() - begun
    begun = time.monotonic()
    if not options.again:
        page_rows.fill(company)
    _say(
        f"{database.vendor}, {company}", f"migrated in {migrated:.1f} s, filled in {time.monotonic() - begun:.1f} s", ""
    )
    _say(
        f"{'asked':60}{'best ms':>10}{'p50 ms':>10}{'p95 ms':>10}{'CPU ms':>10}{'queries':>9}{'kB':>9}{'first ms':>10}"
    )
    answers = []
    for answer in page_questions.every_answer(company, options.only):
        first = "" if answer.first_byte is None else f"{answer.first_byte:.0f}"
        _say(
            f"{answer.what[:59]:60}{answer.best:>10.1f}{answer.p50:>10.1f}{answer.p95:>10.1f}{answer.cpu:>10.1f}{answer.queries:>9}"
            f"{answer.bytes / 1024:>9.1f}{first:>10}"
        )
        answers.append(answer.as_json())
    return {"database": database.vendor, "company": vars(company), "migrated": migrated, "answers": answers}


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
