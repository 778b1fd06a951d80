"""An index for the queue's one frequent question: which entries of a key are not locked. django-q2 ships none."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0001_initial"),
        ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
    ]

    operations = [
        migrations.RunSQL(
            sql='CREATE INDEX IF NOT EXISTS "queue_by_key_and_lock" ON "django_q_ormq" ("key", "lock")',
            reverse_sql='DROP INDEX IF EXISTS "queue_by_key_and_lock"',
        ),
    ]
