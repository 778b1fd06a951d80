"""A company says when support may look at its data, and each visit is counted beside its entry in the trail.

The database fills the new column for processes of the version before.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_bind_second_factors"),
    ]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="support_access",
            field=models.CharField(
                choices=[
                    ("always", "At any time; each visit is in the audit trail"),
                    ("when_allowed", "Only while we allow it"),
                ],
                default="always",
                db_default="always",
                max_length=16,
                verbose_name="when support may look at our data",
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="support_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="support is allowed until"),
        ),
        migrations.CreateModel(
            name="SupportVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(help_text="The kind of record.", max_length=100)),
                ("hour", models.DateTimeField(help_text="When the hour began.")),
                ("pages", models.PositiveIntegerField(default=1)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="support_visit",
                        to=settings.AUDITLOG_LOGENTRY_MODEL,
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.tenant"
                    ),
                ),
            ],
            options={
                "ordering": ["-hour", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "actor", "what", "hour"), name="one_row_per_support_visit"
                    )
                ],
            },
        ),
    ]
