"""Pushing as tests do it: ask, work off, let time pass, count what Intacct holds."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.delivery.contract import push_flow
from integrations.delivery.requests import PushOutcome, ask_pushes, wake_ledger
from integrations.models import Connection, Push
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer


def push(connection: Connection, *documents: Any, flow: str = "commitments") -> PushOutcome:
    connection.refresh_from_db()
    asked = ask_pushes(connection, push_flow(flow), documents, queued=False)
    if asked.started is not None:
        run_to_end(asked.started.run)
    for document in documents:
        document.refresh_from_db()
    return asked


def work_again(connection: Connection, document: Any, flow: str = "commitments") -> None:
    """What the dispatcher does once something is due."""
    connection.refresh_from_db()
    run_to_end(wake_ledger(connection, push_flow(flow), queued=False).run)
    document.refresh_from_db()


def make_due(document: Any, *, quarantine_over: bool = False) -> None:
    facts = {"due_at": timezone.now()}
    if quarantine_over:
        facts["absent_counts_from"] = timezone.now() - timedelta(seconds=1)
    Push.objects.filter(document_id=document.pk).update(**facts)


def there(intacct: SandboxServer, connection: Connection) -> int:
    """How many purchasing documents Intacct holds."""
    return int(intacct.control(do="stats")["records"][connection.company_id].get("PODOCUMENT", 0))
