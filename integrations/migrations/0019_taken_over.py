"""Whether a record was taken over as Intacct has it becomes a column, which lists and counts are asked by.

The column is empty where nothing is linked, so old processes may go on writing. It is filled by the app whose documents
are linked; `python manage.py recount` mends what they wrote meanwhile.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0018_push_refused_orders")]

    operations = [
        migrations.RemoveIndex(model_name="listitem", name="list_item_by_id"),
        migrations.AddField(
            model_name="listitem",
            name="taken_over",
            field=models.BooleanField(
                editable=False,
                help_text="Whether the document linked to it is as Intacct has it; empty while none is linked.",
                null=True,
            ),
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
                    "ignored_at",
                    "taken_over",
                    "tenant",
                ],
                name="list_item_by_id",
            ),
        ),
    ]
