"""Lines nested in the record of their document, and lines of a list that names the document by its record number."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from integrations.imports import service
from integrations.imports.preview import BLOCKED, CHANGED, GONE, NOTHING, UPDATE, preview_of
from integrations.imports.selectors import records_in
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ListItem, RunState
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.toy_imports.declared import PricedImport
from tests.toy_imports.installed import use_flow
from tests.toy_imports.models import ToyPrice, ToyPriced

Again = Callable[[], None]


@pytest.fixture(params=[True, False], ids=["nested", "listed"])
def flow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> PricedImport:
    flow = PricedImport(nested=request.param)
    use_flow(monkeypatch, flow)
    return flow


@pytest.fixture
def again(connection: Connection, flow: PricedImport) -> Again:
    """Reads the lists."""
    kinds = ["toy_priced", *(kind.key for _, kind in flow.declaration.listed_lines)]

    def again() -> None:
        run = run_to_end(start_list_sync(connection, kinds=kinds, queued=False).run)
        assert run.state == RunState.SUCCEEDED, list(run.log.values_list("message", flat=True))

    again()
    return again


def first() -> ListItem:
    return ListItem.objects.filter(kind="toy_priced").earliest("record_no")


def price_of(item: ListItem) -> ToyPrice:
    return ToyPrice.objects.get(priced__remote_record_no=item.record_no)


def test_prices_are_taken_over_changed_and_removed(
    connection: Connection, flow: PricedImport, intacct: SandboxServer, again: Again
) -> None:
    everything = records_in(flow.declaration, connection)

    def state() -> str:
        return str(everything.get(pk=first().pk).import_state)

    def planned() -> tuple[str, list[str]]:
        preview = preview_of(flow.declaration, connection, everything.filter(pk=first().pk))
        (effect,) = [each for effects in preview.effects.values() for each in effects]
        return effect.action, [line.action for line in effect.lines]

    def imported() -> str:
        run = run_to_end(service.start_import(flow, connection, everything.filter(pk=first().pk), queued=False).run)
        return run.rows.get().outcome

    assert imported() == "new"
    assert price_of(first()).amount == Decimal(125000)
    assert (state(), planned(), imported()) == ("imported", (NOTHING, []), "same")

    number = str(price_of(first()).remote_record_no)
    intacct.control(do="put", object="PROJECTCONTRACTLINEENTRY", record={"RECORDNO": number, "PRICE": "130000.5"})
    again()
    assert (state(), planned()) == ("changed", (UPDATE, [CHANGED]))
    assert (imported(), state()) == ("changed", "imported")
    assert price_of(first()).amount == Decimal("130000.50")

    intacct.control(do="delete", object="PROJECTCONTRACTLINEENTRY", key=number)
    again()
    assert (state(), planned()) == ("changed", (UPDATE, [GONE]))
    assert (imported(), state()) == ("changed", "imported")
    assert not ToyPrice.objects.exists()
    assert ToyPriced.objects.count() == 1


def test_a_price_that_does_not_fit_names_its_line(
    connection: Connection, flow: PricedImport, intacct: SandboxServer, again: Again
) -> None:
    everything = records_in(flow.declaration, connection).filter(pk=first().pk)
    entry = {"RECORDNO": "9001", "PROJECTCONTRACTLINEKEY": str(first().record_no), "LINE_NO": "7", "WFTYPE": "Original"}
    intacct.control(do="put", object="PROJECTCONTRACTLINEENTRY", record={**entry, "PRICE": "1", "MEMO": "m" * 51})
    again()
    preview = preview_of(flow.declaration, connection, everything)
    (effect,) = preview.effects[BLOCKED]
    name = "Line 7" if flow.declaration.lines[0].nested else "Line 9001"
    assert effect.reason == f"{name}: MEMO is 51 characters long; at most 50 fit. Shorten it in Intacct."
    run = run_to_end(service.start_import(flow, connection, everything, queued=False).run)
    assert run.rows.get().message == effect.reason
    assert not ToyPriced.objects.exists()


def test_a_nested_row_without_a_record_number_stops_its_document(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = PricedImport(nested=True)
    use_flow(monkeypatch, flow)
    run_to_end(start_list_sync(connection, kinds=["toy_priced"], queued=False).run)
    item = first()
    rows = [{"RECORDNO": "", "LINE_NO": "1", "PRICE": "1", "MEMO": ""}]
    ListItem.objects.filter(pk=item.pk).update(fields={**item.fields, "PROJECTCONTRACTLINEENTRIES": rows})
    preview = preview_of(flow.declaration, connection, records_in(flow.declaration, connection).filter(pk=item.pk))
    (effect,) = preview.effects[BLOCKED]
    assert effect.reason == "Line 1: Intacct sent no usable RECORDNO ('')."
