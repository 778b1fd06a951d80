"""Documents get attachments: files stored once for a company, and a row for each file of a document."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_saved_views"),
        ("erp_admin", "0022_bills"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(help_text="SHA-256 of the bytes; the file lies under it.", max_length=64)),
                ("size", models.PositiveBigIntegerField(help_text="In bytes.")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.tenant"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("flow", models.CharField(help_text="Key of the document type.", max_length=40)),
                ("document_id", models.PositiveBigIntegerField()),
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pdf", "PDF"),
                            ("png", "PNG"),
                            ("jpeg", "JPEG"),
                            ("tiff", "TIFF"),
                            ("heic", "HEIC"),
                            ("xlsx", "XLSX"),
                            ("docx", "DOCX"),
                            ("csv", "CSV"),
                            ("txt", "Text"),
                        ],
                        max_length=8,
                    ),
                ),
                ("size", models.PositiveBigIntegerField(help_text="In bytes.")),
                ("digest", models.CharField(help_text="SHA-256 of the bytes.", max_length=64)),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.tenant"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        help_text="None once it is gone.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="attachments",
                        to="erp_admin.storedfile",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.UniqueConstraint(fields=("tenant", "digest"), name="one_stored_file_per_digest"),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(fields=["tenant", "flow", "document_id"], name="attachment_by_document"),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.UniqueConstraint(
                models.F("tenant"),
                models.F("flow"),
                models.F("document_id"),
                django.db.models.functions.text.Lower("name"),
                condition=models.Q(("removed_at", None)),
                name="one_attachment_of_a_name",
            ),
        ),
    ]
