"""System checks name what is wrong with the deployment."""

from typing import Any

import pytest
from django.core.checks import run_checks


def ids(*, deploy: bool = False) -> set[str]:
    found = run_checks(include_deployment_checks=deploy)
    return {str(message.id) for message in found if str(message.id).startswith("integrations.")}


@pytest.fixture(autouse=True)
def sound(settings: Any) -> None:
    settings.INTACCT_SENDER_ID = settings.INTACCT_SENDER_PASSWORD = "sender"
    settings.INTACCT_ENDPOINT_URL = "https://api.intacct.com/ia/xml/xmlgw.phtml"


def test_a_sound_deployment_has_no_findings() -> None:
    assert ids() == set()


@pytest.mark.parametrize(
    ("name", "value", "finding"),
    [
        ("FIELD_ENCRYPTION_KEYS", ["not a key"], "integrations.E001"),
        ("FIELD_ENCRYPTION_KEYS", [], "integrations.E001"),
        ("SECRET_KEY", "insecure-development-key", "integrations.E002"),
        ("INTACCT_ENDPOINT_URL", "http://api.intacct.com/ia/xml/xmlgw.phtml", "integrations.E003"),
        ("INTACCT_ENDPOINT_URL", "https://api.intacct.com.evil.example/", "integrations.E003"),
        ("PUSH_QUARANTINE_SECONDS", 60, "integrations.E005"),
        ("INTACCT_SENDER_ID", "", "integrations.W001"),
    ],
)
def test_each_mistake_is_found(settings: Any, name: str, value: Any, finding: str) -> None:
    setattr(settings, name, value)
    found = [message for message in run_checks() if message.id == finding]
    assert len(found) == 1
    assert found[0].hint


def test_hosts_besides_sages_are_named_before_deployment(settings: Any) -> None:
    settings.SITE_URL = "https://erp.example.com"
    settings.INTACCT_ALLOWED_ENDPOINT_HOSTS = ["gateway.example.com"]
    assert ids(deploy=True) == {"integrations.W003"}
    assert ids() == set()


@pytest.mark.parametrize(
    ("site_url", "found"),
    [
        ("http://127.0.0.1:8000", {"integrations.W002"}),
        ("http://localhost", {"integrations.W002"}),
        ("erp.example.com", {"integrations.W002"}),
        ("https://erp.example.com", set()),
    ],
)
def test_links_that_lead_nowhere_are_found_before_deployment(settings: Any, site_url: str, found: set[str]) -> None:
    settings.SITE_URL = site_url
    assert ids(deploy=True) == found
