"""The steps of a document as its page lists them: how each stands, and which record in Intacct it became.

Reads only. Of a document of one step there is nothing to list that its page does not say already.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.ui.shown import ShownState
from integrations.delivery.contract import PlannedField, PlannedStep, PushFlow
from integrations.delivery.planning import PlanResult
from integrations.delivery.remote_records import records_of
from integrations.models import Push, PushedDocument, RemoteRecord


@dataclass(frozen=True)
class StepRow:
    """`state` is None where nothing of the step was ever asked for."""

    label: str
    state: ShownState | None
    after: str
    object_name: str
    record: RemoteRecord | None


@dataclass(frozen=True)
class PlannedPart:
    """What a step writes, or wrote: `rows` as the preview explains them."""

    step: str
    label: str
    rows: tuple[PlannedField, ...]


def step_rows(flow: PushFlow, document: PushedDocument, pushes: Sequence[Push]) -> list[StepRow]:
    """The steps that the document has taken or is taking, as declared; `pushes` are its newest, newest first."""
    if len(flow.steps) == 1:
        return []
    records = {record.step: record for record in records_of(flow.key, document.pk)}
    newest = newest_by_step(pushes)
    labels = {step.key: step.label for step in flow.steps}
    rows = []
    for step in flow.steps:
        push, record = newest.get(step.key), records.get(step.key)
        if push is None and record is None:
            continue
        after = ", ".join(labels[name] for name in (push.after if push is not None else step.after) if name in labels)
        name = record.object_name if record is not None else push.record_type if push is not None else ""
        rows.append(StepRow(step.label, push.shown_state if push is not None else None, after, name, record))
    return rows


def newest_by_step(pushes: Sequence[Push]) -> dict[str, Push]:
    """The newest of `pushes` for each step; they come newest first."""
    newest: dict[str, Push] = {}
    for push in pushes:
        newest.setdefault(push.step, push)
    return newest


def planned_parts(flow: PushFlow, verdict: PlanResult, pushes: Sequence[Push]) -> list[PlannedPart]:
    """What a push would write now, step by step; else what the newest ones wrote."""
    labels = {step.key: step.label for step in flow.steps}
    if verdict.plan is not None:
        return [_part(step, labels[step.step]) for step in verdict.plan.steps]
    newest = newest_by_step([push for push in pushes if push.planned])
    return [
        PlannedPart(step.key, step.label, PlannedField.stored(push.planned))
        for step in flow.steps
        if (push := newest.get(step.key)) is not None
    ]


def _part(step: PlannedStep, label: str) -> PlannedPart:
    return PlannedPart(step.step, label, step.explained)
