"""Writes beside the tag of each container image the digest it has now: `make pin-images`; `--check` only looks.

Owns where images are named, and that a digest is only ever what a registry said: where none can be asked, that is said
and nothing is changed. Chooses no version; a tag is changed by hand.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = ("Dockerfile", "compose.yaml", ".github/workflows/ci.yml")
IMAGE = re.compile(
    r"^(?P<before>(?:FROM|\s*(?:image|container):)\s+)(?P<name>[\w./-]+:[\w.-]+)(?:@(?P<digest>sha256:[0-9a-f]{64}))?",
    re.MULTILINE,
)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
DONE, WITHOUT_DIGEST, NOT_CHECKED = 0, 1, 3


def images(root: Path = ROOT) -> dict[str, set[str]]:
    """Each image that is named, by name and tag, with the digests that stand beside it; "" where none does."""
    found: dict[str, set[str]] = {}
    for file in FILES:
        for match in IMAGE.finditer((root / file).read_text()):
            found.setdefault(match["name"], set()).add(match["digest"] or "")
    return found


def digest_now(name: str) -> str:
    """What the registry says, asked through Docker. Raises OSError or ValueError where it cannot be asked."""
    command = ["docker", "buildx", "imagetools", "inspect", name, "--format", "{{.Manifest.Digest}}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    if done.returncode or not DIGEST.fullmatch(done.stdout.strip()):
        raise ValueError((done.stderr.strip().splitlines() or ["no digest came"])[0])
    return done.stdout.strip()


def pin(name: str, digest: str, root: Path = ROOT) -> None:
    for file in FILES:
        text = (root / file).read_text()
        pinned = IMAGE.sub(lambda m: f"{m['before']}{name}@{digest}" if m["name"] == name else m[0], text)
        if pinned != text:
            (root / file).write_text(pinned)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="say which images have no digest, and change nothing")
    parser.add_argument("--root", type=Path, default=ROOT, help="where the files are")
    options = parser.parse_args(arguments)
    code = DONE
    for name, pinned in sorted(images(options.root).items()):
        if options.check:
            is_pinned = len(pinned) == 1 and "" not in pinned
            sys.stdout.write(f"{name}: {'pinned' if is_pinned else 'WITHOUT ONE DIGEST everywhere'}\n")
            code = max(code, DONE if is_pinned else WITHOUT_DIGEST)
            continue
        try:
            now = digest_now(name)
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            sys.stdout.write(f"NOT CHECKED: {name}. The registry could not be asked: {error}\n")
            code = NOT_CHECKED
            continue
        pin(name, now, options.root)
        sys.stdout.write(f"{name}: {now}{' as before' if pinned == {now} else ', written'}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
