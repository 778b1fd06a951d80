"""What an import asks the database does not grow with the number of records or of lines."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.imports.preview import ADDED, CREATE, UPDATE, preview_of
from integrations.imports.selectors import filtered_records, records_in, state_counts
from integrations.imports.taken import recount
from integrations.imports.taking import take_over_all
from integrations.models import Connection, ListItem, RunStep, StepState, SyncRun
from tests.toy_imports.declared import contract_declaration
from tests.toy_imports.models import ToyContract, ToyContractLine

DECLARED = contract_declaration()


@pytest.fixture
def offered(connection: Connection) -> Callable[[int, int], None]:
    """Puts so many contracts into the mirror, every other one imported before, each with so many lines."""
    run = SyncRun.objects.create(tenant=connection.tenant, connection=connection, number=1, flow="lists", title="Sync")
    RunStep.objects.create(
        tenant=connection.tenant, run=run, position=1, key="list:toy_lines", title="Lines", state=StepState.SUCCEEDED
    )

    def item(kind: str, number: int, name: str, parent: str = "") -> ListItem:
        now = timezone.now()
        return ListItem(
            tenant=connection.tenant, connection=connection, kind=kind, record_no=number, business_id=name, name=name,
            parent_id=parent, digest=f"2:{number}", first_seen_at=now, changed_at=now,
            fields={"NAME": name, "PROJECTID": "24-001", "CONTRACTDATE": "01/15/2025", "BILLABLE": "true"},
        )  # fmt: skip

    def offered(contracts: int, lines: int) -> None:
        ListItem.objects.all().delete()
        ToyContract.objects.all().delete()
        names = [f"C-{number:05}" for number in range(contracts)]
        items = [item("toy_contracts", number, name) for number, name in enumerate(names, 1)]
        items += [
            item("toy_lines", place * 1000 + line, f"{line:04}", name)
            for place, name in enumerate(names, 1)
            for line in range(lines)
        ]
        ListItem.objects.bulk_create(items, batch_size=500)
        here = ToyContract.objects.bulk_create(
            ToyContract(
                tenant=connection.tenant, connection=connection, number=name, name="Old", remote_record_no=number
            )
            for number, name in enumerate(names, 1)
            if number % 2
        )
        ToyContractLine.objects.bulk_create(
            ToyContractLine(
                tenant=connection.tenant, contract=contract, number="0000", name="Old",
                remote_record_no=(contract.remote_record_no or 0) * 1000,
            )
            for contract in here
        )  # fmt: skip
        recount(DECLARED, connection)

    return offered


def queries(work: Callable[[], Any]) -> int:
    with CaptureQueriesContext(
        database,
    ) as captured:
        work()
    return len(captured)


def test_a_preview_takes_as_many_queries_for_10_records_as_for_200(
    connection: Connection, offered: Callable[[int, int], None]
) -> None:
    connection = Connection.objects.select_related("tenant").get(pk=connection.pk)
    counts = []
    for contracts in (10, 200):
        offered(contracts, 3)
        counts.append(queries(lambda: preview_of(DECLARED, connection, records_in(DECLARED, connection))))
        preview = preview_of(DECLARED, connection, records_in(DECLARED, connection))
        assert preview.counts[CREATE] == preview.counts[UPDATE] == contracts // 2
        assert all(len(effect.lines) == 3 for effect in preview.effects[UPDATE])
        assert {line.action for line in preview.effects[CREATE][0].lines} == {ADDED}
    assert counts == [7, 7]


def test_a_page_of_the_list_takes_as_many_queries_for_10_records_as_for_200(
    connection: Connection, offered: Callable[[int, int], None]
) -> None:
    def page() -> None:
        found = filtered_records(DECLARED, connection, {"q": "C-"})
        assert list(found[:50])
        assert state_counts(found)["changed"]

    counts = []
    for contracts in (10, 200):
        offered(contracts, 3)
        counts.append(queries(page))
    assert counts == [2, 2]


def test_taking_over_takes_as_many_queries_for_2_lines_as_for_100(
    connection: Connection, offered: Callable[[int, int], None]
) -> None:
    counts = []
    for lines in (2, 100):
        offered(2, lines)
        item = ListItem.objects.select_related("connection").get(kind="toy_contracts", business_id="C-00000")
        counts.append(queries(lambda item=item: take_over_all(DECLARED, [item], connection.tenant, None)))
        assert ToyContractLine.objects.filter(contract__number="C-00000").count() == lines
    assert counts[0] == counts[1]
