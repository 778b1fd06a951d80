"""The product works where the local Sage Intacct was left out of the image, and says so where it is wanted."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EVERY_MODULE = """
import django
django.setup()
from importlib import import_module
from pkgutil import walk_packages
import accounts, erp_admin, integrations
from django.core.management import call_command
from django.urls import get_resolver
call_command("check")
get_resolver().url_patterns
for package in (accounts, integrations, erp_admin):
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree as an image without the build argument DEMO has it."""
    tree = tmp_path_factory.mktemp("image")
    left_out = shutil.ignore_patterns("sandbox", "__pycache__")
    for name in ("config", "accounts", "integrations", "erp_admin", "templates"):
        shutil.copytree(ROOT / name, tree / name, ignore=left_out)
    (tree / "static").symlink_to(ROOT / "static")
    shutil.copy2(ROOT / "manage.py", tree)
    return tree


def python(image: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "on", "DATABASE_URL": "sqlite://:memory:"}
    variables = {name: value for name, value in os.environ.items() if name != "ENV_FILE"}
    keys = {name: variables.get(name) or "insecure-" + "k" * 50 for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS")}
    return subprocess.run(
        [sys.executable, *arguments], cwd=image, env={**variables, **settings, **keys, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_every_module_of_the_product_is_imported(image: Path) -> None:
    assert not (image / "integrations" / "sandbox").exists()
    ended = python(image, "-c", EVERY_MODULE)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("command", ["intacct_sandbox", "demo"])
def test_a_command_that_needs_it_says_that_it_is_not_included(image: Path, command: str) -> None:
    ended = python(image, "manage.py", command)
    assert ended.returncode == 1
    assert "The local Sage Intacct is not part of this installation." in ended.stderr
    assert "Traceback" not in ended.stderr


def test_keys_are_made_for_production_alone(image: Path, tmp_path: Path) -> None:
    demo = python(image, "-m", "config.keys", "demo", str(tmp_path / "demo.env"))
    assert demo.returncode == 1
    assert "is not part of this installation" in demo.stderr
    assert not (tmp_path / "demo.env").exists()
    production = python(image, "-m", "config.keys", "production", str(tmp_path / "deploy"), "erp.example.com")
    assert "is not part of this installation" not in production.stderr
    assert (tmp_path / "deploy").is_dir()
