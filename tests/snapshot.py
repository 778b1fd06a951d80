"""What many tests begin with, done once by each test process and put back as rows for the others.

Owns the beginnings: a connection, lists that were read, and many rows. The first test that asks does it for real; a
later one gets the rows this wrote, for its own tenant and as of now. What rows cannot stand for is done for real each
time, and tests of connecting and of syncing do both themselves.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection as database
from django.db import transaction
from django.db.models import DateField, Field, Model
from django.utils import timezone

from accounts.models import Tenant
from integrations.connections.service import authorize
from integrations.gateway import client as gateway
from integrations.mirror.service import start_list_sync
from integrations.models import CompanySlot, Connection, RunState, SettingsVersion, SyncProfile, SyncRun
from integrations.runs.runner import run_to_end
from tests.local_intacct import LOCAL

Values = dict[str, Any]
Row = tuple[type[Model], int]  # a table and a key
Place = tuple[int, int]  # the number of a row and that of a column


@dataclass
class _Table:
    """The rows that were added to one table, as the database takes them, and which of their values differ by test."""

    model: type[Model]
    keys: list[int] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    pointers: list[tuple[Place, Row]] = field(default_factory=list)
    moments: list[tuple[Place, date]] = field(default_factory=list)

    @property
    def columns(self) -> "list[Field[Any, Any]]":
        return list(self.model._meta.concrete_fields)

    def add(self, key: int, values: Values, began: datetime) -> None:
        number = len(self.rows)
        self.keys.append(key)
        self.rows.append([column.get_db_prep_save(values[column.attname], database) for column in self.columns])
        for position, column in enumerate(self.columns):
            value, place = values[column.attname], (number, position)
            if value is None:
                continue
            target = _pointed_at(self.model, column, values)
            if target is not None:
                self.pointers.append((place, (target, value)))
            elif isinstance(column, DateField) and value >= (began if isinstance(value, datetime) else began.date()):
                self.moments.append((place, value))

    def put_back(self, keys: Mapping[Row, int], moved: Callable[[date], date]) -> None:
        rows = [row.copy() for row in self.rows]
        for (number, position), pointer in self.pointers:
            rows[number][position] = keys[pointer]
        columns = self.columns
        as_stored: dict[date, Any] = {}
        for (number, position), moment in self.moments:
            if moment not in as_stored:
                as_stored[moment] = columns[position].get_db_prep_save(moved(moment), database)
            rows[number][position] = as_stored[moment]
        names = ", ".join(f'"{column.column}"' for column in columns)
        marks = ", ".join(["%s"] * len(columns))
        with database.cursor() as cursor:
            cursor.executemany(f'INSERT INTO "{self.model._meta.db_table}" ({names}) VALUES ({marks})', rows)  # noqa: S608 - names of our own tables


@dataclass
class _Snapshot:
    began: datetime
    ended: datetime
    tables: list[_Table]
    tenant: Row
    connection: Row | None
    became: Values  # what changed in the connection, where it was there before
    content_types: dict[Row, type[Model]]


_snapshots: dict[tuple[str, ...], _Snapshot] = {}


def connect(tenant: Tenant) -> Connection:
    """A connection to the local Intacct with nothing done through it yet, and a living session."""
    facts = LOCAL.credentials
    company, user, password = facts["company"], facts["user"], facts["password"]
    if not _is_as_seeded() or CompanySlot.objects.exists():
        return authorize(tenant, company_id=company, user_id=user, password=password)
    kept = _snapshots.get(("connect",))
    if kept is None:
        with _recording(("connect",), tenant, None):
            return authorize(tenant, company_id=company, user_id=user, password=password)
    _put_back(kept, tenant, None, since=timezone.now())
    connection = Connection.objects.get()
    connection.seal_password(password)  # a secret is sealed to its tenant
    Connection.objects.update(password=connection.password)
    with gateway.build_client(gateway.credentials_of(connection)) as client:
        client.open_session(fresh=True)
    return connection


def read_lists(connection: Connection, kinds: Sequence[str]) -> Connection:
    """The connection after a full sync of these lists, which has just succeeded."""
    key = ("lists", connection.company_id, connection.entity_id, *kinds)
    kept = _snapshots.get(key)
    if not _is_as_seeded() or _has_history(connection):
        _sync(connection, kinds)
    elif kept is None:
        with _recording(key, connection.tenant, connection):
            _sync(connection, kinds)
    else:
        # Not before the credentials were set: what was read with others would have to be read again.
        _put_back(kept, connection.tenant, connection, since=connection.credentials_set_at or timezone.now())
    connection.refresh_from_db()
    return connection


def once(name: str, connection: Connection, act: Callable[[], object]) -> None:
    """What `act` adds to the database of a connection's tenant; it may depend on nothing that differs between tests."""
    kept = _snapshots.get((name,))
    if kept is not None:
        _put_back(kept, connection.tenant, connection, since=timezone.now())
        return
    with _recording((name,), connection.tenant, connection):
        act()


def _sync(connection: Connection, kinds: Sequence[str]) -> None:
    run = run_to_end(start_list_sync(connection, kinds=kinds, queued=False).run)
    assert run.state == RunState.SUCCEEDED, (run.error_sentence, list(run.log.values_list("message", flat=True)))


def _is_as_seeded() -> bool:
    return LOCAL.endpoint == settings.INTACCT_ENDPOINT_URL and LOCAL.is_as_seeded


def _has_history(connection: Connection) -> bool:
    """Whether anything was done or chosen that makes a sync other than the first one."""
    tables = [model._meta.db_table for model in (SyncRun, SettingsVersion, SyncProfile)]
    questions = [f"EXISTS (SELECT 1 FROM {table} WHERE connection_id = %s)" for table in tables]  # noqa: S608 - names of our own tables
    with database.cursor() as cursor:
        cursor.execute(f"SELECT {' OR '.join(questions)}", [connection.pk] * len(tables))
        return bool(cursor.fetchone()[0])


@contextmanager
def _recording(key: tuple[str, ...], tenant: Tenant, connection: Connection | None) -> Iterator[None]:
    """Keep what the block adds to the database. Of what is there already it may change the connection only."""
    began, before = timezone.now(), _everything()
    yield
    ended, after = timezone.now(), _everything()
    became: Values = {}
    if connection is not None:
        old, new = before[Connection].pop(connection.pk), after[Connection].pop(connection.pk)
        became = {name: value for name, value in new.items() if old[name] != value}
    tables = []
    for model, rows in after.items():
        table = _Table(model)
        for number, values in rows.items():
            if number not in before[model]:
                table.add(number, values, began)
            elif values != before[model][number]:
                raise AssertionError(f"{key} changes a {model.__name__}, which cannot be put back")
        if table.rows:
            tables.append(table)
    row = (Connection, connection.pk) if connection is not None else None
    pointers = {pointer for table in tables for _, pointer in table.pointers}
    kinds = {pointer: _model_of(pointer[1]) for pointer in pointers if pointer[0] is ContentType}
    _snapshots[key] = _Snapshot(began, ended, tables, (Tenant, tenant.pk), row, became, kinds)


def _everything() -> dict[type[Model], dict[int, Values]]:
    """Every row there is, by table and key."""
    models = [model for model in apps.get_models() if not model._meta.proxy]
    return {
        model: {values[model._meta.pk.attname]: values for values in model._base_manager.order_by("pk").values()}
        for model in models
    }


def _pointed_at(model: type[Model], column: "Field[Any, Any]", values: Values) -> type[Model] | None:
    """The table whose key this column holds: its own, a foreign one, or that of what an audit entry is about."""
    if column.primary_key:
        return model
    if column.attname == "object_id":
        return _model_of(values["content_type_id"])
    target = column.related_model
    return target if isinstance(target, type) else None


def _model_of(content_type: int) -> type[Model]:
    model = ContentType.objects.get_for_id(content_type).model_class()
    assert model is not None
    return model


def _put_back(snapshot: _Snapshot, tenant: Tenant, connection: Connection | None, *, since: datetime) -> None:
    """Add the rows again; what happened while they were written happened between `since` and now."""
    now = timezone.now()
    pace = (now - since) / (snapshot.ended - snapshot.began)

    def moved(moment: date) -> date:
        if not isinstance(moment, datetime):
            return now.date()
        if moment > snapshot.ended:
            return now + (moment - snapshot.ended)
        return since + (moment - snapshot.began) * pace

    keys: dict[Row, int] = {snapshot.tenant: tenant.pk}
    if connection is not None and snapshot.connection is not None:
        keys[snapshot.connection] = connection.pk
    for row, model in snapshot.content_types.items():
        keys[row] = ContentType.objects.get_for_model(model).pk  # other ones after the database was emptied
    with transaction.atomic():
        for table in snapshot.tables:
            free = _free_keys(table.model, len(table.keys))
            keys.update(((table.model, key), fresh) for key, fresh in zip(table.keys, free, strict=True))
        for table in snapshot.tables:
            table.put_back(keys, moved)
        if connection is not None and snapshot.became:
            became = {
                name: moved(value) if isinstance(value, date) else value for name, value in snapshot.became.items()
            }
            Connection.objects.filter(pk=connection.pk).update(**became)


def _free_keys(model: type[Model], number: int) -> list[int]:
    table = model._meta.db_table
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, number]
            )
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    last = row[0] if row is not None else 0
    return list(range(last + 1, last + 1 + number))
