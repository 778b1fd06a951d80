"""The page of a push: what it came to in documents and money, what failed first, and Retry these, once."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from erp_admin.models import Commitment
from integrations.delivery.figures import figures_of, figures_of_runs
from integrations.models import Connection, Push, PushState, RunState, SyncRun
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import commitment

pytestmark = pytest.mark.django_db

Url = Callable[..., str]
Browser = Callable[[User | None], Client]


def asked(ben: Client, url: Url, *documents: Commitment) -> SyncRun:
    ben.post(url("push_commitments"), {"item": [document.pk for document in documents]})
    return SyncRun.objects.filter(flow="commitments").latest("number")


def fail(*documents: Commitment) -> None:
    """Have the push of these fail when it is claimed: what they say is not what was approved."""
    for document in documents:
        document.lines.update(quantity=0)


def test_progress_and_the_end_are_told_in_documents_and_money(pushing: Connection, ben: Client, url: Url) -> None:
    documents = [commitment(pushing, f"SC-{number}", "1000.00") for number in range(3)]
    run = asked(ben, url, *documents)
    live = ben.get(url("run_progress", number=run.number))
    assert "0 of 3 commitments delivered." in live.text
    assert 'value="0" max="3"' in live.text
    assert len(live.content) < 12_000
    run_to_end(run)
    page = ben.get(url("run", number=run.number)).text
    assert "3 of 3 commitments delivered, $3,000.00." in page
    assert page.count(f'<a href="{url("commitment", pk=documents[0].pk)}"') == 1  # each document once
    assert "PC Subcontracts-SC-0" in page
    above = page.split("<main")[1].split('class="technical"')[0]
    for word in ("Legal entity", "Requests", "API transactions", "Exchanges", "Mode"):
        assert word not in above, word
    history = ben.get(url("runs")).text
    assert "3 of 3 commitments delivered, $3,000.00." in history


def test_currencies_are_never_added_up(pushing: Connection, ben: Client, url: Url) -> None:
    dollars = commitment(pushing, "SC-1", "1000.00")
    run = asked(ben, url, dollars)
    run_to_end(run)
    push = Push.objects.get()
    assert (push.amount, push.currency) == (Decimal("1000.00"), "USD")
    other = commitment(pushing, "SC-2", "500.00")
    Push.objects.create(
        tenant=push.tenant, connection=pushing, flow="commitments", document_id=other.pk, label="SC-2",
        state=PushState.DELIVERED, run=run, due_at=timezone.now(), amount=Decimal("500.00"), currency="CAD",
    )  # fmt: skip
    page = ben.get(url("run", number=run.number)).text
    assert "2 of 2 commitments delivered, $1,000.00 and 500.00 CAD." in page


def test_what_failed_comes_first_and_is_retried_once(pushing: Connection, ben: Client, url: Url) -> None:
    good, bad, worse = (commitment(pushing, f"SC-{number}", "1000.00") for number in range(3))
    run = asked(ben, url, good, bad, worse)
    fail(bad, worse)
    run_to_end(run)
    assert run.state == RunState.PARTLY
    page = ben.get(url("run", number=run.number))
    assert "2 of 3 commitments failed, $2,000.00." in page.text
    assert "1 ($1,000.00) delivered." in page.text
    assert [push.state for push, _ in page.context["document_lines"]] == ["failed", "failed", "delivered"]
    assert "Retry these 2" in page.text
    Commitment.objects.get(pk=bad.pk).lines.update(quantity=1)
    answer = ben.post(url("retry_run", number=run.number), follow=True)
    again = SyncRun.objects.filter(flow="commitments").latest("number")
    assert answer.redirect_chain == [(url("run", number=again.number), 302)]
    assert "1 queued, 1 blocked and not sent" in answer.text
    ben.post(url("retry_run", number=run.number))  # a second press while it is under way
    assert Push.objects.filter(document_id=bad.pk).count() == 2
    run_to_end(again)
    bad.refresh_from_db()
    assert bad.remote_id == "PC Subcontracts-SC-1"
    nothing = ben.post(url("retry_run", number=run.number), follow=True)
    assert "Pushing commitments: 1 blocked and not sent." in nothing.text
    assert Push.objects.filter(document_id=bad.pk).count() == 2
    former = figures_of(run)
    assert (former.failed.count, former.delivered.count) == (2, 1)  # what that push came to stays what it was


def test_a_push_of_which_nothing_arrived_says_so(
    pushing: Connection, ben: Client, url: Url, intacct: SandboxServer
) -> None:
    held = commitment(pushing, "SC-1", "1000.00")
    intacct.control(do="fault", kind="permission", object="PODOCUMENT")
    run = asked(ben, url, held)
    run_to_end(run)
    page = ben.get(url("run", number=run.number)).text
    assert run.state in (RunState.HELD, RunState.FAILED)
    assert "Nothing out of the ordinary" not in page
    assert "Succeeded" not in page.split("<main")[1].split('class="technical"')[0]


def test_a_viewer_reads_it_and_cannot_retry(
    pushing: Connection, ben: Client, viewer: User, client_for: Browser, url: Url
) -> None:
    bad = commitment(pushing, "SC-1", "1000.00")
    run = asked(ben, url, bad)
    fail(bad)
    run_to_end(run)
    vera = client_for(viewer)
    page = vera.get(url("run", number=run.number)).text
    assert "1 of 1 commitment failed, $1,000.00." in page
    assert "None was delivered." in page
    assert url("retry_run", number=run.number) not in page
    assert vera.post(url("retry_run", number=run.number)).status_code == 403


def test_retry_is_about_pushes_that_have_ended(pushing: Connection, ben: Client, url: Url) -> None:
    sync = SyncRun.objects.filter(flow="lists").latest("number")
    running = asked(ben, url, commitment(pushing, "SC-1"))
    for run in (sync, running):
        assert "can be retried" in ben.post(url("retry_run", number=run.number), follow=True).text


def test_a_page_of_a_thousand_documents_asks_as_much_as_one_of_three(
    pushing: Connection, ben: Client, url: Url, django_assert_max_num_queries: Any
) -> None:
    run = asked(ben, url, *[commitment(pushing, f"SC-{number}") for number in range(3)])
    run_to_end(run)
    first = Push.objects.earliest("pk")
    ben.get(url("run", number=run.number))
    with django_assert_max_num_queries(40) as few:
        ben.get(url("run", number=run.number))
    with django_assert_max_num_queries(40) as listed:
        ben.get(url("runs"))
    Push.objects.bulk_create(
        Push(
            tenant_id=first.tenant_id, connection=pushing, flow="commitments", document_id=10_000 + number,
            label=f"M-{number}", state=PushState.DELIVERED, run=run, due_at=timezone.now(), amount=Decimal(10),
            currency="USD",
        )
        for number in range(997)
    )  # fmt: skip
    with django_assert_max_num_queries(len(few)):
        page = ben.get(url("run", number=run.number))
    assert "1,000 of 1,000 commitments delivered, $12,970.00." in page.text
    with django_assert_max_num_queries(len(listed)):
        ben.get(url("runs"))
    SyncRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    with django_assert_max_num_queries(14):
        live = ben.get(url("run_progress", number=run.number))
    assert len(live.content) < 20_000
    assert figures_of_runs([run])[run.pk].delivered.count == 1000
