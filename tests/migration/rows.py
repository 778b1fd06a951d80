"""Rows of a whole database as lines of JSON: written by one version of the project, read by every later one.

Owns the form of the file. Knows Django and no model of ours, so it runs under the version that writes and under the
one that reads, on SQLite and on PostgreSQL. Sealed secrets stay sealed: the keys are in tests.migration.version.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import StateApps

Leaves = list[tuple[str, str]]
# The queue's own rows, open sessions and what Django makes by itself are no part of anybody's books.
LEFT_OUT = frozenset({"sessions.session", "usersessions.usersession"})
LEFT_OUT_APPS = frozenset({"django_q"})


@dataclass(frozen=True)
class Row:
    model: str
    values: dict[str, Any]


def write(path: Path, about: dict[str, str]) -> dict[str, int]:
    """Write every row of the database with the migrations it stands at; return how many there are of each model."""
    head = {**about, "leaves": leaves_applied()}
    counts: dict[str, int] = {}
    # No name and no time in the file's head: the same rows are the same bytes.
    with path.open("wb") as plain, gzip.GzipFile("", "wb", 9, plain, mtime=0) as packed:
        packed.write(_line(head))
        for model in _models():
            for values in _values_of(model):
                packed.write(_line({"model": model._meta.label_lower, "values": values}))
                counts[model._meta.label_lower] = counts.get(model._meta.label_lower, 0) + 1
    return counts


def leaves_applied() -> Leaves:
    """The last applied migration of each app."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    return sorted(key for key in MigrationLoader(connection).graph.leaf_nodes() if key in applied)


def now(label: str) -> tuple[set[str], dict[Any, dict[str, Any]]]:
    """The columns of a model as it is today, and its rows by primary key, each value as the file would hold it."""
    model = apps.get_model(label)
    stored = [json.loads(_line(values)) for values in _values_of(model)]
    key = model._meta.pk.attname
    return {field.attname for field in model._meta.concrete_fields}, {values[key]: values for values in stored}


def _models() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.managed and not meta.proxy and meta.app_label not in LEFT_OUT_APPS and meta.label_lower not in LEFT_OUT:
            yield model


def _values_of(model: type[models.Model]) -> Iterator[dict[str, Any]]:
    fields = model._meta.concrete_fields
    everything: models.QuerySet[models.Model] = models.QuerySet(model)  # of all tenants
    for row in everything.order_by("pk").iterator(chunk_size=500):
        yield {field.attname: _written(field, getattr(row, field.attname)) for field in fields}


def _written(field: "models.Field[Any, Any]", value: Any) -> Any:
    """A value as JSON holds it; one of a field with a type of its own as the database does."""
    is_plain = value is None or isinstance(field, models.JSONField) or not hasattr(field, "from_db_value")
    return value if is_plain else field.get_prep_value(value)


def _line(facts: dict[str, Any]) -> bytes:
    return (json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def read(path: Path) -> tuple[dict[str, Any], list[Row]]:
    """What the file says about itself, and its rows in the order of their models."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        head, *rows = map(json.loads, lines)
    return head, [Row(**row) for row in rows]


def store(state: StateApps, rows: Iterable[Row]) -> None:
    """Insert the rows by the models of a migration state, every key and time as written."""
    with transaction.atomic(), connection.constraint_checks_disabled():
        stored = []
        for label, group in groupby(rows, key=lambda row: row.model):
            model = state.get_model(label)
            model._base_manager.bulk_create([_read(model, row.values) for row in group], batch_size=500)
            stored.append(model)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), stored):
            cursor.execute(statement)


def _read(model: type[models.Model], values: dict[str, Any]) -> models.Model:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    for field in fields.values():
        for stamp in ("auto_now", "auto_now_add"):  # of a class made for this state alone
            if getattr(field, stamp, False):
                setattr(field, stamp, False)
    return model(**{name: _given(fields[name], value) for name, value in values.items()})


def _given(field: "models.Field[Any, Any]", value: Any) -> Any:
    if value is None or isinstance(field, models.JSONField):
        return value
    if hasattr(field, "from_db_value"):
        return field.from_db_value(value, None, connection)
    return field.target_field.to_python(value) if isinstance(field, models.ForeignKey) else field.to_python(value)
