"""Makes keys: env files for the demo, tests and development, and the secret files of an installation.

Never overwrites a file, prints no key, and needs nothing but Python, so that it runs on a host that has only Docker.
`check-deploy` runs Django's deployment checks under production settings with keys that live as long as the check.
"""

import base64
import json
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

USAGE = """Usage: python -m config.keys demo|test|develop FILE
       python -m config.keys production DIRECTORY HOST
       python -m config.keys check-deploy
"""
LOCAL_HOSTS = "127.0.0.1,localhost,[::1]"
CONTAINER_USER = 10001  # as in the Dockerfile; compose mounts secret files with the owner they have on the host


def fernet_key() -> str:
    """A key as Fernet specifies it: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def _common() -> dict[str, str]:
    return {"FIELD_ENCRYPTION_KEYS": fernet_key(), "ALLOWED_HOSTS": LOCAL_HOSTS}


def _local_intacct() -> dict[str, str]:
    if not (Path(__file__).parents[1] / "integrations" / "sandbox").is_dir():
        raise SystemExit("The local Sage Intacct is not part of this installation; only `production` can be made here.")
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


def _create(target: Path, text: str, *, mode: int = 0o600) -> None:
    """Write a new file that nobody else can read even for a moment. Raises FileExistsError."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)


def write(purpose: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{name}={value}\n" for name, value in values_for(purpose).items())
    _create(target, f"# Keys and settings for {purpose}, made on this machine. Not for production.\n{lines}")


def write_production(folder: Path, host: str, *, owner: int = CONTAINER_USER) -> None:
    """Make the secret files of an installation, owned by the container's user, and `site.env` with its plain settings.

    Raises FileExistsError when any is there already, and then makes none.
    """
    database_password = secrets.token_urlsafe(32)
    made = {
        "secret_key": secrets.token_urlsafe(64),
        "secret_key_fallbacks": "",
        "field_encryption_keys": fernet_key(),
        "metrics_token": secrets.token_urlsafe(32),
        "postgres_password": database_password,
        "database_url": f"postgres://erp_admin:{database_password}@db:5432/erp_admin",
        "email_url": "consolemail://",
        "intacct_sender_password": "",
    }
    site = {
        "SITE_HOST": host,
        "SITE_URL": f"https://{host}",
        "ALLOWED_HOSTS": host,
        "DEFAULT_FROM_EMAIL": f"erp-admin@{host}",
        "INTACCT_SENDER_ID": "",
    }
    there = [name for name in (*made, "site.env") if (folder / name).exists()]
    if there:
        raise FileExistsError(f"{folder} holds {', '.join(there)} already.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in made.items():
        _create(folder / name, value)
        os.chown(folder / name, owner, owner)
    lines = "".join(f"{name}={value}\n" for name, value in site.items())
    _create(
        folder / "site.env",
        f"# Settings that are no secrets; .env.example explains all there are.\n{lines}",
        mode=0o644,
    )


def _production(folder: Path, host: str) -> int:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", host):
        sys.stderr.write(f"{host!r} is no host name; give the one people use, for example erp.example.com.\n")
        return 2
    try:
        write_production(folder, host)
    except FileExistsError as error:
        sys.stderr.write(f"{error} Nothing was changed: keys that are replaced leave stored secrets unreadable.\n")
        return 1
    except PermissionError:
        sys.stderr.write(f"Run it as root: the files are handed to user {CONTAINER_USER}, who alone reads them.\n")
        return 1
    sys.stdout.write(
        f"Made in {folder}. Now fill in INTACCT_SENDER_ID in site.env and the file intacct_sender_password, set\n"
        "email_url, and back up field_encryption_keys apart from the database: without it no stored secret opens.\n"
    )
    return 0


def check_deploy() -> int:
    """Run `check --deploy` as production would; return its exit code."""
    production = {
        **os.environ,
        **_common(),
        "SECRET_KEY": secrets.token_urlsafe(64),
        "DEBUG": "off",
        "HTTPS_ONLY": "on",
        "TRUST_PROXY_HEADERS": "on",
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
        case ["production", folder, host]:
            return _production(Path(folder), host)
        case [purpose, target]:
            write(purpose, Path(target))
            return 0
    sys.stderr.write(USAGE)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
