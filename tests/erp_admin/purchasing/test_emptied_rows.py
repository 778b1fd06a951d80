"""Every row of each mapping, emptied and filled again: Intacct has it so after the next push, or it is told before."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from erp_admin.documents.types import document_types
from erp_admin.models import Commitment, Project
from erp_admin.purchasing.commitments import MAPPING
from erp_admin.purchasing.mapping import LINES
from erp_admin.purchasing.service import approve, save_commitment
from integrations.delivery.contract import push_flow
from integrations.delivery.planning import context_for, judge
from integrations.models import Connection, ListItem
from integrations.records.lookup import MirrorView, why_unusable
from tests import lists
from tests.erp_admin.samples import choose_settings, commitment
from tests.integrations.delivery.ledger import push
from tests.snapshot import read_lists
from tests.standing import Standing, standing

Facts = dict[str, Any]
RETAINED: Facts = {"retainage_percent": Decimal(10)}
# What cannot be empty: the form and the model demand it, a setting gives it, or it is worked out.
NEVER_EMPTY = {
    "transactiontype", "datecreated", "vendorid", "documentno", "referenceno", "message", "state", "returnto", "payto",
    "externalrefno", "currency", "exchratetype", "customfields",
}  # fmt: skip
NEVER_EMPTY_LINES = {"itemid", "itemdesc", "quantity", "unit", "price", "memo", "conversiontype", "locationid"}


@pytest.fixture
def pushing(connection: Connection) -> Connection:
    read_lists(connection, [*lists.DOCUMENTS, *({"classes", "departments"} - {*lists.DOCUMENTS})])
    choose_settings(connection)
    return connection


def some(connection: Connection, kind: str) -> str:
    usable = ListItem.objects.filter(connection=connection, kind=kind, is_active=True, entity_id="")
    return usable.earliest("record_no").business_id


def coding(connection: Connection) -> Facts:
    """A project with a cost code and a cost type of it."""
    usable = ListItem.objects.filter(connection=connection, kind="cost_types", is_active=True, missing_at=None)
    for item in usable.order_by("record_no"):
        found = MirrorView(connection).get("projects", item.fields["PROJECTID"])
        if found is not None and not why_unusable("projects", found.business_id, found) and not found.entity_id:
            break
    facts = {"number": found.business_id, "name": found.name, "connection": connection}
    facts["remote_record_no"] = found.record_no
    one, _ = Project.objects.get_or_create(tenant=connection.tenant, remote_id=found.business_id, defaults=facts)
    return {"project": one, "task_id": item.fields["TASKID"], "cost_type_id": item.fields["COSTTYPEID"]}


def project(connection: Connection) -> Facts:
    return {"project": coding(connection)["project"]}


def cost_code(connection: Connection) -> Facts:
    return {**coding(connection), "cost_type_id": ""}


HEAD: dict[str, tuple[Callable[[Connection], Facts], Facts, str]] = {
    "termname": (lambda c: {"term_name": "Net 30"}, {"term_name": "", "due_on": date(2026, 6, 1)}, "TERM.NAME"),
    "datedue": (lambda c: {"due_on": date(2026, 5, 1)}, {"due_on": None}, "WHENDUE"),
    "projectid": (project, {"project": None}, "PROJECT"),
    "scope": (lambda c: {"scope": "All footings"}, {"scope": ""}, ""),
}
LINE: dict[str, tuple[Callable[[Connection], Facts], Facts, str]] = {
    "departmentid": (lambda c: {"department_id": some(c, "departments")}, {"department_id": ""}, "DEPARTMENTID"),
    "projectid": (project, {"project": None}, "PROJECTID"),
    "taskid": (cost_code, {"task_id": ""}, "TASKID"),
    "costtypeid": (coding, {"cost_type_id": ""}, "COSTTYPEID"),
    "classid": (lambda c: {"class_id": some(c, "classes")}, {"class_id": ""}, "CLASSID"),
    "retainagepercentage": (
        lambda c: {"retainage_percent": Decimal(10)},
        {"retainage_percent": None},
        "RETAINAGEPERCENTAGE",
    ),
}


def test_every_row_that_is_written_has_its_turn() -> None:
    assert {row.name for row in MAPPING.head.rows if row.is_written} == HEAD.keys() | NEVER_EMPTY
    assert {row.name for row in LINES.rows if row.is_written} == LINE.keys() | NEVER_EMPTY_LINES
    updated = [each.key for each in document_types() if any(one.is_update for one in each.flow.functions)]
    assert updated == ["commitments"]  # another type that updates its records needs a table of its own


def give(document: Commitment, head: Facts, line_facts: Facts) -> None:
    line = document.lines.get()
    for name, value in head.items():
        setattr(document, name, value)
    for name, value in line_facts.items():
        setattr(line, name, value)
    save_commitment(document, [line])
    if document.approval != "approved":
        approve(document)


def held(document: Commitment, head: bool, field: str) -> str:
    facts = document.remote_facts if head else document.remote_facts["lines"][0]
    return str(facts[field] or "")


CASES = [("head", name) for name in HEAD] + [("line", name) for name in LINE]


@pytest.mark.parametrize(("place", "name"), CASES)
def test_a_row_is_emptied_and_filled_again(pushing: Connection, place: str, name: str) -> None:
    is_head = place == "head"
    fill, empty, field = (HEAD if is_head else LINE)[name]
    filled = fill(pushing)
    document = commitment(pushing, "ER-1", approved=False)
    give(document, filled if is_head else {}, {} if is_head else filled)
    push(pushing, document)
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
    if field:
        assert held(document, is_head, field)
    give(document, empty if is_head else {}, {} if is_head else empty)
    told = judge(push_flow("commitments"), document, context_for(pushing))
    asked = push(pushing, document)
    if asked.blocked:
        ((_, problems),) = asked.blocked
        assert told.problems == tuple(problems)
        assert "cannot empty" in problems[0].sentence, problems
    else:
        assert told.plan is not None
        assert any(entry.path.endswith(name) for entry in told.plan.explained), told.plan.explained
        assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
        if field:
            assert held(document, is_head, field) in ("", "0"), held(document, is_head, field)
    give(document, filled if is_head else {}, {} if is_head else filled)
    push(pushing, document)
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
    if field:
        assert held(document, is_head, field)
