"""Compare what is in Intacct with what is here, and decide about what differs. Verbs; raises Refused with what to do.

Owns when documents are verified, pushing anew what was deleted there, and taking over what was changed there.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from integrations import gateway
from integrations.engine.flow import StepPlan
from integrations.engine.push_flow import PushFlow
from integrations.engine.settle import take_over
from integrations.engine.verification import Verification, last_delivery, linked_documents
from integrations.models import Approval, Connection, Drift, PushedDocument, Trigger
from integrations.refusal import Refused
from integrations.services.pushes import Asked, ask_pushes, push_flows, unlink
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


def recreate(
    connection: Connection, flow: PushFlow, document: PushedDocument, *, by: User | None = None, queued: bool = True
) -> Asked:
    """Push a document anew whose record was deleted in Intacct. Raises Refused unless it is known to be missing."""
    with transaction.atomic():
        present: Any = flow.model._default_manager.select_for_update().get(pk=document.pk)
        if present.drift != Drift.MISSING_THERE:
            raise Refused("Its record is not known to be missing in Intacct.", "Verify it first.", code="NOT-MISSING")
        unlink(present, by=by)
        present.approval = Approval.ACCEPTED  # there is no record left that it could double
        present.save(update_fields=["approval"])
    return ask_pushes(connection, flow, [present], by=by, queued=queued)


def take_theirs(
    connection: Connection, flow: PushFlow, document: PushedDocument, *, by: User | None = None
) -> PushedDocument:
    """Make the document here what its record in Intacct is now. Raises Refused and the Intacct error family."""
    with gateway.opened(connection, entity_id=flow.entity_of(document) or None) as client:
        found = flow.read_back(client, [document.remote_id]).get(document.remote_id)
    if found is None:
        raise Refused(f"{document.remote_id} is not in Intacct.", "Verify it, then recreate it.", code="MISSING")
    with transaction.atomic():
        present: Any = flow.model._default_manager.select_for_update().get(pk=document.pk)
        if present.is_locked or present.remote_id != document.remote_id:
            raise Refused("It is being pushed or was linked otherwise.", "Look at it again.", code="PUSHED")
        push = last_delivery(flow, present)
        flow.take_theirs(present, push, found)
        for name, value in take_over(push, found, flow).items():
            setattr(present, name, value)
        present.drift, present.difference = Drift.SAME, ""
        present.refreshed_at = present.verified_at = timezone.now()
        present.save()
        if push is not None:
            push.save(update_fields=["expected"])
    return present  # type: ignore[no-any-return]
