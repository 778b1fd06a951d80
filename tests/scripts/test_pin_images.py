"""Every image is pinned by its digest, and `make pin-images` writes none that a registry did not say."""

import shutil
from pathlib import Path

import pytest

from scripts.pin_images import DONE, FILES, NOT_CHECKED, ROOT, WITHOUT_DIGEST, images, main

NEW = "sha256:" + "ab" * 32


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for file in FILES:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a stand-in for Docker says what the test writes into it."""
    program = tmp_path / "bin/docker"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return program


def says(program: Path, text: str, code: int = 0) -> None:
    program.write_text(f"#!/bin/sh\necho '{text}'\nexit {code}\n")
    program.chmod(0o755)


def text_of(root: Path) -> str:
    return "".join((root / file).read_text() for file in FILES)


def test_every_image_that_is_deployed_is_pinned_by_one_digest() -> None:
    deployed = {name: pins for name, pins in images().items() if name != "python:3.11-trixie"}  # that one only tests
    assert {name.partition(":")[0] for name in deployed} == {"python", "postgres", "caddy"}
    assert [name for name, pins in deployed.items() if len(pins) != 1 or "" in pins] == []


def test_an_image_without_a_digest_is_named(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compose = copy / "compose.yaml"
    compose.write_text(compose.read_text().replace("image: caddy:", "image: caddy:2.0.0 # ", 1))
    assert main(["--check", "--root", str(copy)]) == WITHOUT_DIGEST
    assert "caddy:2.0.0: WITHOUT ONE DIGEST" in capsys.readouterr().out


def test_what_the_registry_says_is_written_everywhere(copy: Path, docker: Path) -> None:
    says(docker, NEW)
    assert main(["--root", str(copy)]) == DONE
    assert set().union(*images(copy).values()) == {NEW}
    before = text_of(copy)
    assert main(["--root", str(copy)]) == DONE
    assert text_of(copy) == before


@pytest.mark.parametrize("answer", ["", "latest", "sha256:short", NEW.upper(), f"{NEW} {NEW}"])
def test_nothing_else_is_written(copy: Path, docker: Path, answer: str) -> None:
    before = text_of(copy)
    says(docker, answer)
    assert main(["--root", str(copy)]) == NOT_CHECKED
    says(docker, NEW, code=1)
    assert main(["--root", str(copy)]) == NOT_CHECKED
    docker.unlink()
    assert main(["--root", str(copy)]) == NOT_CHECKED
    assert text_of(copy) == before
