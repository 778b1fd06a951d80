"""What runs in the queue: a slice of a run, the dispatcher with the schedules, the heartbeat, the daily work.

Arguments are primary keys. Nothing here knows what a run does; the runner does. No remote error leaves a job.
"""

import logging
from datetime import timedelta

import structlog
from django.utils import timezone

from accounts.models import Tenant
from accounts.refusal import Refused
from accounts.tenancy import cross_tenant, tenant_scope
from integrations import judging, queue
from integrations.delivery import blocked
from integrations.delivery.contract import push_flow
from integrations.delivery.requests import ledgers_due, wake_ledger
from integrations.delivery.verification import verify_recent
from integrations.imports.taken import declarations, recount
from integrations.models import USABLE_CONNECTIONS, Connection, ConnectionState, Heartbeat, Trigger
from integrations.operations import retention
from integrations.operations.notices import holds_to_tell, tell_holds
from integrations.operations.rounds import do_rounds
from integrations.runs.runner import SLICE_SECONDS, Slice, work_slice
from integrations.runs.selectors import runs_left_behind
from integrations.runs.turns import left_aside, lets_others_go_first, looked_at_times, others_wait
from integrations.schedules.due import follow_time_zone, start_due
from integrations.schedules.selectors import tenants_with_work
from integrations.usage.selectors import over_budget
from integrations.usage.service import warn_admins

logger = logging.getLogger(__name__)

BEAT_SPACING = timedelta(seconds=20)
PRUNE_SECONDS = 120.0  # well below the time after which the queue would kill the job


def work_run(tenant_id: int, run_id: int) -> None:
    """Work one slice and wake the next worker while there is more to do.

    The next slice queues up behind anyone who waits, and a slice ends at a page border once somebody does: a long run
    shares its worker. While others wait a tenant has one worker, however many runs it has; the one that has it wakes
    the runs that were left aside.
    """
    # In a long queue the job of the heartbeat waits its turn; whatever passes shows the same.
    Heartbeat.objects.filter(name="queue", beat_at__lt=timezone.now() - BEAT_SPACING).update(beat_at=timezone.now())
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    if tenant is None:
        return
    with tenant_scope(tenant), structlog.contextvars.bound_contextvars(job="work_run", tenant=tenant.slug):
        if lets_others_go_first(tenant_id, run_id):
            return
        outcome = work_slice(
            run_id, seconds=SLICE_SECONDS, may_postpone=True, others_wait=lambda: others_wait(tenant_id)
        )
        if outcome is Slice.MORE:
            queue.wake(tenant_id, run_id)
        elif outcome is not Slice.BUSY:
            _have_round_done(tenant_id)
        if outcome is not Slice.BUSY:
            for other in set(left_aside(run_id)) - queue.runs_waiting():
                queue.wake(tenant_id, other)


def dispatch() -> None:
    """Wake a worker for each run left behind, unless one waits in the queue already: a long queue grows no longer.

    One run of each tenant first, so that a tenant with many runs does not hold up the others.
    """
    with structlog.contextvars.bound_contextvars(job="dispatch"):
        _dispatch()


def _dispatch() -> None:
    woken = queue.runs_waiting()
    with cross_tenant("dispatcher"):
        due = runs_left_behind().exclude(pk__in=woken).order_by("created_at").values_list("tenant_id", "pk")
        rank: dict[int, int] = {}
        ranked = []
        for tenant_id, run_id in due:
            rank[tenant_id] = rank.get(tenant_id, 0) + 1
            ranked.append((rank[tenant_id], tenant_id, run_id))
        ledgers = ledgers_due()
    for _, tenant_id, run_id in sorted(ranked):
        queue.wake(tenant_id, run_id)
    for tenant_id, connection_id, flow in ledgers:
        _wake_ledger(tenant_id, connection_id, flow)
    tell_what_is_held()
    wake_due_tenants()
    wake_lost_judging()


def wake_due_tenants() -> None:
    """Have a worker look after each tenant with something due or a budget that ran out, unless it is to already."""
    now = timezone.now()
    asked = queue.tenants_waiting()
    with cross_tenant("schedules and budgets"):
        due = list(tenants_with_work(now).values_list("pk", flat=True))
        spent = [connection.tenant_id for connection, _ in over_budget(now)]
    for tenant_id in dict.fromkeys([*due, *spent]):
        if tenant_id not in asked:
            queue.wake_tenant(tenant_id)


def wake_lost_judging() -> None:
    """Have judged what a worker was asked for and did not do: it was lost, or others edited the documents just then."""
    with cross_tenant("documents to be judged"):
        due = list(Connection.objects.filter(judging_due=True).values_list("tenant_id", "pk"))
    asked = queue.judging_waiting() if due else set()
    for tenant_id, connection_id in due:
        if connection_id not in asked:
            queue.wake_judging(tenant_id, connection_id)


def judge_documents(tenant_id: int, connection_id: int) -> None:
    """Judge what waits for a push for as long as a slice lasts, and queue up again behind anyone who waits."""
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    if tenant is None:
        return
    with tenant_scope(tenant), structlog.contextvars.bound_contextvars(job="judge_documents", tenant=tenant.slug):
        connection = Connection.objects.get(pk=connection_id)
        gives_way = looked_at_times(lambda: others_wait(tenant_id))
        if blocked.renew(connection, seconds=SLICE_SECONDS, gives_way=gives_way):
            _have_round_done(tenant_id)
        else:
            queue.wake_judging(tenant_id, connection_id)


def judge_everything() -> None:
    """Have every document that waits for a push judged again: some rules depend on the date."""
    with cross_tenant("nightly judging"):
        chosen = list(Connection.objects.exclude(state=ConnectionState.DISCONNECTED).order_by("pk"))
    for connection in chosen:
        with tenant_scope(Tenant.objects.get(pk=connection.tenant_id)):
            judging.judge_all_again(connection)


def run_due_work(tenant_id: int) -> None:
    """Start what is due by the tenant's schedules, and mail its admins about a threshold of the API budget."""
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    if tenant is None:
        return
    now = timezone.now()
    with tenant_scope(tenant):
        follow_time_zone(tenant, now)
        start_due(tenant, now)
        for connection, percent in over_budget(now):
            warn_admins(connection, percent, now)


tend = run_due_work  # tasks that the version before put into the queue name it so


def tell_what_is_held() -> None:
    """Mail the admins of each tenant in which a flow is held that they were not told of."""
    with cross_tenant("notices of held flows"):
        untold = holds_to_tell()
    for tenant_id, connection_id in untold:
        with tenant_scope(Tenant.objects.get(pk=tenant_id)):
            tell_holds(Connection.objects.get(pk=connection_id))


def _wake_ledger(tenant_id: int, connection_id: int, flow: str) -> None:
    """Look up, send again or read back what has become due of a flow. A refusal is shown where its cause is shown."""
    with tenant_scope(Tenant.objects.get(pk=tenant_id)):
        connection = Connection.objects.get(pk=connection_id)
        try:
            wake_ledger(connection, push_flow(flow), trigger=Trigger.SCHEDULE)
        except Refused as refused:
            logger.info("the ledger of %s waits: %s", flow, refused.sentence)


def _have_round_done(tenant_id: int) -> None:
    """Much may need somebody now, or nobody any more: the badge and the bell need not wait for the next round."""
    if tenant_id not in queue.rounds_waiting():
        queue.wake_round(tenant_id)


def go_round() -> None:
    """Have a worker do the round of each company, unless one is to already."""
    asked = queue.rounds_waiting()
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        if tenant_id not in asked:
            queue.wake_round(tenant_id)


def do_round(tenant_id: int) -> None:
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    if tenant is None:
        return
    with tenant_scope(tenant):
        do_rounds(tenant)


def beat() -> None:
    """Show that the queue works: this job has passed through it."""
    Heartbeat.objects.update_or_create(name="queue", defaults={"beat_at": timezone.now()})


def verify() -> None:
    """Have what was delivered in the last days read back and compared, in each company that can be asked."""
    with cross_tenant("nightly verification"):
        usable = Connection.objects.filter(state__in=USABLE_CONNECTIONS)
        chosen = list(usable.order_by("pk").values_list("tenant_id", "pk"))
    for tenant_id, connection_id in chosen:
        with tenant_scope(Tenant.objects.get(pk=tenant_id)):
            try:
                verify_recent(Connection.objects.get(pk=connection_id))
            except Refused as refused:
                logger.info("nothing is verified: %s", refused.sentence)


def recount_imports() -> None:
    """Compare what records say of the documents linked to them with the documents, and mend what a defect left."""
    with cross_tenant("daily recount"):
        chosen = list(Connection.objects.order_by("pk").values_list("tenant_id", "pk"))
    for tenant_id, connection_id in chosen:
        with tenant_scope(Tenant.objects.get(pk=tenant_id)):
            connection = Connection.objects.get(pk=connection_id)
            for declaration in declarations():
                if mended := recount(declaration, connection):
                    logger.warning("import states of %s: %s were wrong and are mended", declaration.plural, mended)


def prune() -> None:
    """Remove what is older than it is kept; what is left after two minutes, the next job removes."""
    removed = retention.prune(seconds=PRUNE_SECONDS)
    for part in removed.parts:
        logger.info("retention: %s of %s removed", part.rows, part.label)
    if not removed.is_complete:
        queue.prune_again()
