"""The bytes of a push stand in a table of their own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("integrations", "0014_push_bodies")]

    operations = [migrations.RemoveField("push", "function_xml")]
