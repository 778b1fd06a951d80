"""Bills and their lines, with the index by which PostgreSQL finds them by words where its user may make one."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import erp_admin.models.numbered
from integrations.records.search_index import SearchIndex, make_index, remove_index

WORDS = SearchIndex("erp_admin_bill_by_words", "erp_admin_bill", ("search_text", "UPPER(remote_id::text)"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_saved_views"),
        ("erp_admin", "0021_searched_documents"),
        ("integrations", "0025_schedule_days"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "remote_record_no",
                    models.BigIntegerField(
                        blank=True, help_text="RECORDNO in Intacct.", null=True, verbose_name="record number in Intacct"
                    ),
                ),
                (
                    "remote_id",
                    models.CharField(
                        blank=True,
                        help_text="Business or document id in Intacct.",
                        max_length=200,
                        verbose_name="ID in Intacct",
                    ),
                ),
                (
                    "remote_url",
                    models.URLField(
                        blank=True,
                        help_text="Opens the record in Intacct.",
                        max_length=500,
                        verbose_name="link to Intacct",
                    ),
                ),
                (
                    "remote_digest",
                    models.CharField(blank=True, help_text="What Intacct had when last taken over.", max_length=64),
                ),
                ("linked_at", models.DateTimeField(blank=True, null=True, verbose_name="linked")),
                (
                    "refreshed_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When last read back from Intacct.",
                        null=True,
                        verbose_name="last compared",
                    ),
                ),
                (
                    "approval",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("needs_review", "Needs review"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("void", "Void"),
                            ("ignored", "Ignored"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                (
                    "approval_before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Draft"),
                            ("needs_review", "Needs review"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("void", "Void"),
                            ("ignored", "Ignored"),
                        ],
                        help_text="What it was when it was ignored.",
                        max_length=12,
                    ),
                ),
                (
                    "approval_reason",
                    models.CharField(blank=True, help_text="Why it was decided so, or why it fell.", max_length=500),
                ),
                (
                    "approved_digest",
                    models.CharField(blank=True, help_text="Of what the approval covers.", max_length=64),
                ),
                (
                    "delivery",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("waiting", "Waiting"),
                            ("queued", "Queued"),
                            ("sending", "Sending"),
                            ("verifying", "Verifying"),
                            ("delivered", "Delivered"),
                            ("failed", "Failed"),
                            ("partly", "Partly delivered"),
                            ("held", "Held"),
                        ],
                        default="none",
                        max_length=12,
                    ),
                ),
                (
                    "changed_here",
                    models.BooleanField(
                        default=False, help_text="Other values would be written now than were written."
                    ),
                ),
                ("changed_there", models.BooleanField(default=False, help_text="Its record was changed in Intacct.")),
                (
                    "missing_there",
                    models.BooleanField(default=False, help_text="Intacct does not show its record any more."),
                ),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("state_reason", models.CharField(blank=True, help_text="Why it waits or failed.", max_length=500)),
                ("state_advice", models.CharField(blank=True, max_length=500)),
                (
                    "remote_state",
                    models.CharField(blank=True, help_text="Its state in Intacct when last read back.", max_length=40),
                ),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "verified_at",
                    models.DateTimeField(blank=True, help_text="When it was compared and was equal.", null=True),
                ),
                (
                    "difference",
                    models.CharField(blank=True, help_text="What Intacct holds otherwise, in words.", max_length=500),
                ),
                (
                    "compared_fields",
                    models.PositiveIntegerField(default=0, help_text="How many of them the last reading showed."),
                ),
                (
                    "comparable_fields",
                    models.PositiveIntegerField(default=0, help_text="Fields we wrote that can be read back."),
                ),
                (
                    "remote_facts",
                    models.JSONField(blank=True, default=dict, help_text="What Intacct held when last read back."),
                ),
                (
                    "is_blocked",
                    models.BooleanField(
                        db_default=False, default=False, help_text="A push would be refused, judged last."
                    ),
                ),
                (
                    "blocked_reason",
                    models.CharField(
                        blank=True,
                        db_default="",
                        help_text="The first of what keeps it from being pushed.",
                        max_length=500,
                    ),
                ),
                (
                    "judged_for",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="The connection's judging number it was judged for; empty: to be judged.",
                        null=True,
                    ),
                ),
                (
                    "judged_at",
                    models.DateTimeField(blank=True, help_text="When it was last judged; empty: never.", null=True),
                ),
                (
                    "search_text",
                    erp_admin.models.numbered.SearchText(
                        blank=True,
                        db_default="",
                        default="",
                        editable=False,
                        help_text="Its words as a search compares them.",
                    ),
                ),
                ("number", models.CharField(max_length=45)),
                (
                    "number_key",
                    erp_admin.models.numbered.NumberKey(
                        blank=True, editable=False, help_text="The number as compared.", max_length=200
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="description")),
                ("vendor_id", models.CharField(blank=True, max_length=40, verbose_name="vendor ID")),
                ("vendor_name", models.CharField(blank=True, max_length=200, verbose_name="vendor")),
                ("dated_on", models.DateField(verbose_name="bill date")),
                (
                    "posted_on",
                    models.DateField(
                        blank=True,
                        help_text="When it counts in the books, where that is another day.",
                        null=True,
                        verbose_name="posting date",
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due date")),
                ("term_name", models.CharField(blank=True, max_length=40, verbose_name="terms")),
                ("reference", models.CharField(blank=True, max_length=45, verbose_name="reference number")),
                ("currency", models.CharField(max_length=3)),
                ("entity_id", models.CharField(blank=True, max_length=80, verbose_name="owning entity")),
                ("total", models.DecimalField(decimal_places=2, default=Decimal("0"), editable=False, max_digits=16)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "commitment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="erp_admin.commitment",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="integrations.connection",
                    ),
                ),
                (
                    "linked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="linked by",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="erp_admin.project",
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
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="BillLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("description", models.CharField(max_length=200)),
                ("task_id", models.CharField(blank=True, max_length=40, verbose_name="cost code")),
                ("cost_type_id", models.CharField(blank=True, max_length=40, verbose_name="cost type")),
                ("item_id", models.CharField(blank=True, max_length=40, verbose_name="item ID")),
                ("location_id", models.CharField(blank=True, max_length=40, verbose_name="location ID")),
                ("department_id", models.CharField(blank=True, max_length=40, verbose_name="department ID")),
                ("class_id", models.CharField(blank=True, max_length=40, verbose_name="class ID")),
                ("quantity", models.DecimalField(decimal_places=4, default=Decimal("1"), max_digits=14)),
                ("unit", models.CharField(blank=True, max_length=30)),
                ("unit_price", models.DecimalField(decimal_places=6, max_digits=18)),
                ("amount", models.DecimalField(decimal_places=2, editable=False, max_digits=16)),
                (
                    "retainage_percent",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=5,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="retainage %",
                    ),
                ),
                (
                    "remote_record_no",
                    models.BigIntegerField(blank=True, editable=False, help_text="Line key in Intacct.", null=True),
                ),
                ("remote_line_no", models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ("account_id", models.CharField(blank=True, max_length=40, verbose_name="account")),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="erp_admin.bill"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="erp_admin.project",
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
                "ordering": ["number"],
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["tenant", "approval", "delivery"], name="bill_by_state"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["tenant", "dated_on"], name="bill_by_date"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["tenant", "number", "id"], name="bill_by_number"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["tenant", "vendor_name"], name="bill_by_vendor_name"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["tenant", "total"], name="bill_by_total"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(
                fields=[
                    "tenant",
                    "approval",
                    "delivery",
                    "changed_here",
                    "changed_there",
                    "missing_there",
                    "is_blocked",
                    "difference",
                    "dated_on",
                    "currency",
                    "total",
                ],
                name="bill_figures",
            ),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(
                condition=models.Q(
                    ("missing_there", True),
                    ("changed_there", True),
                    models.Q(("difference", ""), _negated=True),
                    _connector="OR",
                ),
                fields=["tenant"],
                name="bill_differs",
            ),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(condition=models.Q(("is_blocked", True)), fields=["tenant"], name="bill_blocked"),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(
                fields=("tenant", "vendor_id", "number_key"), name="one_bill_per_vendor_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(
                condition=models.Q(("remote_id", ""), _negated=True),
                fields=("connection", "remote_id"),
                name="one_bill_per_intacct_record",
            ),
        ),
        migrations.AddConstraint(
            model_name="billline",
            constraint=models.UniqueConstraint(fields=("bill", "number"), name="one_bill_line_per_number"),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: make_index(schema_editor.connection, WORDS),
            lambda apps, schema_editor: remove_index(schema_editor.connection, WORDS),
        ),
    ]
