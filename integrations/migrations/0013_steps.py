"""A push becomes one step of a document, and gets a table of its own for its bytes; the two next fill it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_shared_cache"),
        ("integrations", "0012_relate_stored_exchanges"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PushBody",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("xml", models.TextField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="push",
            name="one_push_in_flight_per_document",
        ),
        migrations.AddField(
            model_name="push",
            name="after",
            field=models.JSONField(blank=True, default=list, help_text="Steps of the document that go before it."),
        ),
        migrations.AddField(
            model_name="push",
            name="record_type",
            field=models.CharField(blank=True, help_text="The object in Intacct, such as PODOCUMENT.", max_length=60),
        ),
        migrations.AddField(
            model_name="push",
            name="route",
            field=models.JSONField(
                blank=True, default=list, help_text="All steps of the document when this was planned."
            ),
        ),
        migrations.AddField(
            model_name="push",
            name="size",
            field=models.PositiveIntegerField(default=0, help_text="Bytes of its function."),
        ),
        migrations.AddField(
            model_name="push",
            name="step",
            field=models.CharField(
                default="transaction", help_text="The part of the document that it writes.", max_length=40
            ),
        ),
        migrations.AddField(
            model_name="push",
            name="template_digest",
            field=models.CharField(
                blank=True, help_text="Of its function, while what earlier steps become is left open.", max_length=64
            ),
        ),
        migrations.AddField(
            model_name="push",
            name="waits_document_id",
            field=models.BigIntegerField(blank=True, help_text="The document that it waits for.", null=True),
        ),
        migrations.AddField(
            model_name="push",
            name="waits_flow",
            field=models.CharField(blank=True, help_text="Flow of the document that it waits for.", max_length=40),
        ),
        migrations.AddField(
            model_name="remoterecord",
            name="judged",
            field=models.JSONField(blank=True, default=dict, help_text="What the judge of drift last said of it."),
        ),
        migrations.AlterField(
            model_name="push",
            name="revision",
            field=models.PositiveIntegerField(
                default=1, help_text="Counts the deliveries of this step of the document."
            ),
        ),
        migrations.AddIndex(
            model_name="push",
            index=models.Index(fields=["connection", "waits_flow", "waits_document_id"], name="push_by_awaited"),
        ),
        migrations.AddConstraint(
            model_name="push",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["queued", "sending", "verifying", "waiting"])),
                fields=("tenant", "flow", "document_id", "step"),
                name="one_push_in_flight_per_document_and_step",
            ),
        ),
        migrations.AddField(
            model_name="pushbody",
            name="push",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="body", to="integrations.push"
            ),
        ),
        migrations.AddField(
            model_name="pushbody",
            name="tenant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.tenant"
            ),
        ),
    ]
