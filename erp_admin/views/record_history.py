"""The history of a document as people tell it: entered, edited, decided, pushed, linked, compared; newest first.

Presentation only. What only a technician asks for, such as tries and control ids, stands apart.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from accounts.access import TenantRequest, role_reason
from accounts.models import Role
from accounts.ui.shown import ShownState
from erp_admin.documents import selectors
from erp_admin.documents.edits import Edit, edits_of
from erp_admin.documents.types import AnyType
from erp_admin.uploads.selectors import file_that_made
from erp_admin.views.document_pages import tenant_url
from integrations.approval.selectors import decisions_about
from integrations.models import IN_FLIGHT, Operation, PushEvent, PushState

EVENTS: Final = 100
TOLD: Final = 4  # changes of one edit that are named in its line; the others are folded
DECIDED = ShownState("decided", "Decided", "info", "check2")
ENTERED = ShownState("entered", "Entered", "neutral", "pencil")
EDITED = ShownState("edited", "Edited", "neutral", "pencil-fill")
LINKED = ShownState("linked", "Linked", "success", "link-45deg")
COMPARED = ShownState("compared", "Compared", "neutral", "arrow-clockwise")
# What a person knows a push by. The states between are of interest only to a technician.
_TOLD: Final = {
    PushState.QUEUED: "Push asked for",
    PushState.WAITING: "Push asked for",
    PushState.DELIVERED: "Arrived in Intacct",
    PushState.FAILED: "Push failed",
    PushState.TAKEN_BACK: "Push taken back",
}


@dataclass(frozen=True)
class Told:
    """A line of the history, as partials/timeline.html shows it; `details` are folded below it."""

    at: datetime
    title: str
    text: str = ""
    actor: str = ""
    state: ShownState | None = None
    url: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class History:
    events: list[Told]
    technical: list[PushEvent]  # every line of the ledger
    last_decided_at: datetime | None
    is_cut: bool

    @property
    def last_push_at(self) -> datetime | None:
        return self.technical[0].at if self.technical else None


def history_of(request: TenantRequest, document_type: AnyType, document: Any) -> History:
    ledger = selectors.events_of(document_type.key, document.pk, EVENTS)
    decisions = list(decisions_about(document, EVENTS + 1))
    edits, is_cut = edits_of(document_type, document, document_type.currency_of(document))
    file = _file(request, document_type, document)
    entry = next((edit for edit in edits if edit.is_entry), None)
    if file is not None and entry is not None and _is_run(entry.actor):
        edits.remove(entry)  # the file says who entered it
    pushes = _pushes(request, ledger[:EVENTS])
    told = [*pushes, *map(_edit, edits), *([file] if file is not None else [])]
    told += [Told(each.at, each.text, actor=_who(each.actor_label), state=DECIDED) for each in decisions[:EVENTS]]
    compared = max((event.at for event in pushes if event.state is COMPARED), default=None)
    told += _marks(document, has_decisions=bool(decisions), is_entered=entry is not None, compared_at=compared)
    told.sort(key=lambda event: event.at, reverse=True)
    decided = decisions[0].at if decisions else None
    return History(told, ledger[:EVENTS], decided, is_cut or max(len(ledger), len(decisions)) > EVENTS)


def _is_run(actor: str) -> bool:
    return actor.startswith("run ")


def _who(actor: str) -> str:
    """Who acted, as people read it: a run of the engine is a sync."""
    return f"sync {actor.removeprefix('run ')}" if _is_run(actor) else actor


def _edit(edit: Edit) -> Told:
    who = _who(edit.actor)
    if edit.is_entry:
        return Told(edit.at, "Entered in ERP Admin", actor=who, state=ENTERED)
    if len(edit.changes) == 1:
        only = edit.changes[0]
        title = only[:1].upper() + only[1:] if only.startswith(("added", "removed")) else f"Changed {only}"
        return Told(edit.at, title, actor=who, state=EDITED)
    named, rest = edit.changes[:TOLD], tuple(edit.changes[TOLD:])
    return Told(
        edit.at, f"{len(edit.changes)} changes", f"{'; '.join(named)}.", who, EDITED, details=rest
    )  # fmt: skip


def _pushes(request: TenantRequest, events: list[PushEvent]) -> list[Told]:
    """The first word of a push, its end, and what was found when it was compared."""
    oldest = {event.push_id: event.pk for event in events}  # they come newest first
    arrived = {event.push_id: event.pk for event in events if event.state == PushState.DELIVERED}
    told = []
    for event in events:
        state, push = PushState(event.state), event.push
        if state in IN_FLIGHT and event.pk != oldest[event.push_id]:
            continue
        title = _TOLD.get(state)
        if title is None:
            continue
        if push.operation == Operation.UPDATE and state != PushState.TAKEN_BACK:
            title = title.replace("Push", "Update").replace("Arrived", "Update arrived")
        by, text, shown = event.by, event.message, event.shown_state
        if state in IN_FLIGHT:
            by, text = event.by or push.asked_by, "" if state == PushState.QUEUED else event.message
        elif state == PushState.DELIVERED and event.pk != arrived[event.push_id]:
            title, shown = "Compared with Intacct", COMPARED
        url = tenant_url(request, "run", number=push.run.number) if push.run and state not in IN_FLIGHT else ""
        told.append(Told(event.at, title, text, str(by or ""), shown, url))
    return told


def _marks(document: Any, *, has_decisions: bool, is_entered: bool, compared_at: datetime | None) -> list[Told]:
    """What only columns of the document tell. What was approved before decisions were written down left only this."""
    refreshed = document.refreshed_at
    is_told = refreshed is not None and compared_at is not None and refreshed - compared_at < timedelta(minutes=1)
    marks = (
        (None if is_entered else document.created_at, "Entered in ERP Admin", None, ENTERED),
        (None if has_decisions else document.approved_at, "Approved", document.approved_by, DECIDED),
        (document.linked_at, f"Linked to {document.remote_id}", document.linked_by, LINKED),
        (None if is_told else refreshed, "Last compared with Intacct", None, COMPARED),
    )
    return [Told(at, title, actor=str(by or ""), state=state) for at, title, by, state in marks if at is not None]


def _file(request: TenantRequest, document_type: AnyType, document: Any) -> Told | None:
    found = file_that_made(document_type.key, document.pk)
    if found is None:
        return None
    may_look = not role_reason(request, Role.ACCOUNTANT)
    url = tenant_url(request, "commitment_import", draft_pk=found.pk) if may_look else ""
    at = found.run.finished_at if found.run is not None and found.run.finished_at else found.created_at
    return Told(at, f"Imported from {found.file_name}", actor=str(found.created_by or ""), state=ENTERED, url=url)
