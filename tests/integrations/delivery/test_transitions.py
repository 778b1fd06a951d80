"""What a push may become, who may say so, and the delivery of a document by its steps: tables, without a database."""

import ast
from itertools import product
from pathlib import Path

import pytest

from integrations.delivery.transitions import TRANSITIONS, StepState, WrongTransition, delivery_of, move
from integrations.models import IN_FLIGHT, Delivery, Push, PushState

ROOT = Path(__file__).parents[3]
W, Q, S, V, D, F, T = (
    PushState.WAITING, PushState.QUEUED, PushState.SENDING, PushState.VERIFYING, PushState.DELIVERED,
    PushState.FAILED, PushState.TAKEN_BACK,
)  # fmt: skip


WRITING = ("update", "Push", "create", "bulk_create", "get_or_create", "update_or_create")


def test_what_ended_never_moves_again() -> None:
    assert {state for state, after in TRANSITIONS.items() if not after} == frozenset(PushState) - IN_FLIGHT
    assert set(TRANSITIONS) == {None, *PushState}


def test_what_may_have_arrived_is_never_taken_back() -> None:
    assert {state for state, after in TRANSITIONS.items() if T in after} == {W, Q}


@pytest.mark.parametrize(("before", "after"), [(D, Q), (F, Q), (T, S), (W, S), (Q, D), (V, T)])
def test_a_wrong_transition_is_refused_before_anything_is_stored(before: PushState, after: PushState) -> None:
    push = Push(state=before)
    with pytest.raises(WrongTransition, match=f"{before} cannot become {after}"):
        move(push, after, "", "")
    assert push.state == before


def test_one_module_writes_the_state_of_a_push() -> None:
    """`push.state = …`, and `update(state=…)`, `Push(state=…)` or a dictionary of facts with a member of PushState."""
    writers = set()
    for package in ("integrations", "erp_admin", "accounts"):
        for path in (ROOT / package).rglob("*.py"):
            if "migrations" not in path.parts and writes_push_state(path):
                writers.add(str(path.relative_to(ROOT)))
    assert writers == {"integrations/delivery/transitions.py"}


def writes_push_state(path: Path) -> bool:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr == "state":
            if isinstance(node.value, ast.Name) and node.value.id in ("push", "row", "waiting", "first", "newest"):
                return True
        elif isinstance(node, ast.Dict):
            if any(ast.unparse(key) == "'state'" and "PushState" in ast.unparse(value) for key, value in pairs(node)):
                return True
        elif isinstance(node, ast.Call) and "PushState" in ast.unparse(node):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in WRITING and any(keyword.arg == "state" for keyword in node.keywords):
                return True
    return False


def pairs(node: ast.Dict) -> list[tuple[ast.expr, ast.expr]]:
    return [(key, value) for key, value in zip(node.keys, node.values, strict=True) if key is not None]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([("a", None, False)], Delivery.NONE),
        ([("a", D, True)], Delivery.DELIVERED),
        ([("a", F, False)], Delivery.FAILED),
        ([("a", F, True)], Delivery.FAILED),  # an update of the only record that was refused
        ([("a", T, False)], Delivery.NONE),
        ([("a", T, True)], Delivery.DELIVERED),
        ([("a", D, True), ("b", D, True)], Delivery.DELIVERED),
        ([("a", D, True), ("b", F, False)], Delivery.PARTLY),
        ([("a", D, True), ("b", T, False)], Delivery.PARTLY),
        ([("a", D, True), ("b", None, False)], Delivery.PARTLY),
        ([("a", D, True), ("b", F, True)], Delivery.PARTLY),
        ([("a", F, False), ("b", T, False)], Delivery.FAILED),
        ([("a", T, False), ("b", T, False)], Delivery.NONE),
        ([("a", D, False), ("b", D, False)], Delivery.NONE),  # both were unlinked
        ([("a", D, True), ("b", W, False)], Delivery.WAITING),
        ([("a", F, False), ("b", Q, False)], Delivery.QUEUED),
        ([("a", Q, False), ("b", V, False), ("c", S, False)], Delivery.SENDING),
        ([("a", Q, False), ("b", V, False)], Delivery.VERIFYING),
    ],
)
def test_the_delivery_of_a_document(steps: list[tuple[str, PushState | None, bool]], expected: Delivery) -> None:
    assert delivery_of([StepState(*step) for step in steps]) == expected


def test_a_hold_shows_only_where_something_is_queued() -> None:
    assert delivery_of([StepState("a", Q)], is_held=True) == Delivery.HELD
    assert delivery_of([StepState("a", S), StepState("b", Q)], is_held=True) == Delivery.SENDING
    assert delivery_of([StepState("a", W)], is_held=True) == Delivery.WAITING


def test_a_document_is_delivered_only_where_every_step_is() -> None:
    """Over all pairs: never delivered or free of locks while a step is open, never delivered with one missing."""
    kinds = [*product([None, *PushState], [False, True])]
    for (first, first_there), (second, second_there) in product(kinds, kinds):
        delivery = delivery_of([StepState("a", first, first_there), StepState("b", second, second_there)])
        is_open = bool({first, second} & IN_FLIGHT)
        assert is_open == (delivery in (Delivery.WAITING, Delivery.QUEUED, Delivery.SENDING, Delivery.VERIFYING))
        if delivery == Delivery.DELIVERED:
            assert first_there
            assert second_there
            assert F not in (first, second)
