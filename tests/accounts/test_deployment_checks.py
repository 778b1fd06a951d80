"""Each mistake of a deployment has an id, a hint and a line in docs/checks.md."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

ROOT = Path(__file__).parent.parent.parent
SOURCES = [*(ROOT / "accounts").glob("*checks.py"), *(ROOT / "integrations").glob("*checks.py")]
SOUND: dict[str, Any] = {
    "DEBUG": False,
    "SITE_URL": "https://erp.example.com",
    "HTTPS_ONLY": True,
    "TRUST_PROXY_HEADERS": True,
    "ALLOWED_HOSTS": ["erp.example.com"],
    "ADMIN_PATH": "support/",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "DEFAULT_FROM_EMAIL": "ERP <erp@example.com>",
    "ADMINS": [("ops@example.com", "ops@example.com")],
    "INTACCT_ALLOWED_ENDPOINT_HOSTS": [],
}
MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"DEBUG": True}, "deployment.E001"),
    ({"SITE_URL": "http://erp.example.com", "TRUST_PROXY_HEADERS": False}, "deployment.E002"),
    ({"ALLOWED_HOSTS": ["*"]}, "deployment.E003"),
    ({"ALLOWED_HOSTS": ["other.example.com"]}, "deployment.E004"),
    ({"FIELD_ENCRYPTION_KEYS": ["the same"], "SECRET_KEY": "the same"}, "deployment.E005"),
    ({"ADMIN_PATH": "admin/"}, "deployment.I001"),
    ({"ADMINS": []}, "deployment.I002"),
    ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "deployment.W001"),
    ({"DEFAULT_FROM_EMAIL": "erp-admin@localhost"}, "deployment.W002"),
    ({"ENGINE": "django.db.backends.sqlite3", "QUEUE_WORKERS": 2}, "deployment.W003"),
    ({"ENGINE": "django.db.backends.sqlite3", "QUEUE_WORKERS": 1}, "deployment.W004"),
    ({"MAINTENANCE": True}, "deployment.W005"),
    ({"LOGGING": {"root": {"level": "DEBUG"}}}, "deployment.W006"),
    ({"TRUST_PROXY_HEADERS": False}, "deployment.W007"),
    ({"SITE_URL": "http://127.0.0.1:8000"}, "deployment.W008"),
    ({"HTTPS_ONLY": False}, "deployment.W009"),
]


def found(prefix: str = "deployment.") -> list[Any]:
    return [each for each in run_checks(include_deployment_checks=True) if str(each.id).startswith(prefix)]


@pytest.fixture
def set_to(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], None]:
    def set_to(values: dict[str, Any]) -> None:
        for name, value in values.items():
            if name == "ENGINE":
                monkeypatch.setitem(settings.DATABASES["default"], name, value)
            else:
                setattr(settings, name, value)

    return set_to


@pytest.fixture(autouse=True)
def sound(set_to: Callable[[dict[str, Any]], None]) -> None:
    set_to({**SOUND, "ENGINE": "django.db.backends.postgresql"})


def test_a_sound_deployment_has_no_findings() -> None:
    assert found() == []


@pytest.mark.parametrize("allowed", [".example.com", "erp.example.com"])
def test_a_host_may_be_named_by_its_domain(settings: Any, allowed: str) -> None:
    settings.ALLOWED_HOSTS = [allowed]
    assert found() == []


@pytest.mark.parametrize(("values", "finding"), MISTAKES, ids=[finding for _, finding in MISTAKES])
def test_each_mistake_is_found_with_a_hint(
    set_to: Callable[[dict[str, Any]], None], values: dict[str, Any], finding: str
) -> None:
    set_to(values)
    [message] = found()
    assert message.id == finding
    assert message.hint


def ids_in_code() -> set[str]:
    return {match for source in SOURCES for match in re.findall(r'id="(\w+\.[EWI]\d{3})"', source.read_text())}


def test_every_check_has_its_line_in_the_docs_and_none_is_made_up() -> None:
    table = re.findall(r"^\| `(\w+\.[EWI]\d{3})` \|", (ROOT / "docs/checks.md").read_text(), re.MULTILINE)
    assert sorted(table) == sorted(ids_in_code())


def test_every_check_of_the_deployment_is_tested_here() -> None:
    assert {each for each in ids_in_code() if each.startswith("deployment.")} == {finding for _, finding in MISTAKES}


def test_what_the_threat_model_names_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)`", (ROOT / "docs/threat-model.md").read_text())
    assert len(named) > 30
    assert [path for path in named if not (ROOT / path).is_file()] == []
