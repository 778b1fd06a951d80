"""Steps and plans that contradict themselves are refused, in words; a later step gets what an earlier one became."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.delivery.contract import (
    FromStep,
    Plan,
    PlanDefect,
    PlannedStep,
    Step,
    StepResult,
    push_flow,
    step_table,
)
from integrations.delivery.planning import assess, context_for, control_id_of
from integrations.models import Connection, Operation, Push
from integrations.runs import flow as register
from integrations.runs.flow import register_flow
from tests.toy.flow import CHANGE, ORDER, ToyPush, planned
from tests.toy.models import ToyOrder
from tests.toy.people import toy


def steps_of(*declared: Step) -> ToyPush:
    flow = ToyPush()
    flow.steps = declared  # type: ignore[misc] - another declaration for one test
    return flow


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ((), "its steps are none"),
        ((Step("a"), Step("a")), "two have the same key"),
        ((Step("a", after=("b",)),), "step 'a' comes after 'b', which it does not declare"),
        ((Step("a", after=("a",)),), "wait for each other: a -> a"),
        ((Step("a", after=("b",)), Step("b", after=("a",))), "wait for each other"),
    ],
)
def test_steps_that_contradict_themselves_are_refused_at_registration(declared: tuple[Step, ...], words: str) -> None:
    known = dict(register._flows)
    with pytest.raises(PlanDefect, match=words):
        register_flow(steps_of(*declared))
    assert register._flows == known


def document(**facts: Any) -> ToyOrder:
    given = {"number": "T-1", "vendor_id": "V-1", "dated_on": date(2026, 3, 2), "total": Decimal("5.00"), **facts}
    return ToyOrder(**given)


class Planning(ToyPush):
    """Plans what the test says."""

    def __init__(self, *steps: PlannedStep) -> None:
        self._steps = steps

    def plan(self, document: ToyOrder, context: Any) -> Plan:
        return Plan(self._steps)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"step": "unknown"}, "plans step 'unknown', which toys does not declare"),
        ({"step": ORDER}, "or one of them twice"),
        ({"after": ("nowhere",)}, "comes after 'nowhere', which toys does not declare"),
        ({"after": (CHANGE,)}, "wait for each other"),
    ],
)
def test_a_plan_that_contradicts_its_declaration_is_a_defect(
    toys: ToyPush, pushing: Connection, change: dict[str, Any], words: str
) -> None:
    order = toy(pushing, "T-1")
    flow = Planning(planned(order, ORDER), replace(planned(order, CHANGE), **change))
    with pytest.raises(ValueError, match=words):
        assess(flow, order, context_for(pushing))


def test_steps_go_in_the_order_in_which_they_wait(toys: ToyPush, pushing: Connection) -> None:
    """However a plan lists them; a value of an earlier step is a reason to wait for it."""
    order = toy(pushing, "T-1")
    flow = Planning(planned(order, CHANGE), planned(order, ORDER))
    plan, problems = assess(flow, order, context_for(pushing))
    assert plan is not None
    assert [(step.step, step.after, step.record_type) for step in plan.steps] == [
        (ORDER, (), "PODOCUMENT"),
        (CHANGE, (ORDER,), "PODOCUMENT"),
    ]
    assert problems == []


def test_what_an_earlier_step_became_is_put_in() -> None:
    step = planned(document(), CHANGE)
    assert "{record_no of order}" in step.function("x").xml
    with pytest.raises(KeyError):
        step.resolved({ORDER: StepResult("PC-1")})
    resolved = step.resolved({ORDER: StepResult("PC-1", 77)})
    assert "<relateddockey>77</relateddockey>" in resolved.function("x").xml
    assert [entry.value for entry in resolved.explained if entry.from_step] == ["77"]
    assert step.template_digest == planned(document(), CHANGE).template_digest
    assert FromStep(ORDER, "remote_id").value({ORDER: StepResult("PC-1")}) == "PC-1"


def test_the_template_tells_routes_apart() -> None:
    step = planned(document(), CHANGE)
    for other in (
        replace(step, record_type="APBILL"),
        replace(step, operation=Operation.UPDATE),
        replace(step, entity_id="200"),
        replace(step, fields={**step.fields, "referenceno": "other"}),
    ):
        assert other.template_digest != step.template_digest


def test_the_control_id_of_a_flow_of_one_step_is_as_it_always_was() -> None:
    """Rows that an older version queued or sent go on under the control id they have."""
    step = replace(planned(document(), ORDER), step="transaction")
    push = Push(flow="commitments", document_id=5, revision=2)
    digest = control_id_of(push, step).rpartition("-")[2]
    assert control_id_of(push, step) == f"erp-commitments-5-create-2-{digest}"
    assert len(digest) == 40
    assert control_id_of(push, planned(document(), ORDER)) == f"erp-commitments-5-order-create-2-{digest}"


def test_a_flow_of_one_step_declares_none() -> None:
    assert step_table(push_flow("commitments")) == {"transaction": Step()}


@pytest.mark.parametrize("module", ["steps", "transitions", "drift"])
def test_what_declares_steps_and_judges_records_is_typed(module: str) -> None:
    source = (Path(__file__).parents[3] / "integrations/delivery" / f"{module}.py").read_text()
    assert re.findall(r"\bAny\b", source) == []
