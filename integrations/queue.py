"""The queue behind one door: the only module that imports django_q.

The queue wakes workers and keeps no state of ours. With the ORM broker on our own database a wake-up commits or rolls
back together with the data it is about.
"""

from django.core.management import call_command
from django_q.models import Schedule
from django_q.tasks import async_task

_SCHEDULES = {
    "dispatcher": "integrations.jobs.dispatch",
    "heartbeat": "integrations.jobs.beat",
}


def wake(tenant_id: int, run_id: int) -> None:
    """Have a worker work a slice of the run. Call it in the transaction that makes the run due."""
    async_task("integrations.jobs.work_run", tenant_id, run_id)


def register_schedules() -> None:
    """Make sure the dispatcher and the heartbeat run each minute, once; safe to call at every worker start."""
    for name, function in _SCHEDULES.items():
        known = Schedule.objects.filter(name=name)
        if not known.filter(func=function, schedule_type=Schedule.MINUTES, minutes=1).exists():
            known.delete()
            Schedule.objects.create(name=name, func=function, schedule_type=Schedule.MINUTES, minutes=1)
        known.order_by("pk").exclude(pk=known.order_by("pk").first().pk).delete()


def run_worker() -> None:
    """Work off the queue in this process until it is told to stop."""
    register_schedules()
    call_command("qcluster")
