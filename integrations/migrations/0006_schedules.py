"""Profiles, schedules, API usage and budgets."""

import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("integrations", "0005_list_fields_read"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiBudget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("monthly", models.PositiveIntegerField(default=100000)),
                ("warned_month", models.DateField(blank=True, help_text="First day of the month.", null=True)),
                ("warned_percent", models.PositiveSmallIntegerField(default=0)),
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_budget",
                        to="integrations.connection",
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
                "ordering": ["connection"],
            },
        ),
        migrations.CreateModel(
            name="SyncProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "entity_id",
                    models.CharField(
                        blank=True, help_text="Blank: all entities.", max_length=80, verbose_name="Entity"
                    ),
                ),
                ("left_out", models.JSONField(default=list, help_text="Keys of the lists that are not mirrored.")),
                (
                    "custom_fields",
                    models.JSONField(default=dict, help_text="Key of a list to the custom fields mirrored with it."),
                ),
                ("quiet_from", models.TimeField(blank=True, help_text="In the company's time zone.", null=True)),
                ("quiet_until", models.TimeField(blank=True, null=True)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                (
                    "version",
                    models.PositiveIntegerField(default=0, help_text="Counts up with every save; 0 before the first."),
                ),
                ("saved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sync_profiles",
                        to="integrations.connection",
                    ),
                ),
                (
                    "paused_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "saved_by",
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
            ],
            options={
                "ordering": ["connection", "entity_id"],
            },
        ),
        migrations.CreateModel(
            name="SyncSchedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("group", models.CharField(help_text="Key of a list group, or full.", max_length=40)),
                (
                    "cadence",
                    models.CharField(
                        choices=[
                            ("never", "Never"),
                            ("quarter_hourly", "Every 15 minutes"),
                            ("hourly", "Every hour"),
                            ("four_hourly", "Every 4 hours"),
                            ("daily", "Daily"),
                            ("weekly", "Weekly"),
                        ],
                        default="never",
                        max_length=16,
                    ),
                ),
                (
                    "at",
                    models.TimeField(
                        default=datetime.time(5, 0), help_text="Time of day of a daily or weekly cadence."
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField(default=6, help_text="Of a weekly cadence; Monday is 0.")),
                (
                    "zone",
                    models.CharField(blank=True, help_text="Time zone in which it was last reckoned.", max_length=64),
                ),
                ("next_due_at", models.DateTimeField(blank=True, null=True)),
                ("last_started_at", models.DateTimeField(blank=True, null=True)),
                (
                    "refusal",
                    models.CharField(
                        blank=True, help_text="Why the last attempt to start was refused.", max_length=500
                    ),
                ),
                (
                    "last_run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="integrations.syncrun",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="schedules",
                        to="integrations.syncprofile",
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
                "ordering": ["profile", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ApiUsage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("company_id", models.CharField(max_length=80)),
                ("day", models.DateField(help_text="In UTC.")),
                ("flow", models.CharField(blank=True, max_length=40)),
                ("requests", models.PositiveIntegerField(default=0)),
                (
                    "billable",
                    models.PositiveIntegerField(default=0, help_text="API transactions by Intacct's billing rule."),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.tenant"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "API usage",
                "ordering": ["-day", "flow"],
                "indexes": [models.Index(fields=["company_id", "day"], name="usage_by_company")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "company_id", "day", "flow"), name="one_usage_row_per_day"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="syncprofile",
            constraint=models.UniqueConstraint(
                fields=("connection", "entity_id"), name="one_profile_per_connection_and_entity"
            ),
        ),
        migrations.AddIndex(
            model_name="syncschedule",
            index=models.Index(fields=["next_due_at"], name="schedule_due"),
        ),
        migrations.AddConstraint(
            model_name="syncschedule",
            constraint=models.UniqueConstraint(fields=("profile", "group"), name="one_schedule_per_profile_and_group"),
        ),
    ]
