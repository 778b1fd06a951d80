"""Writes env files with fresh keys for the demo, for tests and for development: `python -m config.keys demo FILE`.

Never used in production, never overwrites a file, prints no key. `check-deploy` runs Django's deployment checks
under production settings with keys that live only as long as the check.
"""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

from cryptography.fernet import Fernet

LOCAL_HOSTS = "127.0.0.1,localhost,[::1]"


def _common() -> dict[str, str]:
    return {"FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(), "ALLOWED_HOSTS": LOCAL_HOSTS}


def _local_intacct() -> dict[str, str]:
    command = [sys.executable, "-m", "integrations.sandbox", "--credentials"]
    facts = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603 - our own module
    return {
        "INTACCT_ENDPOINT_URL": facts["endpoint"],
        "INTACCT_SENDER_ID": facts["sender"],
        "INTACCT_SENDER_PASSWORD": facts["sender_password"],
        "INTACCT_ALLOWED_ENDPOINT_HOSTS": "127.0.0.1,localhost",
    }


def values_for(purpose: str) -> dict[str, str]:
    """Return the variables of an env file for `demo`, `test` or `develop`."""
    development = {"SECRET_KEY": "insecure-development-" + secrets.token_urlsafe(48), "DEBUG": "on"}
    if purpose == "demo":
        return {
            **development,
            **_common(),
            **_local_intacct(),
            "DATABASE_URL": "sqlite:///var/demo.sqlite3",
            "LOG_LEVEL": "WARNING",
        }
    if purpose == "develop":
        return {**development, **_common(), **_local_intacct(), "EMAIL_URL": "consolemail://"}
    if purpose == "test":
        return {
            "SECRET_KEY": secrets.token_urlsafe(48),
            **_common(),
            "HTTPS_ONLY": "off",
            "STATIC_MANIFEST": "off",
            "EMAIL_URL": "memorymail://",
            "DATABASE_URL": "sqlite:///var/test.sqlite3",
        }
    raise SystemExit(f"Unknown purpose {purpose!r}; one of demo, test, develop.")


def write(purpose: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{name}={value}\n" for name, value in values_for(purpose).items())
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(f"# Keys and settings for {purpose}, made on this machine. Not for production.\n{lines}")


def check_deploy() -> int:
    """Run `check --deploy` as production would; return its exit code."""
    production = {
        **os.environ,
        **_common(),
        "SECRET_KEY": secrets.token_urlsafe(64),
        "DEBUG": "off",
        "HTTPS_ONLY": "on",
        "ALLOWED_HOSTS": "erp.example.com",
        "SITE_URL": "https://erp.example.com",
        "DATABASE_URL": "postgres://erp@db.example.com/erp",
        "EMAIL_URL": "smtp+tls://mail.example.com:587",
        "DEFAULT_FROM_EMAIL": "erp@example.com",
        "INTACCT_ALLOWED_ENDPOINT_HOSTS": "",
        "ADMIN_PATH": "support/",
        "ERROR_MAIL_TO": "operations@example.com",
        "INTACCT_ENDPOINT_URL": "https://api.intacct.com/ia/xml/xmlgw.phtml",
        "INTACCT_SENDER_ID": "sender",
        "INTACCT_SENDER_PASSWORD": secrets.token_urlsafe(16),
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, env=production, check=False).returncode  # noqa: S603 - a fixed command of ours


def main(arguments: list[str]) -> int:
    match arguments:
        case ["check-deploy"]:
            return check_deploy()
        case [purpose, target]:
            write(purpose, Path(target))
            return 0
    sys.stderr.write("Usage: python -m config.keys demo|test|develop FILE, or check-deploy\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
