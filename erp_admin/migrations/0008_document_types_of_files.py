"""Files may hold documents of any registered type, and each document names what it belongs to by `parent_number`."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("erp_admin", "0007_steps")]

    operations = [
        migrations.RenameField("importeddocument", "commitment_number", "parent_number"),
        migrations.AlterField(
            "importeddocument",
            "parent_number",
            models.CharField(blank=True, help_text="Number of the document it belongs to, as written.", max_length=200),
        ),
        migrations.AlterField(
            "importdraft",
            "kind",
            models.CharField(help_text="Key of the document type it holds.", max_length=40, verbose_name="type"),
        ),
    ]
