"""Renews the vendored browser libraries under static/vendor from the npm registry.

Owns: which releases are vendored, which of their files are kept, and how the icon sprite is cut down.
Must not: be needed at run time or by the tests; it needs npm and the network and is run by hand.
"""

from __future__ import annotations

import re
import subprocess  # npm is started with fixed arguments only
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"

# package -> (release, {file in the package: file under static/vendor})
PACKAGES: dict[str, tuple[str, dict[str, str]]] = {
    "bootstrap": (
        "5.3.8",
        {
            "dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
            "dist/js/bootstrap.bundle.min.js": "bootstrap/bootstrap.bundle.min.js",
            "LICENSE": "bootstrap/LICENSE",
        },
    ),
    "tom-select": (
        "2.6.2",
        {
            "dist/js/tom-select.complete.min.js": "tom-select/tom-select.complete.min.js",
            "dist/css/tom-select.bootstrap5.min.css": "tom-select/tom-select.bootstrap5.min.css",
            "LICENSE": "tom-select/LICENSE",
        },
    ),
    "bootstrap-icons": ("1.13.2", {"LICENSE": "bootstrap-icons/LICENSE"}),
}
SPRITE_SOURCE = "bootstrap-icons.svg"
SPRITE = VENDOR / "bootstrap-icons" / "bootstrap-icons.svg"
ICON_NAMES = VENDOR / "bootstrap-icons" / "icons.txt"

# The maps are not vendored, and the manifest storage refuses a reference to a file that is not there.
SOURCE_MAP = re.compile(rb"\s*(?://# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ ?\*/)\s*\Z")
SYMBOL = re.compile(r'<symbol class="[^"]*" viewBox="(?P<box>[^"]+)" id="(?P<name>[^"]+)">(?P<body>.*?)</symbol>', re.S)


def main() -> int:
    """Fetch every package, write the kept files and the sprite; returns the process exit code."""
    with tempfile.TemporaryDirectory() as folder:
        for package, (release, files) in PACKAGES.items():
            unpacked = _unpack(package, release, Path(folder))
            for source, target in files.items():
                _write(VENDOR / target, SOURCE_MAP.sub(b"\n", (unpacked / source).read_bytes()))
            if package == "bootstrap-icons":
                _write(SPRITE, _sprite((unpacked / SPRITE_SOURCE).read_text(encoding="utf-8")).encode())
    return 0


def _unpack(package: str, release: str, folder: Path) -> Path:
    """Download one release with `npm pack` and return the folder it was unpacked to."""
    packed = subprocess.run(  # noqa: S603
        ["npm", "pack", "--silent", f"{package}@{release}"],  # noqa: S607
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    target = folder / package
    with tarfile.open(folder / packed.stdout.strip()) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def _sprite(full: str) -> str:
    """Cut the full sprite down to the names in icons.txt; raises SystemExit naming the unknown ones."""
    symbols = {match["name"]: match for match in SYMBOL.finditer(full)}
    wanted = sorted(set(ICON_NAMES.read_text(encoding="utf-8").split()))
    unknown = [name for name in wanted if name not in symbols]
    if unknown:
        raise SystemExit(f"Not in bootstrap-icons: {', '.join(unknown)}")
    lines = [
        f'<symbol id="{name}" viewBox="{symbols[name]["box"]}">{symbols[name]["body"]}</symbol>' for name in wanted
    ]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(lines) + "\n</svg>\n"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    sys.stdout.write(f"{path.relative_to(VENDOR)}  {len(content):,} bytes\n")


if __name__ == "__main__":
    raise SystemExit(main())
