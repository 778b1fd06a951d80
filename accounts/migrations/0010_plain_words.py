"""Words only: what support and the audit trail call these. Nothing that is stored changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_support_visits"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="tenant",
            options={"ordering": ["name"], "verbose_name": "company", "verbose_name_plural": "companies"},
        ),
        migrations.AlterField(
            model_name="tenant",
            name="second_factor_required",
            field=models.BooleanField(
                default=False,
                help_text="Everybody who works for this company logs in with a passkey, or with a password and a code.",
            ),
        ),
    ]
