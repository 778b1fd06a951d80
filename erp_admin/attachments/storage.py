"""The folder of attached files: each lies under its company and the SHA-256 of its bytes, readable by the site alone.

Owns where a file lies and that it is there whole or not at all. Knows no document, and decides nothing of what is kept.
"""

import hashlib
import logging
import os
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from django.conf import settings

logger = logging.getLogger(__name__)

_INCOMING: Final = "incoming"
_LEFT_SECONDS: Final = 24 * 3600  # after which nobody writes to a file of a process that was killed


@dataclass(frozen=True)
class Taken:
    """A file that was written down but is nobody's yet."""

    path: Path
    digest: str
    size: int

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


def take_in(pieces: Iterable[bytes]) -> Taken:
    """Write the bytes down as they come, and find their digest on the way. OSError where the disk takes no more."""
    folder = _folder(_INCOMING)
    _clear(folder)
    path, digest, size = folder / uuid.uuid4().hex, hashlib.sha256(), 0
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Taken(path, digest.hexdigest(), size)


def keep(taken: Taken, tenant_pk: int) -> None:
    """Make it the company's, in place of the same bytes where they are there already."""
    place = _place(tenant_pk, taken.digest)
    _folder(place.parent.parent.name, place.parent.name)
    taken.path.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)  # its entry has to last as well
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def opened(tenant_pk: int, digest: str) -> IO[bytes]:
    """The file to be read. FileNotFoundError where it is not there."""
    return _place(tenant_pk, digest).open("rb")


def forget(tenant_pk: int, digest: str) -> None:
    _place(tenant_pk, digest).unlink(missing_ok=True)


def _root() -> Path:
    return Path(settings.ATTACHMENTS_DIR)


def _place(tenant_pk: int, digest: str) -> Path:
    return _root() / str(tenant_pk) / digest[:2] / digest


def _folder(*parts: str) -> Path:
    """A folder below the root, made where it is not there; each on the way is open to the site alone."""
    path = _root()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for part in parts:
        path /= part
        path.mkdir(mode=0o700, exist_ok=True)
    return path


def _clear(folder: Path) -> None:
    """Remove what processes left that were killed while they wrote."""
    before = time.time() - _LEFT_SECONDS
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < before:
                path.unlink()
        except FileNotFoundError:  # its writer has made it a company's, or another one cleared it
            continue
