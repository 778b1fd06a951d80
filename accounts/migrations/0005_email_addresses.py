"""Give everybody the address record that log-in reads now.

An address counts as proved where its owner has logged in: before, a password came through a link to that address.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models.functions import Lower


def record_addresses(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    user_model = apps.get_model("accounts", "User")
    # Log-in compares with lower case from now on; before, it did not care.
    user_model.objects.exclude(email=Lower("email")).update(email=Lower("email"))
    address_model = apps.get_model("account", "EmailAddress")
    known = address_model.objects.values("user_id")
    missing = user_model.objects.exclude(pk__in=known).order_by("pk").values_list("pk", "email", "last_login")
    address_model.objects.bulk_create(
        [
            address_model(user_id=pk, email=email, primary=True, verified=last_login is not None)
            for pk, email, last_login in missing.iterator(chunk_size=2000)
        ],
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_sign_in"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]
    operations = [migrations.RunPython(record_addresses, migrations.RunPython.noop)]
