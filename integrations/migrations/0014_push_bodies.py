"""The bytes of every push move to their own table; what it writes, and how large what is still sent is, is noted.

Control ids and bytes stay as they are, so that what is queued or being verified goes on under the same ones.
"""

from django.db import migrations

FLOWS = ("commitments", "change_orders")
IN_FLIGHT = ("waiting", "queued", "sending", "verifying")


def forwards(apps, schema_editor):
    Push = apps.get_model("integrations", "Push")
    schema_editor.execute(
        "INSERT INTO integrations_pushbody (tenant_id, push_id, xml) "
        "SELECT tenant_id, id, function_xml FROM integrations_push WHERE function_xml <> ''"
    )
    Push._base_manager.filter(flow__in=FLOWS).update(record_type="PODOCUMENT")
    open_ones = Push._base_manager.filter(state__in=IN_FLIGHT).exclude(function_xml="")
    for push in open_ones.only("function_xml").iterator(chunk_size=200):
        Push._base_manager.filter(pk=push.pk).update(size=len(push.function_xml.encode()))


def backwards(apps, schema_editor):
    Push = apps.get_model("integrations", "Push")
    for body in apps.get_model("integrations", "PushBody")._base_manager.iterator(chunk_size=200):
        Push._base_manager.filter(pk=body.push_id).update(function_xml=body.xml)


class Migration(migrations.Migration):
    dependencies = [("integrations", "0013_steps")]

    operations = [migrations.RunPython(forwards, backwards)]
