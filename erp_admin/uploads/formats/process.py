"""Large and packed files read in a process of their own, so that none takes one that serves pages along with it.

Owns how that process is started, how long it may take, and what its end means to a person.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from erp_admin.uploads.formats.spool import SpooledRows
from erp_admin.uploads.formats.table import FileRefused, KnownNames, Table

MOST_SECONDS: Final = 10
MOST_MEMORY: Final = 256 * 1024 * 1024
_ROOT: Final = Path(__file__).resolve().parents[3]
_MODULE: Final = "erp_admin.uploads.formats.child"
# Nothing of the environment of the site goes along: it holds secrets. One arena keeps the address space small.
_ENVIRONMENT: Final = {"MALLOC_ARENA_MAX": "1", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}
_TIME_SIGNALS: Final = (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL)
_TOO_MUCH: Final = "Split it into several files, or keep only the rows and columns with the documents."
_AGAIN: Final = "Save it again, as .xlsx or “CSV UTF-8”."
logger = logging.getLogger(__name__)


def read_in_process(form: str, content: bytes, known: KnownNames) -> Table:
    """The table of a file of this form. Raises FileRefused, also when reading it takes too much or fails."""
    rows = SpooledRows(tempfile.TemporaryFile())  # noqa: SIM115 - closed with the rows
    report = _run(form, content, known, rows.descriptor)
    refused = report.get("refused")
    if isinstance(refused, list):
        rows.close()
        raise FileRefused.told_again(*map(str, refused))
    notes = report["notes"]
    return Table(
        rows,
        [str(note) for note in notes] if isinstance(notes, list) else [],
        bool(report["comma_decimals"]),
        str(report["delimiter"]),
        str(report["stated_type"]),
    )


def _run(form: str, content: bytes, known: KnownNames, spool: int) -> dict[str, object]:
    task = json.dumps({"document": sorted(known.document), "line": sorted(known.line)}).encode() + b"\n"
    ending, held = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - this module, and no word of the file
            [sys.executable, "-E", "-s", "-m", _MODULE, form, str(spool), str(ending)],
            cwd=_ROOT,
            env=_ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(spool, ending),
        )
        with process:
            try:
                answer, _ = process.communicate(task + content, timeout=MOST_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise _too_slow() from None
            except BaseException:
                process.kill()
                raise
    except OSError as error:
        raise _not_now() from error
    finally:
        os.close(ending)
        os.close(held)
    return _judged(form, process.returncode, answer)


def _judged(form: str, code: int, answer: bytes) -> dict[str, object]:
    """The report of the process; FileRefused where it has none, or failed."""
    try:
        report = json.loads(answer)
    except ValueError:
        report = {"failed": "no report"}
    if code == 0 and isinstance(report, dict) and "failed" not in report:
        return report
    if -code in _TIME_SIGNALS:
        raise _too_slow()
    failed = report.get("failed") if isinstance(report, dict) else None
    if failed == "memory" or code < 0:
        sentence = f"Reading the file takes more than {MOST_MEMORY // 1024 // 1024} MB of memory."
        raise FileRefused(sentence, _TOO_MUCH, code="FILE-EFFORT")
    if failed == "OSError":
        raise _not_now()
    logger.warning("a file could not be read", extra={"form": form, "failed": failed, "exit": code})
    raise _damaged(form)


def _damaged(form: str) -> FileRefused:
    if form == "xlsx":
        return FileRefused("The workbook is damaged, or not an Excel workbook.", _AGAIN, code="FILE-XLSX")
    if form == "json":
        return FileRefused("The file is not valid JSON.", _AGAIN, code="FILE-JSON")
    return FileRefused("The file cannot be read as CSV.", _AGAIN, code="FILE-CSV")


def _not_now() -> FileRefused:
    """No process, or no room for its rows: a matter of the site, not of the file."""
    return FileRefused("The file cannot be read at this moment.", "Try again in a minute.", code="FILE-EFFORT")


def _too_slow() -> FileRefused:
    return FileRefused(f"Reading the file takes more than {MOST_SECONDS} seconds.", _TOO_MUCH, code="FILE-EFFORT")
