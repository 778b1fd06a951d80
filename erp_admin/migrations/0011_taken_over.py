"""Says of each project of Intacct that is linked here whether it was taken over as it is there.

Batch by batch, each in a transaction of its own, so that nobody waits long. What is derived from the links needs no way
back: the column goes with the migration that added it.
"""

from django.db import migrations

BATCH = 1000


def fill(apps, schema_editor):
    items = apps.get_model("integrations", "ListItem")._base_manager.filter(kind="projects")
    linked = apps.get_model("erp_admin", "Project")._base_manager.exclude(remote_record_no=None)
    last = 0
    while batch := list(linked.filter(pk__gt=last).order_by("pk")[:BATCH]):
        digests = {(each.connection_id, each.remote_record_no): each.remote_digest for each in batch}
        for connection_id in {each.connection_id for each in batch}:
            numbers = [number for connection, number in digests if connection == connection_id]
            found = items.filter(connection_id=connection_id, record_no__in=numbers)
            taken = {True: [], False: []}
            for pk, number, digest in found.values_list("pk", "record_no", "digest"):
                taken[digests[connection_id, number] == digest].append(pk)
            for is_taken, pks in taken.items():
                items.filter(pk__in=pks).update(taken_over=is_taken)
        last = batch[-1].pk


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("erp_admin", "0010_readings_of_files"), ("integrations", "0019_taken_over")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
