"""A field that is emptied after a push is empty in Intacct after the next one, or people are told before it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from erp_admin.models import Commitment
from erp_admin.purchasing.service import approve, save_commitment
from integrations.models import Connection, ListItem
from tests.erp_admin.samples import commitment
from tests.integrations.delivery.ledger import push
from tests.standing import Standing, standing


def some(connection: Connection, kind: str) -> str:
    usable = ListItem.objects.filter(connection=connection, kind=kind, is_active=True, entity_id="")
    return usable.earliest("record_no").business_id


def save(document: Commitment, **line_facts: Any) -> None:
    """Save it, with these values in its only line, and approve it."""
    line = document.lines.get()
    for name, value in line_facts.items():
        setattr(line, name, value)
    save_commitment(document, [line])
    if document.approval != "approved":
        approve(document)


@pytest.mark.parametrize(
    ("facts", "emptied", "field"),
    [
        ({"due_on": date(2026, 5, 1)}, {"due_on": None}, "WHENDUE"),
        ({"due_on": date(2026, 5, 1), "term_name": "Net 30"}, {"term_name": ""}, "TERM.NAME"),
    ],
)
def test_a_field_of_the_head_is_emptied_and_filled_again(
    pushing: Connection, facts: dict[str, Any], emptied: dict[str, Any], field: str
) -> None:
    document = commitment(pushing, "EM-1", **facts)
    push(pushing, document)
    held = document.remote_facts[field]
    assert held
    for values, expected in ((emptied, ""), (facts, held)):
        for name, value in values.items():
            setattr(document, name, value)
        save(document)
        push(pushing, document)
        assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
        assert document.remote_facts[field] == expected


def test_the_retainage_is_emptied(pushing: Connection) -> None:
    document = commitment(pushing, "EM-2", retainage_percent=Decimal(10))
    push(pushing, document)
    assert Decimal(document.remote_facts["lines"][0]["RETAINAGEPERCENTAGE"]) == 10
    document.retainage_percent = Decimal(0)
    save(document)
    push(pushing, document)
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
    assert Decimal(document.remote_facts["lines"][0]["RETAINAGEPERCENTAGE"] or "0") == 0


def test_what_an_update_cannot_empty_in_a_line_is_said_before_it_is_sent(
    pushing: Connection, client_for: Any, accountant: User
) -> None:
    chosen = some(pushing, "departments")
    document = commitment(pushing, "EM-3", approved=False)
    save(document, department_id=chosen)
    push(pushing, document)
    assert standing(document) == Standing.VERIFIED, document.state_reason
    save(document, department_id="")
    ((_, problems),) = push(pushing, document).blocked
    assert [(each.field, each.line) for each in problems] == [("department_id", 1)]
    assert f"cannot empty the department (“{chosen}”)" in problems[0].sentence
    assert standing(document) == Standing.BLOCKED
    page = client_for(accountant).get(reverse("commitment", args=[pushing.tenant.slug, document.pk]))
    assert page.status_code == 200
    save(document, department_id=chosen)
    assert standing(document) == Standing.VERIFIED
    assert push(pushing, document).left


def test_a_line_that_is_removed_and_entered_again_has_the_emptied_field(pushing: Connection) -> None:
    document = commitment(pushing, "EM-4", "100.00", "50.00", approved=False)
    first, second = document.lines.all()
    first.department_id = some(pushing, "departments")
    approve(save_commitment(document, [first, second]))
    push(pushing, document)
    first.pk, first.department_id, first.remote_record_no, first.number = None, "", None, 3
    first._state.adding = True
    approve(save_commitment(document, [second, first]))
    push(pushing, document)
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
    assert [line["DEPARTMENTID"] for line in document.remote_facts["lines"]] == ["", ""]
