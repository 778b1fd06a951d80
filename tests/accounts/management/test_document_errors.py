"""The command that writes docs/errors.md."""

from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.error_docs import errors_page


def test_it_writes_the_page_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "errors.md"
    call_command("document_errors", file=file)
    assert file.read_text() == errors_page()
    assert "is written" in capsys.readouterr().out
    call_command("document_errors", file=file)
    assert "is up to date" in capsys.readouterr().out


@pytest.mark.parametrize("text", [None, "# Old\n"])
def test_the_check_writes_nothing_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    file = tmp_path / "errors.md"
    if text:
        file.write_text(text)
    with pytest.raises(SystemExit) as ended:
        call_command("document_errors", "--check", file=file)
    assert ended.value.code == 1
    assert "make docs-errors" in capsys.readouterr().err
    assert (file.read_text() if file.exists() else None) == text


def test_the_check_is_content_with_a_current_page(tmp_path: Path) -> None:
    file = tmp_path / "errors.md"
    call_command("document_errors", file=file)
    call_command("document_errors", "--check", file=file)
