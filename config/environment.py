"""Reads the environment: `.env` (or the file ENV_FILE names), then variables, then NAME_FILE secrets.

Owns what is mandatory and says all that is missing at once. Knows no settings, no models.
"""

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

BASE_DIR = Path(__file__).resolve().parent.parent


class _SecretFiles(FileAwareMapping):  # type: ignore[misc]  # untyped
    """Files that NAME_FILE names. The line end that an editor or `echo` left is no part of a secret."""

    def __getitem__(self, key: str) -> str:
        path = self.env.get(f"{key}_FILE")
        try:
            value = str(super().__getitem__(key))
        except OSError as error:
            raise ImproperlyConfigured(f"{key}_FILE names {path}: {error.strerror}.") from error
        return value.rstrip("\r\n") if path else value


class _Environment(environ.FileAwareEnv):  # type: ignore[misc]
    ENVIRON = _SecretFiles()


def load_environment() -> environ.FileAwareEnv:
    """Return the environment after reading the env file; a variable that is set wins over the file."""
    env = _Environment()
    named = os.environ.get("ENV_FILE")
    path = BASE_DIR / (named or ".env")
    if path.exists():
        env.read_env(path)
    elif named:
        raise ImproperlyConfigured(f"ENV_FILE names {named}, and there is no such file.")
    return env


def require(env: environ.FileAwareEnv, names: list[str]) -> None:
    """Refuse to start while any of `names` is unset or empty, naming them all and what to do."""
    missing = [name for name in names if not env.str(name, default="")]
    if missing:
        raise ImproperlyConfigured(
            f"Not configured: {', '.join(missing)}. Copy .env.example to .env and fill it in, or set the variables "
            f"(each secret also as NAME_FILE). `make run` writes a .env for development by itself."
        )
