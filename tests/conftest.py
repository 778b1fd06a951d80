"""What every test can have: tenants, people in each role, the local Intacct over a real socket, a connection to it.

Alma is the admin, Ben the accountant, Vera the viewer; Otto belongs to another tenant and must never see anything here.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.middleware import TENANT_KEY
from accounts.models import Role, Tenant, User
from accounts.services import set_role
from accounts.sign_in.middleware import SEEN_KEY
from accounts.tenancy import tenant_scope
from integrations.connections.service import authorize
from integrations.gateway import client as gateway
from integrations.intacct import SessionCache
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, RunState
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from integrations.settings.declared import all_settings, switches, switches_requiring
from integrations.settings.service import save_settings
from tests.erp_admin.documents import choose_settings
from tests.integrations.ledger import LISTS
from tests.second_factor import enrol

PASSWORD = "correct horse battery"
MIRRORED = ["gl_accounts", "items", "customers", "projects", "tasks"]
DEFAULTS = {"default_account": "5010", "default_item": "SUBCON"}


@pytest.fixture(autouse=True)
def _fast_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _empty_cache(settings: Any) -> None:
    """A cache of its own for each test, so that nobody runs into limits that another test used up."""
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": uuid.uuid4().hex}}


@pytest.fixture
def tenant(db: None) -> Tenant:
    return Tenant.objects.create(
        name="Summit Ridge Builders", slug="summit-ridge", time_zone="America/Denver", base_currency="USD"
    )


@pytest.fixture
def other_tenant(db: None) -> Tenant:
    return Tenant.objects.create(name="Lowland Paving", slug="lowland", time_zone="UTC", base_currency="USD")


def _person(email: str, name: str, tenant: Tenant, role: Role) -> User:
    person = User.objects.create_user(email, PASSWORD, name=name)
    set_role(tenant, person, role)
    return person


@pytest.fixture
def admin(tenant: Tenant) -> User:
    return _person("alma@summit.example", "Alma Reyes", tenant, Role.ADMIN)


@pytest.fixture
def accountant(tenant: Tenant) -> User:
    return _person("ben@summit.example", "Ben Okafor", tenant, Role.ACCOUNTANT)


@pytest.fixture
def viewer(tenant: Tenant) -> User:
    return _person("vera@summit.example", "Vera Lindqvist", tenant, Role.VIEWER)


@pytest.fixture
def outsider(other_tenant: Tenant) -> User:
    return _person("otto@lowland.example", "Otto Brandt", other_tenant, Role.ADMIN)


@pytest.fixture
def staff(db: None) -> User:
    """Support staff with the second factor they must have, see tests.second_factor."""
    person = User.objects.create_superuser("sam@support.example", PASSWORD, name="Sam Support")
    enrol(person)
    return person


@pytest.fixture
def client_for() -> Callable[[User | None], Client]:
    """A browser of that person, who logged in and looked around a moment ago; of nobody for None."""

    def client_for(person: User | None) -> Client:
        client = Client()
        if person is not None:
            client.force_login(person)
            session = client.session
            session[SEEN_KEY] = int(time.time())
            session[TENANT_KEY] = person.memberships.values_list("tenant", flat=True).first()
            session.save()
        return client

    return client_for


@pytest.fixture
def url(tenant: Tenant) -> Callable[..., str]:
    """The address of a tenant's page."""

    def url(name: str, **kwargs: Any) -> str:
        return reverse(name, kwargs={"tenant_slug": tenant.slug, **kwargs})

    return url


@pytest.fixture
def scoped(tenant: Tenant) -> Iterator[Tenant]:
    with tenant_scope(tenant):
        yield tenant


@pytest.fixture(scope="session")
def local_intacct() -> Iterator[SandboxServer]:
    server = SandboxServer(seed="demo", control=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def intacct(local_intacct: SandboxServer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> SandboxServer:
    """The local Intacct as freshly started, with the settings pointing at it."""
    local_intacct.control(do="reset")
    monkeypatch.setattr(gateway, "SESSIONS", SessionCache())
    monkeypatch.setattr(gateway, "PAUSE", lambda seconds: None)
    facts = local_intacct.credentials
    settings.INTACCT_ENDPOINT_URL = local_intacct.endpoint
    settings.INTACCT_SENDER_ID = facts["sender"]
    settings.INTACCT_SENDER_PASSWORD = facts["sender_password"]
    settings.INTACCT_ALLOWED_ENDPOINT_HOSTS = ["127.0.0.1"]
    return local_intacct


@pytest.fixture
def connection(scoped: Tenant, intacct: SandboxServer) -> Connection:
    facts = intacct.credentials
    return authorize(scoped, company_id=facts["company"], user_id=facts["user"], password=facts["password"])


@pytest.fixture
def mirrored(connection: Connection) -> Connection:
    """A connection whose lists have been read, those that most tests look at."""
    run = run_to_end(start_list_sync(connection, kinds=MIRRORED, queued=False).run)
    assert run.state == RunState.SUCCEEDED, (run.error_sentence, list(run.log.values_list("message", flat=True)))
    return connection


@pytest.fixture
def ready(mirrored: Connection) -> Connection:
    """A fully enabled integration with every switch on that requires no settings of its own."""
    demanding = {switch for setting in all_settings() for switch in switches_requiring(setting)}
    save_settings(mirrored, values=DEFAULTS, switched={each.key: each not in demanding for each in switches()})
    return mirrored


@pytest.fixture
def pushing(connection: Connection) -> Connection:
    """A connection that pushes commitments, with the lists that this needs."""
    run = run_to_end(start_list_sync(connection, kinds=LISTS, queued=False).run)
    assert run.state == RunState.SUCCEEDED, list(run.log.values_list("message", flat=True))
    choose_settings(connection)
    return connection
