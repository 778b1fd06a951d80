"""What a run that pushes leaves behind: documents held, waiting, or being checked, with the reason and what frees them.

Reads the ledger; moves nothing.
"""

from collections.abc import Mapping
from typing import Final

from django.db.models import Count, Q
from django.utils import timezone

from integrations.models import IN_FLIGHT, Push, PushHold, PushState, SyncRun
from integrations.runs.endings import Unfinished

_WORDS: Final[Mapping[PushState, tuple[str, str]]] = {
    PushState.WAITING: ("waits for another one", "wait for another one"),
    PushState.QUEUED: ("is sent later", "are sent later"),
    PushState.SENDING: ("is being sent", "are being sent"),
    PushState.VERIFYING: ("is being checked: it may have arrived", "are being checked: they may have arrived"),
}
_AWAITED: Final = "See that what is waited for is approved and pushed; then it goes on by itself."
RELEASE: Final = "Then release what is held, on the page Issues."


def left_of(run: SyncRun) -> Unfinished | None:
    """What of the run is on its way still: what it touched and what is due, by document. None when nothing is."""
    due = Q(state=PushState.QUEUED, due_at__lte=timezone.now())
    rows = Push.objects.filter(Q(run=run, state__in=IN_FLIGHT) | due, connection=run.connection_id, flow=run.flow)
    counted = dict(rows.order_by().values_list("state").annotate(Count("document_id", distinct=True)))
    if not counted:
        return None
    hold = PushHold.objects.filter(connection=run.connection_id, flow=run.flow).first()
    held = counted.pop(PushState.QUEUED, 0) if hold is not None else 0
    later = [_said(number, *_WORDS[PushState(state)]) for state, number in sorted(counted.items())]
    sentence = " ".join([*([_said(held, "is held", "are held")] if held else []), *later])
    total = held + sum(counted.values())
    if hold is not None and held:
        return Unfinished(total, hold.error_code, f"{sentence} {hold.sentence}", f"{hold.advice} {RELEASE}".strip())
    reason = rows.exclude(reason="").order_by("due_at").values_list("reason", flat=True).first() or ""
    advice = _AWAITED if PushState.WAITING in counted else "It goes on by itself."
    return Unfinished(total, "NOT-SETTLED", f"{sentence} {reason}".strip(), advice)


def _said(number: int, one: str, many: str) -> str:
    return f"1 document {one}." if number == 1 else f"{number:,} documents {many}."
