"""What pages ask about the ledger: whether a flow pushes, and what holds a flow. Reads only."""

from integrations.delivery.contract import PushFlow
from integrations.models import PushedDocument, PushHold
from integrations.runs.selectors import known_flow


def is_push(flow_key: str) -> bool:
    return isinstance(known_flow(flow_key), PushFlow)


def hold_on(flow: PushFlow, document: PushedDocument) -> PushHold | None:
    """Why nothing of the flow is sent for the connection that the document is pushed to; None where it may be."""
    return PushHold.objects.filter(connection=document.connection, flow=flow.key).first()
