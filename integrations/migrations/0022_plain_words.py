"""Words only: what support and the audit trail call these. Nothing that is stored changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0021_searched_lists"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="apibudget",
            options={"ordering": ["connection"], "verbose_name_plural": "API budgets"},
        ),
        migrations.AlterModelOptions(
            name="push",
            options={"ordering": ["-pk"], "verbose_name_plural": "pushes"},
        ),
    ]
