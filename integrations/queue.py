"""The queue behind one door: the only module that imports django_q.

The queue wakes workers and keeps no state of ours. With the ORM broker on our own database a wake-up commits or rolls
back together with the data it is about.
"""

from datetime import datetime
from typing import Any

from django.core.management import call_command
from django.db.models import QuerySet
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule
from django_q.tasks import async_task

_WORK_RUN = "integrations.jobs.work_run"
_RUN_DUE_WORK = "integrations.jobs.run_due_work"
_JUDGE = "integrations.jobs.judge_documents"
_BEAT = "integrations.jobs.beat"
_PRUNE = "integrations.jobs.prune"
_EACH_MINUTE = {"schedule_type": Schedule.MINUTES, "minutes": 1}
_SCHEDULES: dict[str, dict[str, Any]] = {
    "dispatcher": {"func": "integrations.jobs.dispatch", **_EACH_MINUTE},
    "heartbeat": {"func": _BEAT, **_EACH_MINUTE},
    "retention": {"func": _PRUNE, "schedule_type": Schedule.DAILY},
    "recount": {"func": "integrations.jobs.recount_imports", "schedule_type": Schedule.DAILY},
    "judging": {"func": "integrations.jobs.judge_everything", "schedule_type": Schedule.DAILY},
    "verification": {"func": "integrations.jobs.verify", "schedule_type": Schedule.DAILY},
}


def wake(tenant_id: int, run_id: int) -> None:
    """Have a worker work a slice of the run. Call it in the transaction that makes the run due."""
    async_task(_WORK_RUN, tenant_id, run_id)


def wake_tenant(tenant_id: int) -> None:
    """Have a worker look after the tenant's schedules and budget: what fails there holds up no other tenant."""
    async_task(_RUN_DUE_WORK, tenant_id)


def wake_judging(tenant_id: int, connection_id: int) -> None:
    """Have a worker judge again what waits for a push, and store what keeps it."""
    async_task(_JUDGE, tenant_id, connection_id)


def judging_waiting() -> set[int]:
    """The connections whose documents a worker has been asked to judge, and none has begun to."""
    return {arguments[1] for arguments in _untaken(_JUDGE)}


def runs_waiting() -> set[int]:
    """The runs for which a wake-up lies in the queue that no worker has taken yet."""
    return {arguments[1] for arguments in _untaken(_WORK_RUN)}


def tenants_waiting() -> set[int]:
    """The tenants that a worker has been asked to look after, and none has begun to."""
    return {arguments[0] for arguments in _untaken(_RUN_DUE_WORK)}


def runs_asked_for(most: int) -> set[int]:
    """The runs of the oldest entries, taken by a worker or not: an entry leaves the queue when its job has ended."""
    tasks = (entry.task for entry in OrmQ.objects.order_by("lock")[:most])
    return {task["args"][1] for task in tasks if task.get("func") == _WORK_RUN}


def others_waiting(tenant_id: int) -> bool:
    """Whether anything lies in the queue that no worker has taken and that is not this tenant's."""
    untaken = OrmQ.objects.filter(lock__lte=timezone.now()).order_by("lock")
    return any(tuple(entry.task["args"])[:1] != (tenant_id,) for entry in untaken.iterator(chunk_size=50))


def _untaken(function: str) -> list[tuple[int, ...]]:
    """The arguments of every call of `function` in the queue that no worker has taken yet."""
    untaken = OrmQ.objects.filter(lock__lte=timezone.now())
    tasks = (entry.task for entry in untaken.iterator(chunk_size=500))
    return [tuple(task["args"]) for task in tasks if task.get("func") == function]


def waiting() -> int:
    """How many entries lie in the queue that no worker has taken yet."""
    return int(OrmQ.objects.filter(lock__lte=timezone.now()).count())


def failures_before(moment: datetime) -> QuerySet[Any]:
    """Records of failed jobs: django-q2 never removes them, and ours are in the runs and in the log."""
    found: QuerySet[Any] = Failure.objects.filter(stopped__lt=moment)
    return found


def prune_again() -> None:
    """Have a worker go on with what a job of limited time left unpruned."""
    async_task(_PRUNE)


def register_schedules() -> None:
    """Make sure each schedule exists once, as declared above; safe to call at every worker start."""
    for name, declared in _SCHEDULES.items():
        known = Schedule.objects.filter(name=name)
        if not known.filter(**declared).exists():
            known.delete()
            Schedule.objects.create(name=name, **declared)
        # Another worker may be starting at this very moment: one of each stays.
        known.exclude(pk__in=list(known.order_by("pk").values_list("pk", flat=True)[:1])).delete()


def run_worker() -> None:
    """Work off the queue in this process until it is told to stop. Its first job shows that it works."""
    register_schedules()
    async_task(_BEAT)
    call_command("qcluster")
