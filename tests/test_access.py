"""Every address, visited by everybody. An address without a row here fails the first test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Role, Tenant, User
from erp_admin.models import FileKind, ImportState, Project
from erp_admin.services.imports import take_in
from integrations.models import Connection, Exchange, ListItem
from integrations.services.runs import start_list_sync
from tests.erp_admin.imported import commitment_row, csv_of

PUBLIC, PERSON = "everybody", "anybody logged in"


@dataclass(frozen=True)
class Row:
    """One address: who may use it, by which method, and the arguments that make it exist."""

    least: Role | str
    method: str = "get"
    arguments: tuple[str, ...] = ()
    data: dict[str, str] = field(default_factory=dict)


TABLE = {
    "login": Row(PUBLIC),
    "logout": Row(PUBLIC, "post"),
    "password_reset": Row(PUBLIC),
    "password_reset_done": Row(PUBLIC),
    "password_reset_confirm": Row(PUBLIC, arguments=("uidb64", "token")),
    "password_reset_complete": Row(PUBLIC),
    "healthz": Row(PUBLIC),
    "readyz": Row(PUBLIC),
    "tenants": Row(PERSON),
    "home": Row(Role.VIEWER),
    "projects": Row(Role.VIEWER),
    "refresh_projects": Row(Role.ACCOUNTANT, "post"),
    "preview_projects": Row(Role.ACCOUNTANT, "post", data={"all": "1"}),
    "import_projects": Row(Role.ACCOUNTANT, "post", data={"all": "1"}),
    "ignore_projects": Row(Role.ACCOUNTANT, "post"),
    "restore_projects": Row(Role.ACCOUNTANT, "post"),
    "project_record": Row(Role.VIEWER, arguments=("item_pk",)),
    "link_project": Row(Role.ACCOUNTANT, arguments=("item_pk",)),
    "new_project": Row(Role.ACCOUNTANT),
    "project": Row(Role.VIEWER, arguments=("pk",)),
    "edit_project": Row(Role.ACCOUNTANT, arguments=("pk",)),
    "unlink_project": Row(Role.ACCOUNTANT, "post", arguments=("pk",)),
    "commitment_imports": Row(Role.ACCOUNTANT),
    "commitment_import_template": Row(Role.ACCOUNTANT, arguments=("kind", "form")),
    "commitment_import": Row(Role.ACCOUNTANT, arguments=("draft_pk",)),
    "match_commitment_import": Row(Role.ACCOUNTANT, arguments=("draft_pk",)),
    "rematch_commitment_import": Row(Role.ACCOUNTANT, "post", arguments=("draft_pk",)),
    "pick_commitment_import": Row(Role.ACCOUNTANT, arguments=("draft_pk", "match_pk")),
    "confirm_commitment_import": Row(Role.ACCOUNTANT, "post", arguments=("draft_pk",)),
    "discard_commitment_import": Row(Role.ACCOUNTANT, "post", arguments=("draft_pk",)),
    "commitment_import_problems": Row(Role.ACCOUNTANT, arguments=("draft_pk",)),
    "integrations": Row(Role.VIEWER),
    "set_up": Row(Role.VIEWER),
    "connection": Row(Role.VIEWER),
    "authorize": Row(Role.ADMIN, "post"),
    "update_credentials": Row(Role.ADMIN),
    "check_connection": Row(Role.ADMIN, "post"),
    "disconnect": Row(Role.ADMIN),
    "settings": Row(Role.VIEWER),
    "settings_history": Row(Role.VIEWER),
    "pick": Row(Role.VIEWER, arguments=("list_key",)),
    "start_sync": Row(Role.ACCOUNTANT, "post"),
    "runs": Row(Role.VIEWER),
    "run": Row(Role.VIEWER, arguments=("number",)),
    "run_progress": Row(Role.VIEWER, arguments=("number",)),
    "cancel_run": Row(Role.ACCOUNTANT, "post", arguments=("number",)),
    "exchange": Row(Role.VIEWER, arguments=("number", "exchange_pk")),
}
# Arguments that name nothing of a tenant's: such an address exists for everybody.
NOT_OF_A_TENANT = {"pick", "commitment_import_template"}
ALLOWED = {200, 302, 400, 422, 503}


def own_addresses(resolver: URLResolver | None = None) -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            if entry.app_name != "admin":  # every admin page is visited in the tests of the support admin
                yield from own_addresses(entry)
        elif isinstance(entry, URLPattern):
            yield str(entry.name)


def test_every_address_has_a_row() -> None:
    assert sorted(set(own_addresses())) == sorted(TABLE)


@pytest.fixture
def arguments(mirrored: Connection, scoped: Tenant) -> dict[str, Any]:
    """Arguments that exist in the tenant of `scoped`."""
    run = start_list_sync(mirrored).run
    exchange = Exchange.objects.exclude(run=None).latest("pk")
    exchange.run = run
    exchange.save()
    draft = take_in(scoped, FileKind.COMMITMENTS, "file.csv", csv_of(commitment_row("SC-1", "Somebody Unheard Of")))
    draft.documents.update(state=ImportState.CREATED)  # so that nobody's visit discards it
    return {
        "draft_pk": draft.pk,
        "match_pk": draft.matches.get().pk,
        "kind": "commitments",
        "form": "csv",
        "item_pk": ListItem.objects.filter(kind="projects", missing_at=None).earliest("pk").pk,
        "pk": Project.objects.create(tenant=scoped, number="H-1", name="By hand", currency="USD").pk,
        "list_key": "items",
        "number": run.number,
        "exchange_pk": exchange.pk,
        "uidb64": "MQ",
        "token": "set-password",
    }


def address(name: str, tenant: Tenant, arguments: dict[str, Any]) -> str:
    row = TABLE[name]
    given = {argument.removeprefix("exchange_"): arguments[argument] for argument in row.arguments}
    if isinstance(row.least, Role):
        given["tenant_slug"] = tenant.slug
    return reverse(name, kwargs=given)


def test_everybody_sees_what_is_theirs_and_nothing_else(
    arguments: dict[str, Any],
    tenant: Tenant,
    admin: User,
    accountant: User,
    viewer: User,
    outsider: User,
    client_for: Callable[[User | None], Client],
) -> None:
    """One pass over the table; the admin comes last, so that the earlier visitors find everything as it was."""
    people: list[tuple[str, User | None, Role | None]] = [
        ("anonymous", None, None),
        ("outsider", outsider, None),
        ("viewer", viewer, Role.VIEWER),
        ("accountant", accountant, Role.ACCOUNTANT),
        ("admin", admin, Role.ADMIN),
    ]
    wrong = []
    for who, person, role in people:
        for name, row in TABLE.items():
            where = address(name, tenant, arguments)
            response = getattr(client_for(person), row.method)(where, row.data)
            if not _as_expected(row, person, role, response.status_code, response.get("Location", "")):
                wrong.append(f"{who} {row.method} {name}: {response.status_code} {response.get('Location', '')}")
    assert wrong == []


def _as_expected(row: Row, person: User | None, role: Role | None, status: int, location: str) -> bool:
    if row.least == PUBLIC:
        return status in ALLOWED
    if person is None:
        return status == 302 and location.startswith("/login/?next=")
    if row.least == PERSON:
        return status in ALLOWED
    if role is None:
        return status == 404
    assert isinstance(row.least, Role)
    return (status in ALLOWED and "/login/" not in location) if role.includes(row.least) else status == 403


def test_the_arguments_of_another_tenant_are_not_found(
    arguments: dict[str, Any], other_tenant: Tenant, outsider: User, client_for: Callable[[User | None], Client]
) -> None:
    """An admin of another company asks for this company's records under their own address."""
    wrong = []
    for name, row in TABLE.items():
        if isinstance(row.least, Role) and row.arguments and name not in NOT_OF_A_TENANT:
            where = address(name, other_tenant, arguments)
            status = getattr(client_for(outsider), row.method)(where, row.data).status_code
            if status != 404:
                wrong.append(f"{name}: {status}")
    assert wrong == []
