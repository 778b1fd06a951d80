"""Words only: what support and the audit trail call these. Nothing that is stored changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("erp_admin", "0011_taken_over"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="importmatch",
            options={"ordering": ["kind", "scope", "text"], "verbose_name_plural": "import matches"},
        ),
        migrations.AlterModelOptions(
            name="rememberedmatch",
            options={"ordering": ["kind", "name"], "verbose_name_plural": "remembered matches"},
        ),
    ]
