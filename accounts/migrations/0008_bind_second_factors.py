"""Seal each second factor together with its person, and make the table in which attempts to log in are counted.

While it runs, processes of the version before cannot read a factor that was sealed anew, and say so at log-in. A factor
that no key opens stays as it is; it is refused in words, as before.
"""

import json
from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from accounts.crypto import Binding, Unreadable, open_text, seal_text

FORMER: Binding = {"purpose": "second factor"}
SECRETS = ("secret", "seed")
AT_ONCE = 500


def bind(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    def renewed(row: Any, name: str, token: str) -> str:
        return seal_text(json.dumps(open_text(token, FORMER)), binding(row, name))

    _renew(apps, renewed)


def release(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The way back. Passkeys, which the version before does not know, stay as they are and are not asked for there."""

    def renewed(row: Any, name: str, token: str) -> str:
        return seal_text(json.loads(open_text(token, binding(row, name))), FORMER)

    _renew(apps, renewed)


def binding(row: Any, name: str) -> Binding:
    return {"purpose": "second factor", "person": row.user_id, "kind": row.type, "part": name}


def _renew(apps: StateApps, renewed: Any) -> None:
    authenticator = apps.get_model("mfa", "Authenticator")
    last = 0
    while rows := list(authenticator.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        last = rows[-1].pk
        changed = []
        for row in rows:
            try:
                fresh = {name: renewed(row, name, str(row.data[name])) for name in SECRETS if name in row.data}
            except Unreadable:
                continue
            if fresh:
                row.data = {**row.data, **fresh}
                changed.append(row)
        authenticator.objects.bulk_update(changed, ["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_session_handles_and_limits"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attempts",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        help_text="A keyed hash of what is tried, and from where.", max_length=64, unique=True
                    ),
                ),
                (
                    "tries",
                    models.PositiveIntegerField(
                        default=0, help_text="Since the last success, or since it was forgotten."
                    ),
                ),
                ("opens_at", models.DateTimeField(help_text="The next try counts from then on.")),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "attempts",
                "indexes": [models.Index(fields=["last_at"], name="attempts_last_at")],
            },
        ),
        migrations.RunPython(bind, release),
    ]
