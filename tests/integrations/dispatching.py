"""What happens in one minute: the dispatcher looks, and a worker looks after the tenants it was asked to."""

from django_q.models import OrmQ

from integrations import jobs


def pass_a_minute() -> None:
    jobs.dispatch()
    for entry in OrmQ.objects.order_by("pk"):
        if entry.task["func"] == "integrations.jobs.run_due_work":
            entry.delete()
            jobs.run_due_work(*entry.task["args"])
