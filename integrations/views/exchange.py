"""One message: a request to Sage Intacct and its answer, for people who must explain it. Changes nothing."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.ui.formats import shown_moment, shown_number
from integrations.intacct import indented
from integrations.models import Exchange
from integrations.views.run_words import noun_of


@require_GET
@role_required(Role.VIEWER)
def exchange(request: TenantRequest, number: int, pk: int) -> HttpResponse:
    """One request to Intacct and its answer, as they were kept: without secrets, and cut where they were long."""
    related = Exchange.objects.select_related("run", "step", "connection")
    found: Exchange = get_object_or_404(related, run__number=number, pk=pk)
    siblings = Exchange.objects.filter(run_id=found.run_id).order_by("pk").values_list("pk", flat=True)
    context = {
        "exchange": found,
        "run": found.run,
        "noun": noun_of(found.run) if found.run else "",
        "earlier": siblings.filter(pk__lt=found.pk).last(),
        "later": siblings.filter(pk__gt=found.pk).first(),
        "facts": _exchange_facts(found),
        "bodies": [
            Body("request", "Request", indented(found.request_xml), "No request was kept."),
            Body("answer", "Answer", indented(found.response_xml), "No answer came, or it was empty."),
        ],
    }
    return render(request, "integrations/exchange.html", context)


@dataclass(frozen=True)
class Body:
    """One side of a message. `cut` is a sentence when only the beginning was kept."""

    id: str
    title: str
    text: str
    empty: str

    @property
    def cut(self) -> str:
        last_line = self.text.rpartition("\n")[2]
        return (
            "Only the beginning was kept; the last line says how much is not here."
            if last_line.startswith("[cut: ")
            else ""
        )


def _exchange_facts(found: Exchange) -> list[dict[str, Any]]:
    return [
        {"label": "Sent", "value": shown_moment(found.started_at, seconds=True)},
        {"label": "Duration", "value": f"{shown_number(found.duration_ms)} ms"},
        {"label": "Step", "value": found.step.title if found.step else ""},
        {"label": "Outcome", "state": found.shown_outcome, "note": found.error_code},
        {"label": "HTTP status", "value": found.http_status},
        {"label": "Attempt", "value": found.attempt},
        {"label": "API transactions", "value": shown_number(found.billable)},
        {
            "label": "Size",
            "value": f"{shown_number(found.request_bytes)} bytes sent, {shown_number(found.response_bytes)} received",
        },
        {"label": "Company", "value": found.company_id, "note": found.entity_id or "top level"},
        {"label": "Control id", "value": found.control_id},
        {"label": "Endpoint", "value": found.endpoint},
    ]
