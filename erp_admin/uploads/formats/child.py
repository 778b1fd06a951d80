"""The process that reads one large file and ends: it takes the bytes, writes the rows to a spool, and reports.

Started by `process.py` alone, without Django. Owns its own limits. Trusts nothing in the file.
"""

import json
import os
import signal
import sys
import threading
import warnings
from typing import IO, NoReturn

from erp_admin.uploads.formats.process import MOST_MEMORY, MOST_SECONDS
from erp_admin.uploads.formats.spool import write_rows
from erp_admin.uploads.formats.table import FileRefused, KnownNames, Reading, within_limits


def main(arguments: list[str]) -> NoReturn:
    """`FORM SPOOL PARENT`: two descriptors, of the file for the rows and of a pipe that ends with the parent."""
    form, spool, parent = arguments[0], int(arguments[1]), int(arguments[2])
    limit_self()
    _end_with(parent)
    warnings.simplefilter("ignore")
    task = json.loads(sys.stdin.buffer.readline())
    known = KnownNames(frozenset(task["document"]), frozenset(task["line"]))
    with os.fdopen(spool, "wb") as stream:
        report = _report(form, sys.stdin.buffer.read(), known, stream)
    sys.stdout.write(json.dumps(report))
    sys.stdout.flush()
    os._exit(0)  # at once: nothing is to be tidied up, and the file may have left a great deal


def _report(form: str, content: bytes, known: KnownNames, spool: IO[bytes]) -> dict[str, object]:
    """What the parent is told: the facts of the table, or why it was refused."""
    try:
        reading = read(form, content, known)
        write_rows(within_limits(reading.rows), spool)
    except FileRefused as refused:
        return {"refused": [refused.sentence, refused.advice, refused.code]}
    except MemoryError:
        return {"failed": "memory"}
    except OSError:
        return {"failed": "OSError"}
    except Exception as error:
        return {"failed": type(error).__name__}
    return {
        "notes": reading.notes,
        "comma_decimals": reading.comma_decimals,
        "delimiter": reading.delimiter,
        "stated_type": reading.stated_type,
    }


def read(form: str, content: bytes, known: KnownNames) -> Reading:
    """By the reader of this form alone: the library for workbooks takes longer to load than most files to read."""
    if form == "csv":
        from erp_admin.uploads.formats import csv_text

        return csv_text.read(content, known)
    if form == "json":
        from erp_admin.uploads.formats import json_text

        return json_text.read(content, known)
    from erp_admin.uploads.formats import xlsx

    return xlsx.read(content, known)


def limit_self() -> None:
    """Memory, time and files; where the system knows no such limits, the parent's clock is left."""
    signal.alarm(MOST_SECONDS + 2)
    try:
        import resource
    except ImportError:
        return
    for which, most in (
        ("RLIMIT_AS", MOST_MEMORY),
        ("RLIMIT_CPU", MOST_SECONDS),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", MOST_MEMORY),
    ):
        if hasattr(resource, which):
            try:
                resource.setrlimit(getattr(resource, which), (most, most))
            except (ValueError, OSError):  # macOS refuses a limit of the address space
                continue


def _end_with(pipe: int) -> None:
    """End as soon as the parent does: nobody writes to the pipe, and its end is the end of the parent."""

    def wait() -> None:
        os.read(pipe, 1)
        os._exit(1)

    threading.stack_size(256 * 1024)
    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1:])
