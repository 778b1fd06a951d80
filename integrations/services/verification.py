"""Start runs that compare what was delivered with what Intacct holds. Owns when, and which documents."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from integrations.engine.flow import StepPlan
from integrations.engine.push_flow import PushFlow
from integrations.engine.verification import Verification, linked_documents
from integrations.models import Connection, Trigger
from integrations.services.pushes import push_flows
from integrations.services.runs import Started, start_run


def start_verification(
    connection: Connection,
    flows: Iterable[PushFlow],
    *,
    since: datetime | None = None,
    by: User | None = None,
    trigger: Trigger = Trigger.PERSON,
    queued: bool = True,
) -> Started:
    """Start a run that reads every linked document of these flows back, or those delivered `since`."""
    checkpoint: dict[str, object] = {"since": since.isoformat()} if since is not None else {}
    plans = [StepPlan(flow.key, flow.plural.capitalize(), dict(checkpoint)) for flow in flows]
    return start_run(connection, Verification.key, plans=plans, by=by, trigger=trigger, queued=queued)


def verify_recent(connection: Connection) -> Started | None:
    """Start a verification of what was delivered in the last days; None when nothing was, or it is switched off."""
    if settings.VERIFY_NIGHTLY_DAYS < 1:
        return None
    since = timezone.now() - timedelta(days=settings.VERIFY_NIGHTLY_DAYS)
    flows = [flow for flow in push_flows() if linked_documents(flow, connection, since).exists()]
    return start_verification(connection, flows, since=since, trigger=Trigger.SCHEDULE) if flows else None
