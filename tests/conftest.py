"""What every test can have: tenants, people in each role, the local Intacct over a real socket, a connection to it.

Alma is the admin, Ben the accountant, Vera the viewer; Otto belongs to another tenant and must never see anything here.
"""

import gc
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection as database
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from hypothesis import settings as hypothesis_settings

from accounts.middleware import TENANT_KEY
from accounts.models import Role, Tenant, User
from accounts.sign_in.limits import ACTIVE_KEY, BEGAN_KEY, SEEN_KEY
from accounts.sign_in.sessions import SessionStore
from accounts.support_visits import state_reason
from accounts.tenancy import tenant_scope
from integrations.models import Connection, Heartbeat
from integrations.sandbox.facade import SandboxServer
from integrations.settings.declared import all_settings, built_switches, switches_requiring
from integrations.settings.service import save_settings
from tests import lists
from tests.browsers import teach_the_client
from tests.databases import filled_memory
from tests.databases import migrated_file as make_migrated_file
from tests.erp_admin.samples import choose_settings
from tests.local_intacct import LOCAL, begin_with_the_seed, settings_for
from tests.people import ben, person, sam, summit_ridge
from tests.snapshot import connect, read_lists

MIRRORED = list(lists.FEW)
DEFAULTS = {"default_account": "5010", "default_item": "SUBCON"}

teach_the_client()

# The suite tries the same examples each time, so that a change is judged by itself; HYPOTHESIS_PROFILE=search looks for
# examples that nobody has tried.
hypothesis_settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis_settings.register_profile("search", deadline=None, max_examples=500)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for garbage took an eighth of the processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def migrated_file() -> Path:
    """An SQLite file with all migrations and no row, for copies; one for all processes."""
    return make_migrated_file()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Asked for by pytest-django before it makes the test database: one in memory is filled from the migrated file."""
    if database.vendor != "sqlite":
        yield
        return
    with filled_memory(request.getfixturevalue("migrated_file")):
        yield


@pytest.fixture(autouse=True)
def _quick_settings() -> Iterator[None]:
    """Quick passwords, and a cache of its own for each test, so that nobody meets limits that another test used up."""
    backend = "django.core.cache.backends.locmem.LocMemCache"
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        CACHES={"default": {"BACKEND": backend, "LOCATION": uuid.uuid4().hex}},
    ):
        yield


def enable(connection: Connection) -> Connection:
    """Save the settings that are required; every switch is on that requires none of its own."""
    demanding = {switch for setting in all_settings() for switch in switches_requiring(setting)}
    save_settings(connection, values=DEFAULTS, switched={each.key: each not in demanding for each in built_switches()})
    return connection


@pytest.fixture
def tenant(db: None) -> Tenant:
    return summit_ridge()


@pytest.fixture
def other_tenant(db: None) -> Tenant:
    return Tenant.objects.create(name="Lowland Paving", slug="lowland", time_zone="UTC", base_currency="USD")


@pytest.fixture
def admin(tenant: Tenant) -> User:
    return person("alma@summit.example", "Alma Reyes", tenant, Role.ADMIN)


@pytest.fixture
def accountant(tenant: Tenant) -> User:
    return ben(tenant)


@pytest.fixture
def viewer(tenant: Tenant) -> User:
    return person("vera@summit.example", "Vera Lindqvist", tenant, Role.VIEWER)


@pytest.fixture
def outsider(other_tenant: Tenant) -> User:
    return person("otto@lowland.example", "Otto Brandt", other_tenant, Role.ADMIN)


@pytest.fixture
def staff(db: None) -> User:
    """Support staff with the second factor they must have, see tests.second_factor."""
    return sam()


@pytest.fixture
def client_for() -> Callable[[User | None], Client]:
    """A browser of that person, whose session began before the test; of nobody for None. Logging in is tested apart."""

    def client_for(person: User | None) -> Client:
        client = Client()
        if person is not None:
            session = SessionStore()
            session[SESSION_KEY] = str(person.pk)
            session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[HASH_SESSION_KEY] = person.get_session_auth_hash()
            session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
            session["account_authentication_methods_user"] = str(person.pk)
            session[SEEN_KEY] = int(time.time())
            session[ACTIVE_KEY] = session[BEGAN_KEY] = time.time()
            session[TENANT_KEY] = person.memberships.values_list("tenant", flat=True).first()
            if person.is_staff:  # and has said why already; being asked is tested apart
                for pk in Tenant.objects.values_list("pk", flat=True):
                    state_reason(session, pk, "Ticket 1: a test")
            session.save()
            client.cookies[settings.SESSION_COOKIE_NAME] = session.cookie_key or ""
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
    with LOCAL as server:
        yield server


@pytest.fixture
def intacct(local_intacct: SandboxServer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> SandboxServer:
    """The local Intacct as freshly started, with the settings pointing at it."""
    begin_with_the_seed(local_intacct, monkeypatch)
    for name, value in settings_for(local_intacct).items():
        setattr(settings, name, value)
    return local_intacct


@pytest.fixture
def connection(scoped: Tenant, intacct: SandboxServer) -> Connection:
    return connect(scoped)


@pytest.fixture
def worker_lives(db: None) -> None:
    """The queue's heartbeat is fresh, as while a worker runs."""
    Heartbeat.objects.create(name="queue", beat_at=timezone.now())


@pytest.fixture
def mirrored(connection: Connection) -> Connection:
    """A connection whose lists have been read, those that most tests look at."""
    return read_lists(connection, lists.FEW)


@pytest.fixture
def ready(mirrored: Connection) -> Connection:
    """A fully enabled integration, see `enable`."""
    return enable(mirrored)


@pytest.fixture
def pushing(connection: Connection) -> Connection:
    """A connection that pushes commitments, with the lists that this needs."""
    read_lists(connection, lists.LEDGER)
    choose_settings(connection)
    return connection
