"""Sample documents of the demo, of each type that has any: imported from files, previewed and pushed.

Uses only the services that pages and commands use. The samples lie in `erp_admin/samples`; they are fictional, and hold
a document for every state worth seeing: one whose vendor is to be matched, one whose vendor is on hold, and a draft.
"""

import hashlib
from collections import Counter
from pathlib import Path
from typing import Final

from accounts.models import Tenant
from erp_admin.documents.types import document_types
from erp_admin.models import IMPORTABLE, IMPORTED, ImportDraft, ImportState
from erp_admin.uploads.service import confirm, read_upload
from integrations.delivery.planning import context_for, judge
from integrations.delivery.requests import ask_pushes, ready_documents
from integrations.models import Connection, Push, Trigger
from integrations.runs.runner import run_to_end

SAMPLES: Final = Path(__file__).parents[1] / "samples"


def sample_settings() -> dict[str, str]:
    """What pushing the samples of every type needs."""
    return {key: value for each in document_types() for key, value in each.sample_settings.items()}


def import_documents(tenant: Tenant, connection: Connection) -> tuple[int, int, str]:
    """Import the sample files, each only once; return how many documents came in, the requests, and it in words."""
    counts: Counter[str] = Counter()
    for document_type in document_types():
        if not document_type.samples:
            continue
        path = SAMPLES / document_type.samples
        content = path.read_bytes()
        known = ImportDraft.objects.filter(digest=hashlib.sha256(content).hexdigest(), run__isnull=False).first()
        if known is not None:
            counts["there already"] += known.documents.filter(state__in=IMPORTED).count()
            continue
        draft = read_upload(tenant, document_type.key, path.name, content)
        if draft.documents.filter(state__in=IMPORTABLE).exists():
            run_to_end(confirm(connection, draft, trigger=Trigger.COMMAND, queued=False).run)
        for state in draft.documents.values_list("state", flat=True):
            counts[ImportState(state).label.lower()] += 1
    return counts["created"], 0, ", ".join(f"{number} {name}" for name, number in counts.items() if number)


def preview_documents(connection: Connection) -> tuple[int, int, str]:
    """What pushing would do with what is ready: how many documents, no requests, and the judgment in words."""
    context = context_for(connection)
    counts: Counter[str] = Counter()
    fields = 0
    for flow in (document_type.flow for document_type in document_types()):
        for document in ready_documents(flow):
            verdict = judge(flow, document, context)
            fields += len(verdict.plan.explained) if verdict.plan else 0
            counts["to be sent" if verdict.plan else "waiting" if verdict.waits else "blocked"] += 1
    told = ", ".join(f"{number} {name}" for name, number in counts.items())
    return counts.total(), 0, f"{told}; {fields} fields" if told else "nothing is ready"


def push_documents(connection: Connection) -> tuple[int, int, str]:
    """Push what is ready, flow by flow; return how many arrived, the requests, and Intacct's ids in words."""
    arrived: list[str] = []
    counts: Counter[str] = Counter()
    requests = 0
    for flow in (document_type.flow for document_type in document_types()):
        asked = ask_pushes(connection, flow, ready_documents(flow), trigger=Trigger.COMMAND, queued=False)
        counts["blocked"] += len(asked.blocked)
        if asked.started is None:
            continue
        run = run_to_end(asked.started.run)
        requests += sum(run.steps.values_list("requests", flat=True))
        pushes = Push.objects.filter(run=run).order_by("pk")
        arrived += [push.remote_id for push in pushes if push.remote_id]
        counts["failed"] += sum(not push.remote_id for push in pushes)
    told = [f"{number} {name}" for name, number in counts.items() if number]
    return len(arrived), requests, "; ".join([", ".join(arrived) or "nothing to push", *told])
