"""Starting with missing or generated settings, each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import keys

ROOT = Path(__file__).parent.parent.parent


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py with only `environment`; an env file that does not matter keeps a developer's .env out."""
    clean = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **environment}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=clean, capture_output=True, text=True, check=False
    )


def test_without_settings_the_app_refuses_to_start_and_names_all_that_is_missing() -> None:
    ended = manage("check")
    assert ended.returncode != 0
    for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "ALLOWED_HOSTS", ".env.example"):
        assert name in ended.stderr


def test_an_env_file_that_is_not_there_is_named() -> None:
    ended = manage("check", ENV_FILE="no/such.env")
    assert ended.returncode != 0
    assert "no/such.env" in ended.stderr


def test_the_local_intacct_needs_no_settings() -> None:
    ended = manage("intacct_sandbox", "--credentials")
    assert ended.returncode == 0
    assert '"sender"' in ended.stdout


@pytest.mark.parametrize("purpose", ["demo", "develop", "test"])
def test_generated_keys_start_the_app(tmp_path: Path, purpose: str) -> None:
    target = tmp_path / "made.env"
    keys.write(purpose, target)
    assert target.stat().st_mode & 0o777 == 0o600
    ended = manage("check", ENV_FILE=str(target))
    assert ended.returncode == 0, ended.stderr


def test_generated_keys_differ_and_are_never_overwritten(tmp_path: Path) -> None:
    first, second = keys.values_for("test"), keys.values_for("test")
    assert first["SECRET_KEY"] != second["SECRET_KEY"]
    assert first["FIELD_ENCRYPTION_KEYS"] != second["FIELD_ENCRYPTION_KEYS"]
    target = tmp_path / "made.env"
    target.write_text("mine")
    with pytest.raises(FileExistsError):
        keys.write("test", target)
    assert target.read_text() == "mine"


def test_secrets_can_be_given_as_files(tmp_path: Path) -> None:
    made = keys.values_for("test")
    secret = tmp_path / "secret"
    secret.write_text(made.pop("SECRET_KEY"))
    ended = manage("check", SECRET_KEY_FILE=str(secret), **made)
    assert ended.returncode == 0, ended.stderr


def test_a_secret_file_may_end_with_a_line_end(tmp_path: Path) -> None:
    made = keys.values_for("test")
    secret = tmp_path / "secret"
    secret.write_text("geheim \r\n")
    show = "from django.conf import settings; print(repr(settings.INTACCT_SENDER_PASSWORD))"
    ended = manage("shell", "-v0", "--command", show, INTACCT_SENDER_PASSWORD_FILE=str(secret), **made)
    assert ended.stdout == "'geheim '\n", ended.stderr


def test_a_secret_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    ended = manage("check", SECRET_KEY_FILE=str(tmp_path / "missing"))
    assert ended.returncode != 0
    assert f"SECRET_KEY_FILE names {tmp_path / 'missing'}: No such file" in ended.stderr


def test_the_example_names_every_setting_that_is_read() -> None:
    import re

    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", (ROOT / "config/settings.py").read_text()))
    offered = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert read
    assert read - offered == set()
