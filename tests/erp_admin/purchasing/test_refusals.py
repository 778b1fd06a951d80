"""What people enter that cannot be pushed: each with a clear sentence, before anything is sent, and nothing lost.

What only Intacct can know, because it changed after the lists were read, is refused there and shown with its field.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from erp_admin.models import Commitment, CommitmentLine, Project
from erp_admin.purchasing.service import approve, save_commitment
from integrations.models import TO_PUSH, Connection, DocumentState, ListItem, Push
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import change_order, choose_settings, commitment
from tests.integrations.delivery.ledger import push, there
from tests.standing import Standing, standing

Spoil = Callable[[Connection], Commitment]


def item(connection: Connection, kind: str, business_id: str, **facts: Any) -> None:
    ListItem.objects.filter(connection=connection, kind=kind, business_id=business_id).update(**facts)


def unmatched_vendor(connection: Connection) -> Commitment:
    return commitment(connection, "BI-1", vendor_id="")


def unknown_vendor(connection: Connection) -> Commitment:
    return commitment(connection, "BI-1", vendor_id="V-NOBODY")


def inactive_vendor(connection: Connection) -> Commitment:
    document = commitment(connection, "BI-1")
    item(connection, "vendors", document.vendor_id, is_active=False)
    return document


def inactive_item(connection: Connection) -> Commitment:
    item(connection, "items", "SUBCON", is_active=False)
    return commitment(connection, "BI-1")


def closed_project(connection: Connection) -> Commitment:
    known = ListItem.objects.filter(connection=connection, kind="projects").earliest("record_no")
    ListItem.objects.filter(pk=known.pk).update(is_active=False)
    project = Project.objects.create(
        tenant=connection.tenant, number="P-1", name="Closed", remote_id=known.business_id, connection=connection
    )
    return commitment(connection, "BI-1", project=project)


def unknown_location(connection: Connection) -> Commitment:
    choose_settings(connection)
    item(connection, "locations", "100", is_active=False)
    return commitment(connection, "BI-1")


def forbidden_characters(connection: Connection) -> Commitment:
    return commitment(connection, "BI <1> & 'more'")


def zero_line(connection: Connection) -> Commitment:
    return commitment(connection, "BI-1", "100.00", "0.00")


def negative_quantity(connection: Connection) -> Commitment:
    document = commitment(connection, "BI-1")
    line = document.lines.get()
    line.quantity = Decimal(-1)
    return approve(save_commitment(document, [line]))


def no_lines(connection: Connection) -> Commitment:
    document = commitment(connection, "BI-1")
    document.lines.all().delete()
    Commitment.objects.filter(pk=document.pk).update(total=0)
    return Commitment.objects.get(pk=document.pk)


def draft(connection: Connection) -> Commitment:
    return commitment(connection, "BI-1", approved=False)


def no_terms(connection: Connection) -> Commitment:
    ListItem.objects.filter(connection=connection, kind="purchasing_definitions").update(fields={})
    return commitment(connection, "BI-1", term_name="")


def before_the_cut_over(connection: Connection) -> Commitment:
    choose_settings(connection, cut_over_date="2026-07-01")
    return commitment(connection, "BI-1", dated_on=date(2026, 6, 30))


def definition_gone(connection: Connection) -> Commitment:
    choose_settings(connection)
    ListItem.objects.filter(kind="purchasing_definitions", business_id="PC Subcontracts").update(is_active=False)
    return commitment(connection, "BI-1")


CASES: list[tuple[Spoil, str, str]] = [
    (unmatched_vendor, "vendor_id", "not matched"),
    (unknown_vendor, "vendor_id", "not among the records"),
    (inactive_vendor, "vendor_id", "inactive in Intacct"),
    (inactive_item, "item_id", "inactive in Intacct"),
    (closed_project, "project", "inactive in Intacct"),
    (unknown_location, "location_id", "inactive in Intacct"),
    (forbidden_characters, "number", "does not take in a number"),
    (zero_line, "amount", "amounts to zero"),
    (negative_quantity, "quantity", "not positive"),
    (no_lines, "lines", "has no lines"),
    (draft, "approval", "Only an approved"),
    (no_terms, "term_name", "terms or a due date"),
    (before_the_cut_over, "dated_on", "before the cut-over"),
    (definition_gone, "subcontract_definition", "inactive in Intacct"),
]


@pytest.mark.parametrize(("spoil", "field", "said"), CASES, ids=[spoil.__name__ for spoil, _, _ in CASES])
def test_it_is_named_with_its_field_before_anything_is_sent(
    pushing: Connection, intacct: SandboxServer, spoil: Spoil, field: str, said: str
) -> None:
    before, document = there(intacct, pushing), spoil(pushing)
    state, decided = document.state, (document.approval, document.delivery)
    good = commitment(pushing, "BI-GOOD", vendor_id=_another_vendor(pushing, document), term_name="Net 30")
    asked = push(pushing, document, good)
    [(blocked, problems), *_] = asked.blocked
    assert blocked.pk == document.pk
    assert any(problem.field == field and said in problem.sentence for problem in problems), problems
    assert all(problem.fix for problem in problems)
    assert not Push.objects.filter(document_id=document.pk).exists()
    assert (document.approval, document.delivery) == decided
    assert document.state == (DocumentState.BLOCKED if state in TO_PUSH else state)
    assert there(intacct, pushing) - before == len(asked.queued)


def _another_vendor(connection: Connection, document: Commitment) -> str:
    known = ListItem.objects.filter(connection=connection, kind="vendors", is_active=True, entity_id="")
    return known.exclude(business_id=document.vendor_id).exclude(fields__ONHOLD="true").earliest("pk").business_id


def test_every_problem_is_named_at_once(pushing: Connection) -> None:
    document = commitment(pushing, "BI & 2", "0.00", vendor_id="", approved=False)
    [(_, problems)] = push(pushing, document).blocked
    assert {"number", "vendor_id", "amount", "approval"} <= {problem.field for problem in problems}


@pytest.mark.parametrize(
    ("made", "object_name", "fields"),
    [("vendor", "VENDOR", {"STATUS": "inactive"}), ("item", "ITEM", {"STATUS": "inactive"})],
)
def test_what_changed_in_intacct_since_is_refused_there_and_shown(
    pushing: Connection, intacct: SandboxServer, made: str, object_name: str, fields: dict[str, str]
) -> None:
    bad, before = commitment(pushing, "BI-3"), there(intacct, pushing)
    good = commitment(pushing, "BI-4", vendor_id=_another_vendor(pushing, bad))
    if made == "vendor":
        key = {"VENDORID": bad.vendor_id}
    else:
        key = {"ITEMID": "SUBCON"}
        other = ListItem.objects.filter(kind="items", is_active=True).exclude(business_id="SUBCON").earliest("pk")
        good.lines.update(item_id=other.business_id)
        approve(good)
    intacct.control(do="put", object=object_name, record={**key, **fields})
    push(pushing, bad, good)
    assert standing(bad) == Standing.FAILED
    assert "inactive" in bad.state_reason.lower()
    row = Push.objects.get(document_id=bad.pk)
    assert (row.error_code != "", row.error_detail != "", row.function_xml != "") == (True, True, True)
    assert standing(good) in (Standing.VERIFIED, Standing.FAILED)
    assert there(intacct, pushing) == before + (standing(good) == Standing.VERIFIED)


def test_a_refused_document_is_pushed_once_its_cause_is_mended(pushing: Connection, intacct: SandboxServer) -> None:
    document, before = commitment(pushing, "BI-5"), there(intacct, pushing)
    intacct.control(do="put", object="VENDOR", record={"VENDORID": document.vendor_id, "STATUS": "inactive"})
    push(pushing, document)
    assert standing(document) == Standing.FAILED
    intacct.control(do="put", object="VENDOR", record={"VENDORID": document.vendor_id, "STATUS": "active"})
    push(pushing, document)
    assert standing(document) == Standing.VERIFIED
    assert there(intacct, pushing) == before + 1


def test_a_dimension_that_intacct_requires_is_named_by_it(pushing: Connection, intacct: SandboxServer) -> None:
    choose_settings(pushing, default_location="")
    document, before = commitment(pushing, "BI-9"), there(intacct, pushing)
    push(pushing, document)
    assert standing(document) == Standing.FAILED
    assert "location" in document.state_reason.lower()
    assert there(intacct, pushing) == before


def test_a_negative_line_is_a_negative_price(pushing: Connection) -> None:
    document = commitment(pushing, "BI-6", "1000.00", "-250.00")
    push(pushing, document)
    assert (standing(document), document.total) == (Standing.VERIFIED, Decimal("750.00"))


def test_halves_of_cents_come_out_alike_on_both_sides(pushing: Connection) -> None:
    document = commitment(pushing, "BI-7", approved=False)
    lines = [
        CommitmentLine(number=n, description=f"Part {n}", quantity=Decimal(quantity), unit_price=Decimal(price))
        for n, (quantity, price) in enumerate((("3", "0.335"), ("1.5", "0.33"), ("7", "14.285714")), start=1)
    ]
    approve(save_commitment(document, lines))
    push(pushing, document)
    assert (standing(document), document.difference) == (Standing.VERIFIED, "")


def test_a_number_longer_than_intacct_takes_is_named(pushing: Connection) -> None:
    document = commitment(pushing, "N" * 45)
    assert not push(pushing, document).blocked
    assert standing(document) == Standing.VERIFIED
    change = change_order(document, "CO1")
    document.refresh_from_db()
    [(_, problems)] = push(pushing, change, flow="change_orders").blocked
    assert [(problem.field, "at most 45 fit" in problem.sentence) for problem in problems] == [("number", True)]


def test_a_definition_that_numbers_its_transactions_is_found_by_our_reference(
    pushing: Connection, intacct: SandboxServer
) -> None:
    definition = ListItem.objects.get(kind="purchasing_definitions", business_id="PC Subcontracts")
    definition.fields["SEQUENCE"] = "PO-SEQ"
    definition.save(update_fields=["fields"])
    document = commitment(pushing, "BI-8")
    push(pushing, document)
    assert "<documentno>" not in Push.objects.get().function_xml
    assert "<referenceno>BI-8<" in Push.objects.get().function_xml
