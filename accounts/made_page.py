"""A command that writes a page of the docs which code declares, or says that the page is out of date.

Owns that comparison; what the page says is the subclass's.
"""

import sys
from abc import ABC, abstractmethod
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.commands import EXIT_FAILED


class MadePageCommand(BaseCommand, ABC):
    """Subclasses name the page in `docs` and the job that writes it, and make its text."""

    requires_system_checks = []
    page_name: ClassVar[str]
    job: ClassVar[str]

    @abstractmethod
    def page(self) -> str:
        """The whole page, as it should be."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when it is out of date")
        parser.add_argument("--file", type=Path, default=settings.BASE_DIR / "docs" / self.page_name, help="the file")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        page = self.page()
        is_current = file.is_file() and file.read_text(encoding="utf-8") == page
        if is_current:
            self.stdout.write(f"{file} is up to date.")
        elif options["check"]:
            self.stderr.write(f"{file} is out of date. Write it with: make {self.job}")
            sys.exit(EXIT_FAILED)
        else:
            file.write_text(page, encoding="utf-8")
            self.stdout.write(f"{file} is written.")
