"""A record of which something could not be read is unknown; what was stored without a refused field is marked so.

Until now such a record passed for active and shared by all. The next sync reads what is marked again.
"""

from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

DESCRIPTIVE = ("CUSTTITLE", "DESCRIPTION", "EXTENDED_DESCRIPTION", "PODESCRIPTION", "RECORD_URL", "WHENCREATED")


def forwards(apps, schema_editor):
    ListItem = apps.get_model("integrations", "ListItem")
    for definition in apps.get_model("integrations", "ListDefinition")._base_manager.exclude(unselectable=[]):
        since = {entry["name"]: entry["at"] for entry in definition.unselectable}
        items = ListItem._base_manager.filter(connection_id=definition.connection_id, kind=definition.kind)
        decisive = [name for name in since if name not in DESCRIPTIVE]
        items.filter(_without(since)).update(unread=since)
        if decisive:
            items.filter(_without(decisive)).update(is_known=False, is_active=False)


def _without(names):
    found = Q()
    for name in names:
        found |= ~Q(fields__has_key=name)
    return found


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_shared_cache"),
        ("integrations", "0015_remove_push_function_xml"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="listitem",
            name="list_item_by_id",
        ),
        migrations.AddField(
            model_name="listitem",
            name="is_known",
            field=models.BooleanField(default=True, help_text="Whether all that decides on its use has been read."),
        ),
        migrations.AddField(
            model_name="listitem",
            name="unread",
            field=models.JSONField(
                blank=True,
                help_text="Since when which fields could not be read; their values are of before.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="liststate",
            name="limited",
            field=models.JSONField(default=dict, help_text="Since when which fields could not be read."),
        ),
        migrations.AddField(
            model_name="liststate",
            name="unknown",
            field=models.PositiveIntegerField(
                default=0, help_text="Records here that cannot be used before more is read."
            ),
        ),
        migrations.AlterField(
            model_name="listitem",
            name="entity_id",
            field=models.CharField(
                blank=True, help_text="Owning entity; blank is top level, ? not known.", max_length=80
            ),
        ),
        migrations.AlterField(
            model_name="listitem",
            name="is_active",
            field=models.BooleanField(default=True, help_text="Active in Intacct, and known well enough to be used."),
        ),
        migrations.AddIndex(
            model_name="listitem",
            index=models.Index(
                fields=[
                    "connection",
                    "kind",
                    "business_id",
                    "id",
                    "name",
                    "entity_id",
                    "is_active",
                    "is_known",
                    "missing_at",
                    "tenant",
                ],
                name="list_item_by_id",
            ),
        ),
        migrations.AddIndex(
            model_name="listitem",
            index=models.Index(
                condition=models.Q(("unread__isnull", False)), fields=["connection", "kind"], name="list_item_unread"
            ),
        ),
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
