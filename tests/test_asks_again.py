"""Every address of the table in test_access.py that matters too much for a stolen session: it asks who it is first."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from accounts.models import Tenant, User
from accounts.tenancy import cross_tenant
from tests.browsers import age_proof
from tests.people import PASSWORD
from tests.second_factor import enrol
from tests.test_access import TABLE, address, arguments  # noqa: F401 - the fixture


def asking_views(resolver: URLResolver | None = None) -> Iterator[str]:
    """The addresses whose views ask again; those of django-allauth do so by ways of its own."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from asking_views(entry)
        elif getattr(entry.callback, "asks_again", False):
            yield str(entry.name)


ASKS_BY_ITSELF = {"mfa_activate_totp", "mfa_generate_recovery_codes", "mfa_deactivate_totp"}


def test_every_address_that_asks_again_is_declared() -> None:
    declared = {name for name, row in TABLE.items() if row.asks_again}
    assert set(asking_views()) == declared - ASKS_BY_ITSELF


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_logged_in_long_ago_confirms_who_they_are_before_what_matters(
    arguments: dict[str, Any],  # noqa: F811 - the fixture
    tenant: Tenant,
    admin: User,
    client_for: Callable[[User | None], Client],
    method: str,
) -> None:
    """By both methods; nothing is changed before, and afterwards it works without being asked once more."""
    enrol(admin)
    wrong = []
    for name, row in TABLE.items():
        if not row.asks_again or (method == "get" and row.method == "post"):
            continue
        cache.clear()  # how often one may try to confirm is limited too
        where, browser = address(name, tenant, arguments), client_for(admin)
        age_proof(browser, 301 if method == "get" else 901)
        before = audited_rows()
        asked = getattr(browser, method)(where, row.data)
        if not asked.get("Location", "").startswith(reverse("account_reauthenticate")):
            wrong.append(f"{method} {name}: {asked.status_code} {asked.get('Location', '')}")
        elif audited_rows() != before:
            wrong.append(f"{method} {name}: something changed")
        else:
            led_to = browser.post(asked["Location"], {"password": PASSWORD}).get("Location", "")
            if led_to != (where if method == "get" else reverse("kept_form")):
                wrong.append(f"{method} {name}: confirming leads to {led_to}")
            again = browser.get(led_to)
            if "/account/confirm/" in again.get("Location", "") or again.status_code not in (200, 302):
                wrong.append(f"{method} {name}: {again.status_code} after confirming")
    assert wrong == []


def audited_rows() -> list[Any]:
    with cross_tenant("test"):
        return [list(model._base_manager.order_by("pk").values_list()) for model in apps.get_models()
                if model._meta.app_label in ("accounts", "integrations", "erp_admin", "mfa")]  # fmt: skip
