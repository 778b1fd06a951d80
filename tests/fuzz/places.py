"""The addresses that are visited, with arguments that exist, and what their pages say of them.

Owns the two rooms: a tenant's pages with one's own account, and the support admin. Changes nothing.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin as support
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import Tenant, User
from accounts.tenancy import cross_tenant
from tests.fuzz.pages import Collected
from tests.fuzz.visits import Place
from tests.test_access import TABLE, address

ClientFor = Callable[[User | None], Client]


def cookies_of(client: Client) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


@pytest.fixture
def tenants_places(arguments: dict[str, Any], tenant: Tenant, admin: User, client_for: ClientFor) -> list[Place]:
    """Every address of the table of access, with what the pages say of it."""
    client, collected = client_for(admin), Collected()
    paths = {name: address(name, tenant, arguments) for name in TABLE}
    for name, path in paths.items():
        if TABLE[name].method == "get":
            answer: Any = client.get(path, TABLE[name].data)
            if answer["Content-Type"].startswith("text/html"):
                collected.read(path, b"".join(answer).decode())
    return [Place(name, path, collected.of(path)) for name, path in paths.items()]


def admin_places(client: Client) -> list[Place]:
    """Every page of the support admin, of the first row there is where a page is of one."""
    collected, paths = Collected(), {"admin:index": reverse("admin:index")}
    for model in support.site._registry:
        with cross_tenant("fuzz"):
            row = model._base_manager.first()
        for page in ("changelist", "add", "change", "delete", "history"):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
            try:
                paths[name] = reverse(
                    name, args=[row.pk if row else 0] if page in ("change", "delete", "history") else []
                )
            except NoReverseMatch:
                continue
    for path in paths.values():
        answer: Any = client.get(path)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            collected.read(path, b"".join(answer).decode())
    return [Place(name, path, collected.of(path)) for name, path in paths.items()]
