"""Linked, unlinked, refreshed, verified, missing, recreated: each type by its pages, by the command and each night."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from erp_admin.models import ChangeOrder
from integrations.jobs import verify
from integrations.models import Connection, RowOutcome, SyncRun
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import change_order, commitment
from tests.integrations.delivery.ledger import push, there
from tests.integrations.delivery.test_verification import change_there, delete_there
from tests.standing import Standing, standing

Url = Callable[..., str]
TYPES = pytest.mark.parametrize("one", ["commitment", "change_order"])


def delivered(connection: Connection, one: str) -> Any:
    """A document of the type in Intacct, long enough ago that searches must show it."""
    document: Any = commitment(connection, "LD-1")
    push(connection, document)
    if one == "change_order":
        document = change_order(document, "CO1", "50.00")
        push(connection, document, flow="change_orders")
    document.delivered_at = timezone.now() - timedelta(days=1)
    document.save(update_fields=["delivered_at"])
    return document


def said(ben: Client, url: str, **data: str) -> str:
    """What the page says once it was done."""
    answer = ben.post(url, data, follow=True)
    assert answer.status_code == 200
    return " ".join(str(each) for each in answer.context["messages"])


@TYPES
def test_each_state_by_its_pages(pushing: Connection, intacct: SandboxServer, ben: Client, url: Url, one: str) -> None:
    document = delivered(pushing, one)
    former, before = document.remote_id, there(intacct, pushing)
    assert "no longer linked" in said(ben, url(f"unlink_{one}", pk=document.pk))
    for act in ("refresh", "take_theirs", "push_ours", "recreate", "unlink"):
        assert said(ben, url(f"{act}_{one}", pk=document.pk)), act
    assert "Intacct does not show Nobody any more" in said(ben, url(f"link_{one}", pk=document.pk), record="Nobody")
    assert "does not show" in said(ben, url(f"link_{one}", pk=document.pk), record="")
    page = ben.get(url(f"link_{one}", pk=document.pk), {"q": former})
    assert [each["remote_id"] for each in page.context["found"]] == [former]
    assert "equal on both sides" in said(ben, url(f"link_{one}", pk=document.pk), record=former)
    assert "Compared with Intacct just now:" in said(ben, url(f"refresh_{one}", pk=document.pk))
    document.refresh_from_db()
    assert standing(document) == Standing.VERIFIED
    delete_there(intacct, document)
    assert f"Intacct does not show {former} any more." in said(ben, url(f"refresh_{one}", pk=document.pk))
    document.refresh_from_db()
    assert standing(document) == Standing.MISSING_THERE
    assert "does not show" in said(ben, url(f"take_theirs_{one}", pk=document.pk))
    if document.approval != "approved":
        said(ben, url(f"approve_{one}", pk=document.pk))
    assert "queued to be created in Intacct again" in said(ben, url(f"recreate_{one}", pk=document.pk))
    run_to_end(SyncRun.objects.latest("number"))
    document.refresh_from_db()
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
    assert there(intacct, pushing) == before


@TYPES
def test_the_command_finds_it_equal_changed_and_missing(
    pushing: Connection, intacct: SandboxServer, one: str, capsys: pytest.CaptureFixture[str]
) -> None:
    document = delivered(pushing, one)

    def told() -> tuple[int, list[int]]:
        code = 0
        capsys.readouterr()
        try:
            call_command("verify", "summit-ridge", "--json", "--flow", f"{one}s")
        except SystemExit as end:
            code = int(end.code or 0)
        facts = json.loads(capsys.readouterr().out)
        assert facts["state"] in ("succeeded", "partly"), facts
        return code, [facts["equal"], facts["changed"], facts["missing"]]

    assert told() == (0, [1, 0, 0])
    change_there(intacct, document, MESSAGE="Renamed", WHENMODIFIED="03/04/2027 10:00:00")
    assert told() == (1, [0, 1, 0])
    delete_there(intacct, document)
    assert told() == (1, [0, 0, 1])
    document.refresh_from_db()
    assert standing(document) == Standing.MISSING_THERE


def test_each_night_a_linked_document_that_is_gone_is_found_missing(
    pushing: Connection, intacct: SandboxServer, ben: Client, url: Url
) -> None:
    base = commitment(pushing, "LD-2")
    push(pushing, base)
    changes = [change_order(base, f"CO{number}", "50.00") for number in (1, 2)]
    push(pushing, *changes, flow="change_orders")
    for change in changes:
        said(ben, url("unlink_change_order", pk=change.pk))
        said(ben, url("link_change_order", pk=change.pk), record=change.remote_id)
    linked = ChangeOrder.objects.get(pk=changes[0].pk)
    assert linked.delivered_at is None  # nobody pushed it since: the night looks at it because it was linked
    delete_there(intacct, linked)
    verify()
    run = run_to_end(SyncRun.objects.get(flow="verification"))
    assert [step.key for step in run.steps.order_by("position")] == ["change_orders", "commitments"]
    states = [standing(each) for each in ChangeOrder.objects.order_by("pk")]
    assert states == [Standing.MISSING_THERE, Standing.VERIFIED]
    base.refresh_from_db()
    assert standing(base) == Standing.VERIFIED, base.difference
    assert [(row.outcome, row.document_id) for row in run.rows.all()] == [(RowOutcome.FAILED, linked.pk)]
    assert ben.get(url("issues")).context["rows"][0].cause.code == "MISSING"
