"""The state of each list, its definition, changes of its records, a company's clock, and the entity of a run."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("integrations", "0002_queue_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="syncrun",
            name="entity_id",
            field=models.CharField(
                blank=True,
                help_text="Blank: all entities the connection may see.",
                max_length=80,
                verbose_name="Entity",
            ),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="sync_from",
            field=models.DateTimeField(
                blank=True, help_text="From when a Partial reads, when a person said so.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="listitem",
            name="kind",
            field=models.CharField(max_length=80),
        ),
        migrations.AlterField(
            model_name="runstep",
            name="key",
            field=models.CharField(help_text="What the step works on, for example a list kind.", max_length=100),
        ),
        migrations.CreateModel(
            name="CompanyClock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("offset_minutes", models.SmallIntegerField(help_text="Minutes to add to UTC.")),
                (
                    "source",
                    models.CharField(
                        help_text="What taught it, for example the push that was read back.", max_length=200
                    ),
                ),
                ("learned_at", models.DateTimeField()),
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="clock", to="integrations.connection"
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
                "ordering": ["-learned_at"],
            },
        ),
        migrations.CreateModel(
            name="ListDefinition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=80)),
                ("object", models.CharField(max_length=80)),
                ("label", models.CharField(blank=True, help_text="What the company calls it.", max_length=120)),
                (
                    "is_dimension",
                    models.BooleanField(default=False, help_text="A user-defined dimension, found by getDimensions."),
                ),
                ("offered", models.JSONField(default=list, help_text="Names of every field Intacct offers.")),
                ("custom_fields", models.JSONField(default=list)),
                ("unselectable", models.JSONField(default=list)),
                ("looked_up_at", models.DateTimeField(blank=True, null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="list_definitions",
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
                "ordering": ["kind"],
                "constraints": [models.UniqueConstraint(fields=("connection", "kind"), name="one_definition_per_list")],
            },
        ),
        migrations.CreateModel(
            name="ListItemChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("changed", "Changed"),
                            ("missing", "Missing in Intacct"),
                            ("returned", "Back in Intacct"),
                            ("inactive", "Made inactive"),
                            ("active", "Made active again"),
                        ],
                        max_length=10,
                    ),
                ),
                ("changes", models.JSONField(default=list)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="integrations.listitem"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="integrations.syncrun",
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
                "ordering": ["-at", "-pk"],
                "indexes": [
                    models.Index(fields=["item", "-at"], name="list_change_by_item"),
                    models.Index(fields=["tenant", "-at"], name="list_change_by_tenant"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=80)),
                (
                    "entity_id",
                    models.CharField(
                        blank=True, help_text="Blank: all entities the connection may see.", max_length=80
                    ),
                ),
                (
                    "complete_through",
                    models.DateTimeField(
                        blank=True, help_text="Start of the last complete read: what a Partial starts from.", null=True
                    ),
                ),
                (
                    "last_full_at",
                    models.DateTimeField(blank=True, help_text="End of the last successful Full.", null=True),
                ),
                (
                    "last_read_at",
                    models.DateTimeField(blank=True, help_text="End of the last success in any mode.", null=True),
                ),
                (
                    "swept_at",
                    models.DateTimeField(blank=True, help_text="When deletions were last looked for.", null=True),
                ),
                ("records", models.PositiveIntegerField(default=0, help_text="Records here that Intacct still has.")),
                (
                    "missing",
                    models.PositiveIntegerField(default=0, help_text="Records here that Intacct no longer has."),
                ),
                (
                    "last_change_at",
                    models.DateTimeField(blank=True, help_text="When a record last became new or other.", null=True),
                ),
                (
                    "last_problem",
                    models.CharField(blank=True, help_text="Why the last read did not succeed.", max_length=500),
                ),
                ("last_problem_code", models.CharField(blank=True, max_length=40)),
                ("last_problem_at", models.DateTimeField(blank=True, null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="list_states",
                        to="integrations.connection",
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
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.tenant"
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "entity_id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "kind", "entity_id"), name="one_state_per_list_and_entity"
                    )
                ],
            },
        ),
    ]
