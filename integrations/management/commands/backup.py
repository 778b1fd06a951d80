"""`backup FILE`: a consistent copy of an SQLite database while it is in use. PostgreSQL has pg_dump."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection


class Command(BaseCommand):
    help = "Copy the SQLite database into a new file, whole and consistent, while the site runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the copy; must not be there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise CommandError(
                "This database is PostgreSQL. Back it up with pg_dump --format=custom; docs/operations.md shows how.",
                returncode=2,
            )
        target: Path = options["file"]
        try:
            # Empty and private before anything is in it; VACUUM INTO takes an empty file.
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError as error:
            raise CommandError(f"{target} is there already.") from error
        except OSError as error:
            raise CommandError(f"{target} cannot be written: {error.strerror}.") from error
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(target)])
        self.stdout.write(f"{target}: {target.stat().st_size:,} bytes. Back up FIELD_ENCRYPTION_KEYS apart from it.")
