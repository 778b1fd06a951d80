"""Every operation that takes many, of every document type, asked with nothing, one, and more than a page."""

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from erp_admin.documents import preview
from erp_admin.documents.types import document_types
from erp_admin.purchasing import checks, reading, records, sources
from erp_admin.purchasing import selectors as purchasing_selectors
from integrations.delivery import contract, planning, readback, remote_records, requests, verification
from integrations.delivery import records as delivery_records
from integrations.delivery.contract import PushFlow
from integrations.delivery.planning import context_for
from integrations.gateway import client as gateway
from integrations.intacct import Client
from integrations.models import Connection, Push, RunState
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import change_order, commitment
from tests.integrations.delivery.ledger import push
from tests.standing import Standing, standing
from tests.toy.people import registered, toy

MOST = verification.BATCH + 1
MORE_THAN_A_SET = 1001
MODULES = (contract, delivery_records, remote_records, planning, requests, verification, readback, sources, checks,
           purchasing_selectors, records, reading, preview)  # fmt: skip
SETS = re.compile(r"\b(Sequence|Collection|Iterable|Mapping|list|set|dict)\[")


def takes_sets(function: Any) -> bool:
    parameters = inspect.signature(function).parameters.values()
    return any(
        each.kind is inspect.Parameter.VAR_POSITIONAL or SETS.search(str(each.annotation)) for each in parameters
    )


def operations() -> set[str]:
    """The public functions, and methods of the two contracts, that take more than one of something."""
    found = set()
    for module in MODULES:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_") and takes_sets(function):
                found.add(f"{module.__name__.rpartition('.')[2]}.{name}")
    for owner in (PushFlow, delivery_records.RemoteRecords):
        for name, function in inspect.getmembers(owner, inspect.isfunction):
            if not name.startswith("_") and name in vars(owner) and takes_sets(function):
                found.add(f"{owner.__name__}.{name}")
    return found


class Many:
    """Some documents of one type with what operations are asked with."""

    def __init__(self, connection: Connection, flow: PushFlow, documents: Sequence[Any], client: Client | None) -> None:
        self.connection, self.flow, self.documents = connection, flow, documents
        self.client: Any = client
        self.context = context_for(connection)
        self.pushes = list(Push.objects.filter(flow=flow.key, document_id__in=[each.pk for each in documents]))
        self.ids = [each.remote_id for each in documents]
        self.records = delivery_records.records_for(flow.records)

    @property
    def numbers(self) -> list[str]:
        return [self.flow.label(each).split(" ")[0] for each in self.documents]


def of_a_type(many: Many) -> list[Any]:
    """Pages show documents of registered types only; toys that are pushed in tests have none."""
    known = any(each.model is many.flow.model for each in document_types())
    return list(many.documents) if known else []


def counted(found: Any, many: Many) -> None:
    assert len(found) == len(many.documents)


OPERATIONS: dict[str, Callable[[Many], Any]] = {
    "PushFlow.named": lambda many: list(many.flow.named(many.numbers)),
    "PushFlow.prepare": lambda many: many.flow.prepare(many.documents, many.context),
    "PushFlow.look_up": lambda many: counted(many.flow.look_up(many.client, many.pushes), many),
    "PushFlow.read_back": lambda many: counted(many.flow.read_back(many.client, many.ids), many),
    "PushFlow.read": lambda many: counted(many.flow.read(many.client, "", many.ids), many),
    "PushFlow.held": lambda many: many.flow.held("line 1/price", {}),
    "PushFlow.is_ordinary": lambda many: [many.flow.is_ordinary(one, (), found(many, one)) for one in many.documents],
    "RemoteRecords.look_up": lambda many: counted(
        many.records.look_up(many.client, {push.pk: push.reference for push in many.pushes}), many
    ),
    "RemoteRecords.read_back": lambda many: counted(many.records.read_back(many.client, many.ids), many),
    "RemoteRecords.held": lambda many: many.records.held("line 1/price", {}),
    "remote_records.own_records": lambda many: counted(remote_records.own_records(many.flow.key, many.documents), many),
    "remote_records.records_of": lambda many: remote_records.records_of(
        many.flow.key, *(each.pk for each in many.documents)
    ),
    "planning.prepared": lambda many: counted(list(planning.prepared(many.flow, many.documents, many.context)), many),
    "planning.prepare": lambda many: planning.prepare(many.flow, list(many.documents), many.context),
    "planning.write_template": lambda many: None,  # a route is never empty: a plan without steps is a defect
    "requests.ask_pushes": lambda many: requests.ask_pushes(many.connection, many.flow, many.documents, queued=False),
    "requests.ready_documents": lambda many: requests.ready_documents(many.flow, many.numbers),
    "verification.start_verification": lambda many: verified(many.connection, [many.flow][: len(many.documents)]),
    "preview.preview_of": lambda many: preview.preview_of(many.connection, many.flow, of_a_type(many)),
}
WITHOUT_CLIENT = (
    "requests.ask_pushes", "requests.ready_documents", "preview.preview_of", "verification.start_verification",
)  # fmt: skip
# Of purchasing documents alone.
PURCHASING: dict[str, Callable[[Many], Any]] = {
    "sources.prepare": lambda many: sources.prepare(many.flow.key, many.documents, many.context),
    "checks.fixed_problems": lambda many: checks.fixed_problems({}, iter(())),
    "selectors.commitments_numbered": lambda many: list(purchasing_selectors.commitments_numbered(many.numbers)),
    "selectors.change_orders_numbered": lambda many: list(purchasing_selectors.change_orders_numbered(many.numbers)),
    "records.as_found": lambda many: records.as_found({"RECORDNO": "1"}, []),
    "reading.rows_of": lambda many: reading.rows_of({}),
    "reading.line_values": lambda many: reading.line_values({}),
    "reading.reading": lambda many: [reading.reading(found(many, each), {}) for each in many.documents],
    "reading.match_lines": lambda many: reading.match_lines({}, []),
    "reading.is_ordinary": lambda many: reading.is_ordinary((), is_explained=False),
}


def found(many: Many, document: Any) -> delivery_records.Found:
    return delivery_records.Found(1, document.remote_id)


def verified(connection: Connection, flows: list[PushFlow]) -> None:
    run = run_to_end(verification.start_verification(connection, flows, queued=False).run)
    assert run.state == RunState.SUCCEEDED, (run.state, run.error_sentence)


def test_no_operation_is_forgotten() -> None:
    assert operations() == OPERATIONS.keys() | PURCHASING.keys()


def entered(connection: Connection, key: str, number: int) -> list[Any]:
    """Documents of a type; those that belong to another one are entered with it, delivered."""
    if key == "toys":
        return [toy(connection, f"T-{each}", records=1) for each in range(number)]
    if key == "commitments":
        return [commitment(connection, f"ST-{each}") for each in range(number)]
    if not number:
        return []
    base = commitment(connection, "ST-BASE")
    push(connection, base)
    return [change_order(base, f"CO{each}", "1.00") for each in range(number)]


@pytest.mark.parametrize("number", [0, 1, MOST])
@pytest.mark.parametrize("key", [*(each.key for each in document_types()), "toys"])
def test_each_operation_takes_nothing_one_and_many(
    pushing: Connection, intacct: SandboxServer, key: str, number: int
) -> None:
    with registered():
        flow = contract.push_flow(key)
        documents = entered(pushing, key, number)
        push(pushing, *documents, flow=key)
        assert {standing(each) for each in documents} <= {Standing.VERIFIED}
        table = OPERATIONS if key == "toys" else {**OPERATIONS, **PURCHASING}
        for name, operation in table.items():
            if name in WITHOUT_CLIENT:
                continue
            pushing.refresh_from_db()
            with gateway.opened(pushing) as client:
                operation(Many(pushing, flow, documents, client))
        for name in WITHOUT_CLIENT:
            table[name](Many(pushing, flow, documents, None))


@pytest.mark.parametrize("key", [*(each.key for each in document_types()), "toys"])
def test_nothing_of_what_is_asked_for_is_there(pushing: Connection, intacct: SandboxServer, key: str) -> None:
    """Also more than Intacct takes in one question."""
    with registered():
        flow = contract.push_flow(key)
        with gateway.opened(pushing) as client:
            few = MORE_THAN_A_SET if key != "toys" else 1
            assert flow.read_back(client, [f"None-{each}" for each in range(few)]) == {}
            assert flow.read(client, "", [""] if key != "toys" else []) == {}
            assert list(flow.search(client, "Nothing like it")) == []
            assert key == "toys" or list(flow.search(client, " ")) == []
