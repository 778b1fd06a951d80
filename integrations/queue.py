"""The queue behind one door: the only module that imports django_q.

The queue wakes workers and keeps no state of ours. With the ORM broker on our own database a wake-up commits or rolls
back together with the data it is about.
"""

from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule
from django_q.tasks import async_task

_WORK_RUN = "integrations.jobs.work_run"
_TEND = "integrations.jobs.tend"
# django-q2 never removes failures. Ours are in the runs and in the log; these rows only help whoever looks at once.
KEEP_FAILURES = timedelta(days=7)

_SCHEDULES = {
    "dispatcher": "integrations.jobs.dispatch",
    "heartbeat": "integrations.jobs.beat",
}


def wake(tenant_id: int, run_id: int) -> None:
    """Have a worker work a slice of the run. Call it in the transaction that makes the run due."""
    async_task(_WORK_RUN, tenant_id, run_id)


def tend(tenant_id: int) -> None:
    """Have a worker look after the tenant's schedules and budget: what fails there holds up no other tenant."""
    async_task(_TEND, tenant_id)


def runs_waiting() -> set[int]:
    """The runs for which a wake-up lies in the queue that no worker has taken yet."""
    return {arguments[1] for arguments in _untaken(_WORK_RUN)}


def tenants_waiting() -> set[int]:
    """The tenants that a worker has been asked to look after, and none has begun to."""
    return {arguments[0] for arguments in _untaken(_TEND)}


def _untaken(function: str) -> list[tuple[int, ...]]:
    """The arguments of every call of `function` in the queue that no worker has taken yet."""
    untaken = OrmQ.objects.filter(lock__lte=timezone.now())
    tasks = (entry.task for entry in untaken.iterator(chunk_size=500))
    return [tuple(task["args"]) for task in tasks if task.get("func") == function]


def forget_old_failures() -> None:
    Failure.objects.filter(stopped__lt=timezone.now() - KEEP_FAILURES).delete()


def register_schedules() -> None:
    """Make sure the dispatcher and the heartbeat run each minute, once; safe to call at every worker start."""
    for name, function in _SCHEDULES.items():
        known = Schedule.objects.filter(name=name)
        if not known.filter(func=function, schedule_type=Schedule.MINUTES, minutes=1).exists():
            known.delete()
            Schedule.objects.create(name=name, func=function, schedule_type=Schedule.MINUTES, minutes=1)
        # Another worker may be starting at this very moment: one of each stays.
        known.exclude(pk__in=list(known.order_by("pk").values_list("pk", flat=True)[:1])).delete()


def run_worker() -> None:
    """Work off the queue in this process until it is told to stop."""
    register_schedules()
    call_command("qcluster")
