"""What the page of a run asks about the ledger rows that the run works off. Reads only."""

from django.db.models import Case, Count, IntegerField, Q, Value, When

from accounts.ui.shown import ShownState
from integrations.delivery.contract import PushFlow
from integrations.models import IN_FLIGHT, Push, PushedDocument, PushHold, PushState, SyncRun
from integrations.models.states import shown
from integrations.runs.selectors import known_flow


def is_push(flow_key: str) -> bool:
    return isinstance(known_flow(flow_key), PushFlow)


def pushes_of_run(run: SyncRun, limit: int) -> tuple[list[tuple[ShownState, int]], list[Push]]:
    """Counts by state of what the run sent, and while it works will send; the first rows, open ones first."""
    mine = Q(run=run)
    if run.is_active:
        mine |= Q(connection=run.connection_id, flow=run.flow, state__in=IN_FLIGHT)
    found = Push.objects.filter(mine)
    counted = dict(found.order_by().values_list("state").annotate(Count("pk")))
    whens = [When(state=state, then=Value(position)) for position, state in enumerate(_ORDER)]
    rows = found.defer("planned", "expected", "sent", "error_detail")
    rows = rows.order_by(Case(*whens, default=Value(len(_ORDER)), output_field=IntegerField()), "pk")
    return [(shown(state), counted[state]) for state in _ORDER if counted.get(state)], list(rows[:limit])


# What moves or needs somebody comes first.
_ORDER = (
    PushState.SENDING,
    PushState.VERIFYING,
    PushState.FAILED,
    PushState.QUEUED,
    PushState.WAITING,
    PushState.DELIVERED,
    PushState.TAKEN_BACK,
)


def hold_on(flow: PushFlow, document: PushedDocument) -> PushHold | None:
    """Why nothing of the flow is sent for the connection that the document is pushed to; None where it may be."""
    return PushHold.objects.filter(connection=document.connection, flow=flow.key).first()
