"""Numbers are compared by one rule, and the key they are compared by is stored and unique.

Where two numbers differ only in case, dashes or spaces, both documents stay as they are: the later one gets a key of
its own, and its page says whose number it shares. Effects of files that wait are computed when they are checked again.
"""

from django.db import migrations, models

import erp_admin.models.numbered
from erp_admin.models.numbered import OWN, number_key


def fill(apps, schema_editor):
    for name, belongs in (("Commitment", "tenant_id"), ("ChangeOrder", "commitment_id")):
        documents = apps.get_model("erp_admin", name)._base_manager
        taken: dict[tuple[int, str], int] = {}
        for document in documents.order_by("pk").only("pk", "number", belongs).iterator(chunk_size=1000):
            key = number_key(document.number)
            place = getattr(document, belongs), key
            taken[place] = count = taken.get(place, 0) + 1
            documents.filter(pk=document.pk).update(number_key=key if count == 1 else f"{key}{OWN}{count}")


def key_field():
    return erp_admin.models.numbered.NumberKey(
        blank=True, default="", editable=False, help_text="The number as compared.", max_length=200
    )


class Migration(migrations.Migration):
    dependencies = [("erp_admin", "0008_document_types_of_files")]

    operations = [
        migrations.AddField("commitment", "number_key", key_field(), preserve_default=False),
        migrations.AddField("changeorder", "number_key", key_field(), preserve_default=False),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            "commitment",
            models.UniqueConstraint(fields=("tenant", "number_key"), name="one_commitment_per_number_key"),
        ),
        migrations.AddConstraint(
            "changeorder",
            models.UniqueConstraint(fields=("commitment", "number_key"), name="one_change_order_per_number_key"),
        ),
        migrations.AddField(
            "importeddocument",
            "effects",
            models.JSONField(
                default=dict,
                help_text="What importing it changes here, or why it cannot: erp_admin.documents.effects.Effects.",
            ),
        ),
    ]
