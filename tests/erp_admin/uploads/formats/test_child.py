"""The process for large files: what it may take, what its end means, and that it ends with the one that started it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from erp_admin.uploads.formats import process
from erp_admin.uploads.formats.table import FileRefused, KnownNames

ROOT = Path(__file__).parents[4]


def refused(form: str, content: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        process.read_in_process(form, content, KnownNames())
    return caught.value


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A module of the test in the place of the one that reads; returns its file."""
    monkeypatch.setattr(process, "_MODULE", "played_child")
    monkeypatch.setattr(process, "_ROOT", tmp_path)
    return tmp_path / "played_child.py"


def test_one_that_does_not_end_is_ended(child: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MOST_SECONDS", 0.5)
    child.write_text("import signal\nsignal.pause()")
    started = time.monotonic()
    error = refused("csv", b"a")
    assert (error.code, "seconds" in error.sentence) == ("FILE-EFFORT", True)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "FILE-EFFORT"),
        ("import os; os.abort()", "FILE-EFFORT"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "FILE-EFFORT"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "FILE-EFFORT"),
        ("raise SystemExit(3)", "FILE-CSV"),
        ("1 / 0", "FILE-CSV"),
        ("", "FILE-CSV"),
        ("print('no report')", "FILE-CSV"),
        ("print('[]')", "FILE-CSV"),
        ('print(\'{"failed": "memory"}\')', "FILE-EFFORT"),
        ('print(\'{"failed": "OSError"}\')', "FILE-EFFORT"),
        ("import sys; sys.stdin.close(); raise SystemExit(1)", "FILE-CSV"),
    ],
)
def test_every_end_of_it_is_told_in_words(child: Path, script: str, code: str) -> None:
    child.write_text(script)
    error = refused("csv", b"a" * 1_000_000)
    assert error.code == code
    assert error.advice


def test_nothing_of_the_environment_of_the_site_goes_along(child: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "s")
    child.write_text("import json, os\nprint(json.dumps({'refused': [','.join(sorted(os.environ)), 'a', 'FILE-CSV']}))")
    names = set(refused("csv", b"a").sentence.split(","))
    assert "A_SECRET" not in names
    assert names <= {"LC_ALL", "LC_CTYPE", "MALLOC_ARENA_MAX", "PYTHONDONTWRITEBYTECODE"}


def test_it_starts_without_django() -> None:
    script = (
        "import sys\n"
        "from erp_admin.uploads.formats import child, csv_text, detect, json_text, xlsx\n"
        "print(sorted(name for name in sys.modules if name.partition('.')[0] in ('django', 'erp_admin', 'accounts')))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "django" not in loaded
    assert "erp_admin.uploads.formats.xlsx" in loaded


def test_it_ends_with_the_one_that_started_it() -> None:
    """A worker that is killed leaves no process behind that reads on for nobody. It waits for a file here."""
    script = (
        "import os, signal, subprocess, sys\n"
        "from erp_admin.uploads.formats import process\n"
        "ending, held = os.pipe()\n"
        "child = subprocess.Popen([sys.executable, '-m', process._MODULE, 'csv', '1', str(ending)],"
        " pass_fds=[ending])\n"
        "print(child.pid, flush=True)\n"
        "signal.pause()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        reading = psutil.Process(int(parent.stdout.readline()))
        os.kill(parent.pid, signal.SIGKILL)
        psutil.wait_procs([reading], timeout=10)
        assert not reading.is_running() or reading.status() == psutil.STATUS_ZOMBIE


def test_no_descriptor_is_left_open() -> None:
    before = psutil.Process().num_fds()
    for content in (b"Number\n1\n", b'"open'):
        with contextlib.suppress(FileRefused), process.read_in_process("csv", content, KnownNames()) as found:
            list(found.rows)
    assert psutil.Process().num_fds() == before
