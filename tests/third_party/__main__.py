"""Install published Intacct clients into var/third-party and run each against a fresh local Intacct.

Owns installation, start and exit code. Must not know what a client checks; each script says that itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from integrations.sandbox.facade import SandboxProcess
from integrations.sandbox.process import ROOT
from tests.third_party.tls_front import tls_front

HERE = Path(__file__).resolve().parent
INSTALLED = ROOT / "var" / "third-party"
# The address the Python clients have fixed; the JavaScript SDK takes any under intacct.com.
HOST = "api.intacct.com"
NODE_PACKAGE = "@intacct/intacct-sdk@2.2.1"
PYTHON_PACKAGES = {"sageintacctsdk": "1.28.1", "pyintacct": "0.1.1"}


def _node_command() -> list[str]:
    folder = INSTALLED / "js"
    folder.mkdir(parents=True, exist_ok=True)
    install = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    subprocess.run([*install, NODE_PACKAGE], check=True)
    return ["node", "--require", str(HERE / "local_name.js"), str(HERE / "intacct_sdk.js")]


def _python_command(package: str, version: str) -> list[str]:
    folder = INSTALLED / package
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, f"{package}=={version}"], check=True)
    return [str(python), str(HERE / f"{package}_client.py")]


def _passes(command: list[str]) -> bool:
    """Run one client against a fresh local Intacct behind https; only that process trusts the certificate."""
    with (
        tempfile.TemporaryDirectory() as folder,
        SandboxProcess(extra=("--allow-host", HOST)) as intacct,
        tls_front(intacct.endpoint, HOST, Path(folder)) as (port, certificate),
    ):
        environment = {
            **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
            "LOCAL_INTACCT": json.dumps(intacct.credentials),
            "LOCAL_INTACCT_HOST": HOST,
            "LOCAL_INTACCT_PORT": str(port),
            "NODE_PATH": str(INSTALLED / "js" / "node_modules"),
            "NODE_EXTRA_CA_CERTS": str(certificate),
            "REQUESTS_CA_BUNDLE": str(certificate),
        }
        return subprocess.run(command, env=environment, timeout=120).returncode == 0


def main() -> int:
    """Run every client; returns 1 when one of them did not get what it expects."""
    commands = {"@intacct/intacct-sdk": _node_command()}
    commands |= {package: _python_command(package, version) for package, version in PYTHON_PACKAGES.items()}
    failed = []
    for name, command in commands.items():
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()
        if not _passes(command):
            failed.append(name)
    sys.stdout.write(f"failed: {', '.join(failed)}\n" if failed else "All clients got what they expect.\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
