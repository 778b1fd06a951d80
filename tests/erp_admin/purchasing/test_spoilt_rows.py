"""One document whose stored rows are spoilt: it says so, and every page, list, preview, batch and run goes on."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from erp_admin.models import ChangeOrder, Commitment
from integrations.approval.selectors import covered_digest
from integrations.delivery.contract import push_flow
from integrations.models import Connection, DocumentState, ListItem, Push, RemoteRecord, SettingsVersion
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import change_order, commitment
from tests.integrations.delivery.ledger import make_due, push, work_again

Url = Callable[..., str]

BROKEN: Mapping[str, Any] = {
    "a list": ["?"],
    "a text": "?",
    "a number": 7,
    "head is a list": {"head": ["?"]},
    "head is a text": {"head": "?"},
    "lines are a list": {"head": {}, "lines": ["?"]},
    "a line is a text": {"head": {}, "lines": {"1": "?"}},
    "a value is a block": {"head": {"title": {"a": ["b"]}, "message": {"a": 1}}, "lines": {}},
    "numbers are texts": {"head": {"vendorid": "x"}, "lines": {"1": {"amount": "?"}}, "numbers": {"1": "?"}, "records": {"1": "?"}},
    "defaults are a text": {"head": {}, "lines": {}, "defaults": "?"},
    "an amount is no number": {"head": {"total": "a lot"}, "lines": {"1": {"quantity": "NaN", "price": "1e999999"}}},
}


def pages_of(url: Url, documents: list[Commitment], changes: list[ChangeOrder]) -> list[str]:
    pages = [url("home"), url("issues"), url("commitments"), url("change_orders"), url("projects"), url("new_commitment")]
    for document in documents:
        pages += [url("commitment", pk=document.pk), url("edit_commitment", pk=document.pk), url("link_commitment", pk=document.pk)]
    for change in changes:
        pages += [url("change_order", pk=change.pk), url("edit_change_order", pk=change.pk)]
    return pages


def spoil_record(column: str, value: Any) -> Callable[[Commitment], None]:
    def spoil(document: Commitment) -> None:
        RemoteRecord.objects.filter(flow="commitments", document_id=document.pk).update(**{column: value})
    return spoil


def spoil_document(**facts: Any) -> Callable[[Commitment], None]:
    def spoil(document: Commitment) -> None:
        Commitment.objects.filter(pk=document.pk).update(**facts)
        document.refresh_from_db()
        Commitment.objects.filter(pk=document.pk).update(approved_digest=covered_digest(document))
    return spoil


def spoil_push(**facts: Any) -> Callable[[Commitment], None]:
    def spoil(document: Commitment) -> None:
        Push.objects.filter(flow="commitments", document_id=document.pk).update(**facts)
    return spoil


SPOILT: dict[str, Callable[[Commitment], None]] = {}
for column in ("sent", "noted", "found", "judged"):
    for name, value in BROKEN.items():
        SPOILT[f"{column}: {name}"] = spoil_record(column, value)
for name, value in BROKEN.items():
    SPOILT[f"facts: {name}"] = spoil_document(remote_facts=value)
    SPOILT[f"planned: {name}"] = spoil_push(planned=value)
    SPOILT[f"expected: {name}"] = spoil_push(expected=value)
SPOILT |= {
    "facts: lines of texts": spoil_document(remote_facts={"lines": ["?"], "TRX_TOTAL": "a lot"}),
    "facts: a total that is a block": spoil_document(remote_facts={"lines": {}, "TRX_TOTAL": {"a": "b"}}),
    "kind": spoil_document(kind="lease"),
    "approval": spoil_document(approval="?"),
    "delivery": spoil_document(delivery="?"),
    "currency": spoil_document(currency="?\x07"),
    "no record": lambda document: RemoteRecord.objects.filter(document_id=document.pk).delete() and None,
    "step": spoil_record("step", "gone"),
    "push step": spoil_push(step="gone"),
    "push route": spoil_push(route=7),
    "push state": spoil_push(state="?"),
    "no connection": spoil_document(connection=None),
    "no lines": lambda document: document.lines.all().delete() and None,
    "a line of zero": lambda document: document.lines.update(quantity=0, amount=0) and None,
    "a line from far away": lambda document: document.lines.update(remote_record_no=-1, remote_line_no=-5) and None,
    "number": spoil_document(number="\x00\u202e" if False else "\u202e<&>"),
    "no date there": spoil_document(due_on=None, term_name=""),
}


@pytest.mark.parametrize("name", SPOILT)
@pytest.mark.parametrize("is_edited", [False, True])
def test_all_goes_on(
    pushing: Connection,
    intacct: SandboxServer,
    client_for: Callable[[User], Client],
    accountant: User,
    url: Url,
    name: str,
    is_edited: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    documents = [commitment(pushing, f"SP-{number}") for number in range(3)]
    push(pushing, *documents)
    spoilt, *sound = documents
    changes = [change_order(each, "CO1", "10.00") for each in documents]
    if is_edited:
        for document in documents:
            Commitment.objects.filter(pk=document.pk).update(title="Edited", changed_here=True)
            document.refresh_from_db()
            Commitment.objects.filter(pk=document.pk).update(approved_digest=covered_digest(document))
    SPOILT[name](spoilt)
    browser = client_for(accountant)
    said = []
    for page in pages_of(url, documents, changes):
        try:
            answer = browser.get(page)
            if answer.status_code not in (200, 302, 404):
                said.append(f"{answer.status_code} {page}")
        except Exception as error:  # noqa: BLE001
            import traceback
            said.append(f"{page}: {type(error).__name__} {error} {traceback.extract_tb(error.__traceback__)[-1]}")
    posts = [("preview_commitments", {}, {"item": [each.pk for each in documents]}),
             ("preview_change_orders", {}, {"item": [each.pk for each in changes]}),
             ("refresh_commitment", {"pk": spoilt.pk}, {}), ("refresh_commitment", {"pk": sound[0].pk}, {}),
             ("commitment_use_intacct" , {"pk": spoilt.pk}, {})]
    for name_, where, data in posts:
        try:
            target = url(name_, **where)
        except Exception:  # noqa: BLE001
            continue
        try:
            answer = browser.post(target, data)
            if answer.status_code not in (200, 302, 404):
                said.append(f"{answer.status_code} POST {target}")
        except Exception as error:  # noqa: BLE001
            import traceback
            said.append(f"POST {target}: {type(error).__name__} {error} {traceback.extract_tb(error.__traceback__)[-1]}")
    try:
        push(pushing, *documents)
        push(pushing, *changes, flow="change_orders")
        for change in changes[1:]:
            assert change.state == DocumentState.VERIFIED, (change.state, change.state_reason)
        if is_edited:
            for document in sound:
                document.refresh_from_db()
                assert document.state == DocumentState.VERIFIED, (document.state, document.state_reason, document.difference)
    except Exception as error:  # noqa: BLE001
        import traceback
        said.append(f"push: {type(error).__name__} {error} {traceback.extract_tb(error.__traceback__)[-1]}")
    capsys.readouterr()
    try:
        call_command("verify", "summit-ridge", "--json")
    except SystemExit:
        pass
    except Exception as error:  # noqa: BLE001
        import traceback
        said.append(f"verify: {type(error).__name__} {error} {traceback.extract_tb(error.__traceback__)[-1]}")
    else:
        pass
    assert not said, "\n".join(said)
