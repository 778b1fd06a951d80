"""The fields a list was last read with, so that a Partial knows when it must read all of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0004_run_resume_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="liststate",
            name="read_fields",
            field=models.JSONField(default=list, help_text="The fields selected when it was last complete."),
        ),
    ]
