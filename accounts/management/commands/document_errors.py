"""`document_errors`: writes docs/errors.md from the register of codes; with --check it only says whether it is so."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.commands import EXIT_FAILED
from accounts.error_docs import errors_page


class Command(BaseCommand):
    help = "Write docs/errors.md from the register of codes."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when it is out of date")
        parser.add_argument("--file", type=Path, default=settings.BASE_DIR / "docs" / "errors.md", help="the file")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        page = errors_page()
        is_current = file.is_file() and file.read_text(encoding="utf-8") == page
        if is_current:
            self.stdout.write(f"{file} is up to date.")
        elif options["check"]:
            self.stderr.write(f"{file} is out of date. Write it with: make docs-errors")
            sys.exit(EXIT_FAILED)
        else:
            file.write_text(page, encoding="utf-8")
            self.stdout.write(f"{file} is written.")
