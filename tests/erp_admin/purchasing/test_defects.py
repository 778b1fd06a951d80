"""A document that cannot be planned because of a defect takes no other one, and no page, with it."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from erp_admin.models import Commitment
from erp_admin.purchasing.service import save_commitment
from integrations.approval.selectors import covered_digest
from integrations.delivery.planning import context_for, judge, prepare
from integrations.delivery.requests import ask_pushes, push_flow
from integrations.models import Connection, Push, PushState, RemoteRecord
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import commitment
from tests.integrations.delivery.ledger import push, there, work_again

Url = Callable[..., str]
Spoil = Callable[[Connection, str], Commitment]


def of_an_element_that_is_gone(connection: Connection, number: str) -> Commitment:
    """An older version wrote an element that the function has no more, and it would have to be emptied now."""
    document = commitment(connection, number)
    push(connection, document)
    record = RemoteRecord.objects.get(document_id=document.pk)
    record.sent["head"]["shipto_of_old"] = "Yard"
    record.save()
    document.title = "Edited"
    return save_commitment(document, list(document.lines.all()))


def of_an_unknown_type(connection: Connection, number: str) -> Commitment:
    document = commitment(connection, number)
    Commitment.objects.filter(pk=document.pk).update(kind="lease", approval="approved")
    document.refresh_from_db()
    return approve_as_it_is(document)


def of_a_broken_record(connection: Connection, number: str) -> Commitment:
    """What was kept of its record is no snapshot."""
    document = commitment(connection, number)
    push(connection, document)
    document.title = "Edited"
    save_commitment(document, list(document.lines.all()))
    RemoteRecord.objects.filter(document_id=document.pk).update(sent=["?"])
    return document


def approve_as_it_is(document: Commitment) -> Commitment:
    Commitment.objects.filter(pk=document.pk).update(approved_digest=covered_digest(document))
    document.refresh_from_db()
    return document


SPOILT = pytest.mark.parametrize("spoil", [of_an_element_that_is_gone, of_an_unknown_type, of_a_broken_record])


@SPOILT
def test_it_is_named_on_that_document_and_logged(
    pushing: Connection, spoil: Spoil, caplog: pytest.LogCaptureFixture
) -> None:
    spoilt, sound = spoil(pushing, "DF-1"), commitment(pushing, "DF-2")
    flow, context = push_flow("commitments"), context_for(pushing)
    documents = list(Commitment.objects.filter(pk__in=[spoilt.pk, sound.pk]).order_by("pk"))
    prepare(flow, documents, context)
    results = [judge(flow, document, context) for document in documents]
    assert [problem.code for problem in results[0].problems] == ["PLAN-DEFECT"]
    assert "cannot work out what to write of this commitment" in results[0].problems[0].sentence
    assert results[1].plan is not None
    assert f"commitments {spoilt.pk} cannot be planned" in caplog.text


@SPOILT
def test_the_others_are_pushed_and_pages_show_it(
    pushing: Connection,
    spoil: Spoil,
    intacct: SandboxServer,
    client_for: Callable[[User], Client],
    accountant: User,
    url: Url,
) -> None:
    spoilt = spoil(pushing, "DF-1")
    before, sound = there(intacct, pushing), [commitment(pushing, f"DF-{number}") for number in (2, 3)]
    ben = client_for(accountant)
    preview = ben.post(url("preview_commitments"), {"item": [each.pk for each in (spoilt, *sound)]}, follow=True)
    assert preview.context["preview"].counts == {"ready": 2, "waiting": 0, "blocked": 1, "left": 0}
    asked = push(pushing, sound[0], spoilt, sound[1])
    assert [document.pk for document, _ in asked.blocked] == [spoilt.pk]
    assert there(intacct, pushing) == before + 2
    issues = ben.get(url("issues"))
    assert [row.cause.code for row in issues.context["rows"]] == ["PLAN-DEFECT"]


def test_what_becomes_unplannable_in_the_queue_fails_alone(pushing: Connection, intacct: SandboxServer) -> None:
    before = there(intacct, pushing)
    first, second = commitment(pushing, "DF-1"), commitment(pushing, "DF-2")
    ask_pushes(pushing, push_flow("commitments"), [first, second], queued=False)
    Commitment.objects.filter(pk=first.pk).update(kind="lease")
    work_again(pushing, second)
    assert there(intacct, pushing) == before + 1
    assert Push.objects.get(document_id=first.pk).state == PushState.FAILED
    assert "cannot work out" in Push.objects.get(document_id=first.pk).reason
