"""What each push was about in money, so that a page can say how much was delivered. Older rows do not know it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0023_blocked_documents"),
    ]

    operations = [
        migrations.AddField(
            model_name="push",
            name="amount",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                help_text="What the document was about when it was asked for, on the first of its rows.",
                max_digits=16,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="push",
            name="currency",
            field=models.CharField(blank=True, db_default="", default="", max_length=3),
        ),
    ]
