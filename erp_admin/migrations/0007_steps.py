"""What waits names the commitment it waits for, and what is queued behind a hold is shown as held."""

from django.db import migrations, models

FLOWS = {"Commitment": "commitments", "ChangeOrder": "change_orders"}


def forwards(apps, schema_editor):
    Push = apps.get_model("integrations", "Push")
    bases = dict(apps.get_model("erp_admin", "ChangeOrder")._base_manager.values_list("pk", "commitment_id"))
    for push in Push._base_manager.filter(flow="change_orders", state="waiting").only("document_id"):
        facts = {"waits_flow": "commitments", "waits_document_id": bases.get(push.document_id)}
        Push._base_manager.filter(pk=push.pk).update(**facts)
    for hold in apps.get_model("integrations", "PushHold")._base_manager.all():
        queued = Push._base_manager.filter(connection=hold.connection_id, flow=hold.flow, state="queued")
        for name, flow in FLOWS.items():
            if flow == hold.flow:
                documents = apps.get_model("erp_admin", name)._base_manager.filter(delivery="queued")
                documents.filter(pk__in=list(queued.values_list("document_id", flat=True))).update(delivery="held")


def backwards(apps, schema_editor):
    for name in FLOWS:
        documents = apps.get_model("erp_admin", name)._base_manager
        documents.filter(delivery="held").update(delivery="queued")
        documents.filter(delivery="partly").update(delivery="failed")


class Migration(migrations.Migration):
    dependencies = [
        ("erp_admin", "0006_approval"),
        ("integrations", "0014_push_bodies"),
    ]

    operations = [
        migrations.AlterField(
            model_name="changeorder",
            name="delivery",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="commitment",
            name="delivery",
            field=models.CharField(
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
        migrations.RunPython(forwards, backwards),
    ]
