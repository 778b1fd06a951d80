"""Reads the environment: `.env` (or the file ENV_FILE names), then variables, then NAME_FILE secrets.

Owns what is mandatory and says all that is missing at once. Knows no settings, no models.
"""

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def load_environment() -> environ.FileAwareEnv:
    """Return the environment after reading the env file; a variable that is set wins over the file."""
    env = environ.FileAwareEnv()
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
