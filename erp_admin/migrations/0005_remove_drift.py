from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("erp_admin", "0004_drift_facts")]

    operations = [
        migrations.RemoveField(model_name="changeorder", name="drift"),
        migrations.RemoveField(model_name="commitment", name="drift"),
    ]
