"""Reading many documents takes as many queries as reading few, and planning what was prepared takes none."""

from collections.abc import Callable
from copy import copy
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.db.models import F, Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentLine, Project
from erp_admin.purchasing.service import approve, save_commitment
from integrations.approval.selectors import covered_digest, read_covered
from integrations.delivery.planning import context_for, judge, prepare
from integrations.delivery.requests import push_flow
from integrations.models import Connection, Delivery, ListItem
from tests import lists
from tests.erp_admin.samples import change_order, choose_settings, commitment
from tests.integrations.delivery.ledger import push
from tests.snapshot import read_lists

Url = Callable[..., str]
FLOWS = ("commitments", "change_orders")
BUDGET = {
    "commitments": {"list": 16, "issues": 9, "preview": 20, "approve": 19, "ready": 32},
    "change_orders": {"list": 15, "issues": 9, "preview": 17, "approve": 16, "ready": 22},
}


@pytest.fixture
def office(connection: Connection) -> Connection:
    read_lists(connection, lists.DOCUMENTS)
    choose_settings(connection)
    return connection


def enter(connection: Connection, numbers: range) -> None:
    """Commitments that differ in all they refer to, each with an approved change order; each tenth is spoilt."""
    tenant = connection.tenant
    mirrored = {
        kind: list(ListItem.objects.filter(connection=connection, kind=kind, is_active=True).order_by("record_no"))
        for kind in ("projects", "vendors", "items", "locations", "departments", "cost_types", "ap_terms")
    }
    projects = {
        item.business_id: Project.objects.get_or_create(
            tenant=tenant, number=item.business_id, defaults={"name": "P", "remote_id": item.business_id}
        )[0]
        for item in mirrored["projects"]
    }

    def one(kind: str, number: int) -> str:
        return mirrored[kind][number % len(mirrored[kind])].business_id

    for number in numbers:
        fields = mirrored["cost_types"][number % len(mirrored["cost_types"])].fields
        project = projects.get(fields["PROJECTID"]) or next(iter(projects.values()))
        document = commitment(
            connection, f"B-{number:03}", approved=False, vendor_id="" if number % 10 == 9 else one("vendors", number),
            project=project, term_name=one("ap_terms", number),
        )  # fmt: skip
        lines = [
            *document.lines.all(),
            CommitmentLine(
                number=2, description="More", unit_price=Decimal(number + 1), item_id=one("items", number),
                location_id=one("locations", number), department_id=one("departments", number),
                task_id=fields["TASKID"], cost_type_id=fields["COSTTYPEID"],
            ),
        ]  # fmt: skip
        approve(save_commitment(document, lines))
        change_order(document, "1")
        if number % 10 == 8:
            for model in (Commitment, ChangeOrder):  # somebody changed what was approved
                model._default_manager.filter(pk=model._default_manager.latest("pk").pk).update(
                    approved_digest="another"
                )


def copies(times: int) -> None:
    """So many more of each commitment and change order that there is, with what each refers to."""
    made: dict[type[Model], list[Model]] = {
        model: [] for model in (Commitment, ChangeOrder, CommitmentLine, ChangeOrderLine)
    }
    for change in ChangeOrder.objects.select_related("commitment"):
        base = change.commitment
        for time in range(1, times + 1):
            base_pk, change_pk = base.pk * 1000 + time, change.pk * 1000 + time
            made[Commitment].append(_copy(base, pk=base_pk, number=f"{base.number}-{time:03}"))
            made[ChangeOrder].append(_copy(change, pk=change_pk, commitment_id=base_pk))
            made[CommitmentLine] += [_copy(line, pk=None, commitment_id=base_pk) for line in base.lines.all()]
            made[ChangeOrderLine] += [_copy(line, pk=None, change_order_id=change_pk) for line in change.lines.all()]
    for model, rows in made.items():
        model._default_manager.bulk_create(rows)
    again = list(ChangeOrder.objects.exclude(approved_digest="another"))
    read_covered(again)
    for change in again:
        change.approved_digest = covered_digest(change)
    ChangeOrder.objects.bulk_update(again, ["approved_digest"])


def _copy(row: Any, **values: Any) -> Any:
    fresh = copy(row)
    for name, value in values.items():
        setattr(fresh, name, value)
    return fresh


def are_there(connection: Connection) -> None:
    """The commitments are in Intacct, so that their change orders wait for nothing."""
    Commitment.objects.update(
        delivery=Delivery.DELIVERED, remote_record_no=F("pk"), connection=Connection.objects.get()
    )


def queries_of(work: Callable[[], Any]) -> int:
    with CaptureQueriesContext(database) as captured:
        work()
    return len(captured)


@pytest.mark.parametrize("many", FLOWS)
def test_lists_issues_and_the_preview_ask_as_much_of_200_documents_as_of_10(
    office: Connection, ben: Client, url: Url, many: str
) -> None:
    def pages(number: int) -> dict[str, int]:
        if many == "change_orders":
            are_there(office)
        counts = {
            "list": queries_of(lambda: ben.get(url(many))),
            "issues": queries_of(lambda: ben.get(url("issues"))),
            "preview": queries_of(lambda: answers.append(ben.get(url(f"preview_{many}")))),
        }
        counts["approve"] = queries_of(lambda: ben.get(url(f"preview_approve_{many}")))
        counts["ready"] = queries_of(lambda: ben.get(url("ready_to_push")))
        judged = answers[-1].context["preview"].counts
        assert (sum(judged.values()), judged["ready"]) == (number, number * 8 // 10)
        return counts

    answers: list[Any] = []
    enter(office, range(10))
    ben.get(url(many))
    few = pages(10)
    copies(19)
    assert pages(200) == few
    assert few == BUDGET[many]


@pytest.mark.parametrize("many", FLOWS)
def test_what_was_prepared_is_planned_without_a_query(office: Connection, many: str) -> None:
    enter(office, range(12))
    flow, context = push_flow(many), context_for(office)
    if many == "change_orders":
        are_there(office)
    documents = list(flow.model._default_manager.order_by("pk"))
    prepare(flow, documents, context)
    with CaptureQueriesContext(database) as captured:
        results = [judge(flow, document, context) for document in documents]
    assert [query["sql"] for query in captured] == []
    assert sum(result.plan is not None for result in results) >= 9
    assert any(result.problems for result in results)


def test_an_update_is_planned_without_a_query(office: Connection) -> None:
    document = commitment(office, "B-U", "10", "20")
    push(office, document)
    document.title = "Another"
    approve(save_commitment(document, list(document.lines.all())[:1]))
    flow, context = push_flow("commitments"), context_for(office)
    fresh = Commitment.objects.get(pk=document.pk)
    prepare(flow, [fresh], context)
    with CaptureQueriesContext(database) as captured:
        result = judge(flow, fresh, context)
    assert len(captured) == 0
    assert result.plan is not None, result
    assert result.plan.steps[0].function_name == "update_potransaction"
