"""Makes the database of the previous version again: its own code, from the commit it was released at, builds it.

Owns how that code is checked out and run. What it does there stands in the builder, which belongs to that version.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.migration.version import BUILDER, COMMIT, FIXTURE, KEYS

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "ENV_FILE": os.devnull,
    "DEBUG": "on",
    "SECRET_KEY": "plainly-invented-key-of-a-previous-version",
    "FIELD_ENCRYPTION_KEYS": ",".join(KEYS),
    "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
    "EMAIL_URL": "memorymail://",
    "CACHE_URL": "locmemcache://",
    "STATIC_MANIFEST": "off",
    "LOG_LEVEL": "ERROR",
}


def main() -> int:
    FIXTURE.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        then = Path(folder) / "then"
        then.mkdir()
        archive = subprocess.run(["git", "archive", COMMIT], cwd=ROOT, check=True, capture_output=True)
        subprocess.run(["tar", "-x"], cwd=then, input=archive.stdout, check=True)
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(then),
            "DATABASE_URL": f"sqlite:///{folder}/previous.sqlite3",
            **SETTINGS,
        }
        # -P: the modules of then, not those that lie beside the builder.
        command = [sys.executable, "-P", str(BUILDER), str(FIXTURE)]
        return subprocess.run(command, cwd=then, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
