"""A database that is away is no defect: pages, parts and posts answer 503 with when to come back; a wrong query 500."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core import mail
from django.db import Error, connection, transaction
from django.db.utils import DataError, InterfaceError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse

from accounts.database_trouble import Trouble, trouble_of
from accounts.models import Tenant, User
from config import urls

ClientFor = Callable[[User | None], Client]
IS_POSTGRES = connection.vendor == "postgresql"
on_postgres = pytest.mark.skipif(not IS_POSTGRES, reason="ends connections of the server")
on_sqlite = pytest.mark.skipif(IS_POSTGRES, reason="asks for what SQLite says")


def run_sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def end_connection() -> None:
    """As a restart does: by another connection, as ending oneself is answered before it happens."""
    other = connection.copy()
    try:
        with connection.cursor() as cursor, other.cursor() as killer:
            cursor.execute("SELECT pg_backend_pid()")
            killer.execute("SELECT pg_terminate_backend(%s, 5000)", cursor.fetchone())
    finally:
        other.close()


def loses_database(request: HttpRequest, when: str) -> HttpResponse:
    """A page whose database goes away: before it asks, in the middle of a change, while an answer is made."""
    if when == "before":
        end_connection()
        Tenant.objects.count()
    elif when == "within":
        with transaction.atomic():
            Tenant.objects.count()
            end_connection()
            Tenant.objects.create(slug="never", name="Never")
    elif when == "caught":
        with transaction.atomic():
            end_connection()
            try:
                Tenant.objects.count()
            except Error:
                Tenant.objects.count()
    return HttpResponse("done")


def asks_wrongly(request: HttpRequest, statement: str) -> HttpResponse:
    run_sql(
        {
            "syntax": "NONSENSE 1",
            "table": "SELECT 1 FROM no_such_table",
            "store": "CREATE TABLE large AS SELECT randomblob(10000000)",
        }[statement]
    )
    return HttpResponse("done")


class Site:
    urlpatterns = [
        *urls.urlpatterns,
        path("loses/<when>/", loses_database, name="loses"),
        path("asks/<statement>/", asks_wrongly, name="asks"),
    ]

    def __init__(self) -> None:
        for name in ("handler400", "handler403", "handler404", "handler429", "handler500"):
            setattr(self, name, getattr(urls, name))


@pytest.fixture
def reported(settings: Any) -> None:
    settings.ROOT_URLCONF = Site()
    settings.ADMINS = [("ops@example.com", "ops@example.com")]


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """A lost connection takes the transaction of a usual test with it."""
    yield
    connection.close()


def is_away(answer: Any, *, part: bool = False) -> None:
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert "The site is away for a moment" in answer.text
    assert ("<!doctype html>" in answer.text) is not part
    assert f"<code>{answer['X-Request-ID']}</code>" in answer.text
    assert "Traceback" not in answer.text
    assert mail.outbox == []


@on_postgres
@pytest.mark.parametrize("when", ["before", "within", "caught"])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("part", [False, True], ids=["page", "part"])
def test_a_page_that_loses_its_database_says_so(
    committed: None, client_for: ClientFor, admin: User, reported: None, when: str, method: str, part: bool
) -> None:
    client = client_for(admin)
    client.raise_request_exception = False
    headers = {"HX-Request": "true"} if part else {}
    is_away(getattr(client, method)(reverse("loses", kwargs={"when": when}), headers=headers), part=part)
    connection.close()
    assert client.get(reverse("tenants")).status_code == 302
    assert not Tenant.objects.filter(slug="never").exists()


@on_postgres
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_site_whose_database_takes_nobody_says_so(
    committed: None, client_for: ClientFor, admin: User, reported: None, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the first query of all, which is that of the session."""
    client = client_for(admin)
    client.raise_request_exception = False
    connection.close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "PORT", "1")
        for address in ("/t/summit-ridge/", "/", "/no/such/page/"):
            is_away(getattr(client, method)(address))
        assert Client().get("/readyz").json()["problems"] == {"database": "The database does not answer."}
        assert Client().get("/healthz").status_code == 200
    connection.close()


@pytest.mark.parametrize("statement", ["syntax", "table"])
def test_a_wrong_query_stays_a_defect(db: None, client: Client, admin: User, reported: None, statement: str) -> None:
    client.force_login(admin)
    client.raise_request_exception = False
    answer = client.get(reverse("asks", kwargs={"statement": statement}))
    assert answer.status_code == 500
    assert len(mail.outbox) == 1


class Raised(Exception):
    """What a driver says, with the state of the server where it gave one."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("what the driver says")
        self.sqlstate = sqlstate


def error_of(kind: type[Error], sqlstate: str | None) -> Error:
    error = kind("as Django raises it")
    error.__cause__ = Raised(sqlstate)
    return error


@pytest.mark.parametrize(
    ("kind", "sqlstate", "trouble"),
    [
        (OperationalError, "57P01", Trouble.AWAY),  # an administrator shut it down
        (OperationalError, "57P02", Trouble.AWAY),  # another process of it crashed
        (OperationalError, "57P03", Trouble.AWAY),  # it is starting
        (OperationalError, "08006", Trouble.AWAY),
        (OperationalError, "53300", Trouble.AWAY),  # too many connections
        (OperationalError, None, Trouble.AWAY),
        (OperationalError, "53100", Trouble.NOT_STORED),  # the disk is full
        (OperationalError, "58030", Trouble.NOT_STORED),
        (ProgrammingError, "25006", Trouble.NOT_STORED),  # a standby
        (OperationalError, "57014", None),  # a query that ran too long
        (OperationalError, "40P01", None),  # a deadlock
        (OperationalError, "40001", None),
        (OperationalError, "55P03", None),
        (ProgrammingError, "42P01", None),
        (DataError, "22021", None),
        (InterfaceError, None, None),  # a cursor that we closed
    ],
)
def test_what_the_server_says_decides(kind: type[Error], sqlstate: str | None, trouble: Trouble | None) -> None:
    assert trouble_of(error_of(kind, sqlstate)) is trouble


@pytest.mark.parametrize(
    "error", [None, ValueError("x"), OperationalError("ours"), KeyError("57P01"), OSError(28, "full")]
)
def test_nothing_else_counts_as_the_databases(error: BaseException | None) -> None:
    assert trouble_of(error) is None


@on_sqlite
class TestSqlite:
    @pytest.fixture(autouse=True)
    def _quiet(self, db: None, reported: None) -> None:
        """Each of these ends as the test does."""

    def test_a_database_that_takes_no_changes_is_told_in_words(self, client: Client, admin: User) -> None:
        client.force_login(admin)
        client.raise_request_exception = False
        with connection.cursor() as cursor:
            [pages] = cursor.execute("PRAGMA page_count").fetchone()
        for shut, opened in (
            ("query_only = 1", "query_only = 0"),
            (f"max_page_count = {pages}", "max_page_count = 1073741823"),
        ):
            run_sql(f"PRAGMA {shut}")
            try:
                answer = client.get(reverse("asks", kwargs={"statement": "store"}))
            finally:
                run_sql(f"PRAGMA {opened}")
            assert answer.status_code == 503
            assert "Nothing can be saved at the moment" in answer.text
            assert mail.outbox == []
