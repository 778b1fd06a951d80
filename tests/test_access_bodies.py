"""What is another tenant's is out of reach in bodies and queries too, under whatever name and in whatever form.

The addresses are those of the table of access; what they take, their pages and the code say (tests/fuzz/pages.py).
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection as database
from django.db import models
from django.test import Client
from django.urls import reverse

from accounts.models import Tenant, User
from accounts.tenancy import cross_tenant, tenant_scope
from tests import foreign_rows
from tests.foreign_rows import ID, KEY, MARK
from tests.fuzz.pages import names_in_code
from tests.fuzz.places import tenants_places
from tests.fuzz.visits import FORM, Place
from tests.shared import undone
from tests.test_access import arguments

__all__ = ["arguments", "tenants_places"]  # the fixtures
WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.IGNORECASE)
NO_IDS = ("_FORMS", "description", "amount", "password", "title", "csrfmiddlewaretoken")


WHOLE = pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.fuzz)])


@pytest.fixture
def foreign(other_tenant: Tenant, outsider: User) -> Tenant:
    other_tenant.name = MARK
    other_tenant.save()
    with tenant_scope(other_tenant):
        foreign_rows.fill(other_tenant, outsider)
    return other_tenant


@contextmanager
def tables_written() -> Iterator[set[str]]:
    written: set[str] = set()

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if (found := WRITES.match(sql)) is not None:
            written.add(found[1])
        return execute(sql, params, many, context)

    with database.execute_wrapper(watch):
        yield written


def across_tenants(look: Callable[..., Any]) -> Callable[..., Any]:
    """What looks at the rows of every tenant, whoever's request it is."""

    def behind_the_door(*args: Any) -> Any:
        with cross_tenant("test"):
            return look(*args)

    return behind_the_door


@across_tenants
def rows_of(tenant: Tenant, names: set[str]) -> dict[str, list[Any]]:
    """What the tenant has in these tables."""
    return {
        table._meta.db_table: list(table._base_manager.filter(tenant_id=tenant.pk).order_by("pk").values_list())
        for table in foreign_rows.tables()
        if table._meta.db_table in names
    }


@across_tenants
def crossing(tenant: Tenant, names: set[str]) -> list[str]:
    """Rows of the tenant that point at the other one's."""
    return [
        f"{table.__name__}.{field.name}"
        for table in foreign_rows.tables()
        if table._meta.db_table in names
        for field in table._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.name != "tenant"
        and table._base_manager.filter(tenant_id=tenant.pk, **{field.attname: KEY}).exists()
    ]


def sent(client: Client, method: str, place: Place, pairs: list[tuple[str, Any]]) -> Any:
    encoded = urlencode(pairs)
    if method == "GET":
        return client.get(place.path, QUERY_STRING=encoded)
    return client.generic("POST", place.path, encoded, FORM, follow=True)


def page_of(answer: Any) -> str:
    return b"".join(answer).decode(errors="replace")


def own(places: list[Place]) -> list[Place]:
    """Those of the tenant; the others know no tenant."""
    return [place for place in places if place.path.startswith("/t/")]


def foreign_for(own: str) -> Any:
    """The foreign value that can stand where this one does: a key for a number, else an id of Intacct's or a number."""
    return KEY if own.isdigit() else ID


def queries(place: Place, whole: bool) -> Iterator[list[tuple[str, Any]]]:
    """All names there are at once; each parameter of the address by itself: of keys, or of all where it is `whole`."""
    for value in (KEY, ID):
        yield [(name, value) for name in names_in_code()]
    known = place.known.parameters
    for name in (name for name, own in known.items() if whole or own.isdigit()):
        yield [(each, foreign_for(own) if each == name else own) for each, own in known.items()]


def bodies(place: Place, whole: bool) -> Iterator[list[tuple[str, Any]]]:
    """All names there are at once; each form with all fields foreign, or one that is chosen: of keys, or any."""
    for value in (KEY, ID):
        yield [(name, value) for name in names_in_code()]
    for form in place.known.forms:
        names = [name for name, _ in form if not name.endswith(NO_IDS)]
        for value in (KEY, ID):
            yield [(name, value if name in names else own) for name, own in form]
        chosen = [name for name, own in form if name in place.known.picked and (whole or own.isdigit())]
        for name in dict.fromkeys(name for name in chosen if name in names):
            yield [(each, foreign_for(own) if each == name else own) for each, own in form]


@WHOLE
def test_nothing_of_another_tenant_is_read_by_its_ids(
    whole: bool,
    foreign: Tenant,
    tenants_places: list[Place],
    admin: User,
    client_for: Callable[[User | None], Client],
) -> None:
    client, wrong, count = client_for(admin), [], 0
    for place in own(tenants_places):
        for pairs in queries(place, whole):
            answer = sent(client, "GET", place, pairs)
            count += 1
            if MARK in page_of(answer) or answer.status_code >= 500:
                wrong.append(f"{place.name} {pairs}: {answer.status_code}")
    assert wrong == []
    assert count > 200


@WHOLE
def test_nothing_of_another_tenant_is_changed_by_its_ids(
    whole: bool,
    foreign: Tenant,
    tenant: Tenant,
    tenants_places: list[Place],
    admin: User,
    client_for: Callable[[User | None], Client],
) -> None:
    client, wrong, count = client_for(admin), [], 0
    cookies = client.cookies.output(header="", sep=";")
    before = rows_of(foreign, {table._meta.db_table for table in foreign_rows.tables()})
    assert all(before.values())
    for place in own(tenants_places):
        for pairs in bodies(place, whole):
            client.cookies.load(cookies)
            with undone(), tables_written() as written:
                answer = sent(client, "POST", place, pairs)
                count += 1
                changed = [name for name, rows in rows_of(foreign, written).items() if rows != before[name]]
                pointing = crossing(tenant, written)
            if changed or pointing or MARK in page_of(answer) or answer.status_code >= 500:
                wrong.append(f"{place.name} {pairs}: {answer.status_code} {changed} {pointing}")
    assert wrong == []
    assert count > 200


def test_the_same_requests_reach_what_is_ones_own(
    foreign: Tenant,
    tenants_places: list[Place],
    admin: User,
    outsider: User,
    client_for: Callable[[User | None], Client],
) -> None:
    """Without this the two above would pass where nothing is reached at all."""
    theirs = client_for(outsider)
    for name, query in (("commitments", {}), ("change_orders", {}), ("projects", {"view": "here"})):
        assert MARK in page_of(theirs.get(reverse(name, kwargs={"tenant_slug": foreign.slug}), query)), name
    for name in ("project", "edit_project", "commitment"):
        address = reverse(name, kwargs={"tenant_slug": foreign.slug, "pk": KEY})
        assert MARK in page_of(theirs.get(address)), name
    client, went = client_for(admin), set()
    for place in own(tenants_places):
        for form in place.known.forms:
            with undone():
                if client.post(place.path, urlencode(form), FORM).status_code == 302:
                    went.add(place.name)
    assert len(went) > 15
    assert {"commitment", "project", "item"} <= {
        name for place in own(tenants_places) for name in place.known.parameters
    } | {name for place in own(tenants_places) for form in place.known.forms for name, _ in form}
