"""One document whose stored rows are spoilt: it says so, and every page, list, preview, batch and run goes on."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from erp_admin.models import ChangeOrder, Commitment
from integrations.approval.selectors import covered_digest
from integrations.models import Connection, Push, RemoteRecord, SyncRun
from tests.erp_admin.samples import change_order, commitment
from tests.integrations.delivery.ledger import push
from tests.standing import Standing, standing

Url = Callable[..., str]
Spoil = Callable[[Commitment], object]
BROKEN: Mapping[str, Any] = {
    "a list": ["?"],
    "a text": "?",
    "head is a list": {"head": ["?"]},
    "lines are a list": {"head": {}, "lines": ["?"]},
    "a line is a text": {"head": {}, "lines": {"1": "?"}},
    "a value is a block": {"head": {"message": {"a": 1}}, "lines": {}},
    "numbers are texts": {"head": {}, "lines": {"1": {"amount": "?"}}, "numbers": {"1": "?"}, "records": {"1": "?"}},
    "defaults are a text": {"head": {}, "lines": {}, "defaults": "?"},
    "an amount is no number": {"head": {"total": "a lot"}, "lines": {"1": {"quantity": "NaN", "price": "1e999999"}}},
}


def of_record(column: str, value: Any) -> Spoil:
    return lambda document: RemoteRecord.objects.filter(document_id=document.pk, flow="commitments").update(
        **{column: value}
    )


def of_document(**facts: Any) -> Spoil:
    def spoil(document: Commitment) -> None:
        Commitment.objects.filter(pk=document.pk).update(**facts)
        document.refresh_from_db()
        Commitment.objects.filter(pk=document.pk).update(approved_digest=covered_digest(document))

    return spoil


def of_push(**facts: Any) -> Spoil:
    return lambda document: Push.objects.filter(document_id=document.pk, flow="commitments").update(**facts)


SPOILT: dict[str, Spoil] = {f"sent: {name}": of_record("sent", value) for name, value in BROKEN.items()}
SPOILT |= {
    f"noted: {name}": of_record("noted", BROKEN[name]) for name in ("a list", "head is a list", "a line is a text")
}
SPOILT |= {f"found: {name}": of_record("found", BROKEN[name]) for name in ("a text", "lines are a list")}
SPOILT |= {
    "judged": of_record("judged", ["?"]),
    "judged: of other kinds": of_record("judged", {"verified_at": "?", "compared": "?", "difference": 7}),
    "step": of_record("step", "gone"),
    "object": of_record("object_name", "GONE"),
    "no record": lambda document: RemoteRecord.objects.filter(document_id=document.pk).delete(),
    "facts": of_document(remote_facts=["?"]),
    "facts: lines of texts": of_document(remote_facts={"lines": ["?"], "TRX_TOTAL": "a lot"}),
    "facts: a total that is a block": of_document(remote_facts={"lines": {}, "TRX_TOTAL": {"a": "b"}}),
    "planned": of_push(planned=["?", {"path": 7}]),
    "planned: a number": of_push(planned=7),
    "expected": of_push(expected=["?"]),
    "push: step": of_push(step="gone"),
    "push: route": of_push(route=7),
    "push: state": of_push(state="?"),
    "push: flow": of_push(flow="gone"),
    "kind": of_document(kind="lease"),
    "approval": of_document(approval="?"),
    "delivery": of_document(delivery="?"),
    "no connection": of_document(connection=None),
    "no lines": lambda document: document.lines.all().delete(),
    "a line of zero": lambda document: document.lines.update(quantity=0, amount=0),
    "a line from far away": lambda document: document.lines.update(remote_record_no=-1),
    "number": of_document(number="\u202e<&>"),
}


def addresses(url: Url, documents: list[Commitment], changes: list[ChangeOrder]) -> list[str]:
    pages = [url(name) for name in ("home", "issues", "commitments", "change_orders", "projects", "new_commitment")]
    for document in documents:
        pages += [url(name, pk=document.pk) for name in ("commitment", "edit_commitment", "link_commitment")]
    for change in changes:
        pages += [url(name, pk=change.pk) for name in ("change_order", "edit_change_order")]
    return pages


def edit(document: Commitment) -> None:
    Commitment.objects.filter(pk=document.pk).update(title="Edited", changed_here=True)
    document.refresh_from_db()


@pytest.mark.parametrize("name", SPOILT)
def test_one_spoilt_document_takes_nothing_with_it(
    pushing: Connection,
    client_for: Callable[[User], Client],
    accountant: User,
    url: Url,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    documents = [commitment(pushing, f"SP-{number}") for number in range(3)]
    push(pushing, *documents)
    changes = [change_order(each, "CO1", "10.00") for each in documents]
    for document in documents:
        edit(document)
    caplog.set_level(logging.CRITICAL, "integrations")
    SPOILT[name](documents[0])
    ben = client_for(accountant)
    for page in addresses(url, documents, changes):
        assert ben.get(page).status_code in (200, 302), page
    chosen = {"item": [each.pk for each in documents]}
    assert ben.post(url("preview_commitments"), chosen, follow=True).status_code == 200
    assert (
        ben.post(url("preview_change_orders"), {"item": [each.pk for each in changes]}, follow=True).status_code == 200
    )
    for act in ("refresh_commitment", "take_theirs_commitment", "push_ours_commitment"):
        assert ben.post(url(act, pk=documents[0].pk)).status_code in (200, 302), act
    push(pushing, *documents)
    push(pushing, *changes, flow="change_orders")
    for sound in (*documents[1:], *changes[1:]):
        sound.refresh_from_db()
        assert standing(sound) == Standing.VERIFIED, (sound, sound.state_reason, sound.difference)
    with suppress(SystemExit):  # a document that cannot be compared is told by the exit code
        call_command("verify", "summit-ridge")
    assert SyncRun.objects.latest("number").error_code == ""
    for page in addresses(url, documents, changes):
        assert ben.get(page).status_code in (200, 302), page
