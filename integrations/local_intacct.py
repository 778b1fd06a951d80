"""The door to the local Sage Intacct, which an installation may be built without.

Owns the sentence that says so. Imports the sandbox only when it is asked for, and nothing of it but the facade.
"""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from integrations.sandbox import facade

PACKAGE = "integrations.sandbox"


class Facade(Protocol):
    """What of the facade is used here."""

    SandboxProcess: "type[facade.SandboxProcess]"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, options: argparse.Namespace) -> int: ...
    def main(self, arguments: Sequence[str] | None = None) -> int: ...


class NotIncluded(Exception):
    """The local Sage Intacct is not part of this installation."""

    def __str__(self) -> str:
        return (
            "The local Sage Intacct is not part of this installation. Build the image with --build-arg DEMO=1, or use "
            "a checkout of the source."
        )


def process(seed: str) -> "facade.SandboxProcess":
    """The local Intacct as a process to be started. Raises NotIncluded."""
    return _facade().SandboxProcess(seed=seed)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of its command line. Raises NotIncluded."""
    _facade().add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until it is stopped; return the exit code. Raises NotIncluded."""
    return _facade().run(options)


def main(arguments: Sequence[str]) -> int:
    """Its whole command line; return the exit code. Raises NotIncluded."""
    return _facade().main(arguments)


def _facade() -> "Facade":
    try:
        from integrations.sandbox import facade
    except ModuleNotFoundError as error:
        if error.name != PACKAGE:
            raise  # a module that is missing inside it is a defect
        raise NotIncluded from error
    return facade
