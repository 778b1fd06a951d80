"""A copy of an SQLite database, made while it is in use."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.processes import Site


def test_the_copy_is_whole_private_and_never_replaces_a_file(tmp_path: Path, migrated_file: Path) -> None:
    site = Site(tmp_path, migrated=migrated_file)
    site.run("create_tenant", "river", "--name", "River Works", "--admin", "ada@river.example")
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(tmp_path / "site.sqlite3")) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE accounts_tenant SET name = 'half done'")
        assert "bytes" in site.run("backup", str(copy))
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT name FROM accounts_tenant").fetchall() == [("River Works",)]
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    again = site.start("backup", str(copy))
    said, _ = again.communicate()
    assert (again.returncode, "is there already" in said) == (1, True)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="says where PostgreSQL's backups come from")
def test_postgresql_is_backed_up_by_its_own_tool(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="pg_dump"):
        call_command("backup", str(tmp_path / "copy"))
    assert not (tmp_path / "copy").exists()
