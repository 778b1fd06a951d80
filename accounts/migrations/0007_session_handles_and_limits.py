"""Let companies say how long log-ins last, and keep of sessions what opens none: the handle instead of the key.

Sessions go on: their cookies hold the keys that the handles are made of. The way back cannot make keys of handles, so
it ends all sessions and everybody logs in anew; no other row changes.
"""

from collections.abc import Iterator
from typing import Any

import django.core.validators
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone

from accounts.sign_in.sessions import SessionStore, handles_of

BATCH = 500


def hide_keys(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    session_model = apps.get_model("sessions", "Session")
    listed_model = apps.get_model("usersessions", "UserSession")
    store = SessionStore()
    session_model.objects.filter(expire_date__lt=timezone.now()).delete()
    for rows in _batches(session_model.objects.exclude(session_key__startswith="$").order_by("session_key")):
        kept = [
            session_model(
                session_key=handles_of(row.session_key)[0],
                session_data=store.encode(store.decode(row.session_data)),
                expire_date=row.expire_date,
            )
            for row in rows
        ]
        session_model.objects.bulk_create(kept)
        session_model.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
    for rows in _batches(listed_model.objects.exclude(session_key__startswith="$").order_by("pk")):
        for row in rows:
            row.session_key = handles_of(row.session_key)[0]
        listed_model.objects.bulk_update(rows, ["session_key"])


def end_sessions(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("sessions", "Session").objects.all().delete()
    apps.get_model("usersessions", "UserSession").objects.all().delete()


def _batches(waiting: "models.QuerySet[Any]") -> Iterator[list[Any]]:
    """Each batch is the first of what is left; what was done is no longer among it."""
    while rows := list(waiting[:BATCH]):
        yield rows


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_shared_cache"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]
    operations = [
        migrations.AddField(
            model_name="tenant",
            name="idle_minutes",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="After so long people confirm again who they are. Empty: as the site does.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(5),
                    django.core.validators.MaxValueValidator(1440),
                ],
                verbose_name="minutes without activity",
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="longest_hours",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="After so long people log in anew, whatever they do. Empty: as the site does.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(336),
                ],
                verbose_name="hours until people log in anew",
            ),
        ),
        migrations.RunPython(hide_keys, end_sessions),
    ]
