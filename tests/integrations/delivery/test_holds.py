"""A flow that is held: told to the admins once, seen where the cause is fixed, released by what fixes it."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

from accounts.models import Role, Tenant, User
from accounts.services import set_role
from integrations.connections.service import update_credentials
from integrations.delivery.contract import push_flow
from integrations.delivery.requests import ask_pushes, release_hold
from integrations.jobs import tell_what_is_held
from integrations.models import Connection, PushHold, SyncRun
from integrations.operations.notices import tell_holds
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from integrations.settings.service import save_settings
from tests import lists
from tests.erp_admin.samples import choose_settings, commitment
from tests.snapshot import read_lists
from tests.standing import Standing, standing

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]


@pytest.fixture
def held(connection: Connection, intacct: SandboxServer) -> Any:
    """A commitment whose push Intacct refused for a right that was missing, which has been given since."""
    read_lists(connection, lists.PURCHASING)
    choose_settings(connection)
    document = commitment(connection, "SC-1")
    intacct.control(do="fault", kind="permission", object="PODOCUMENT")
    asked = ask_pushes(connection, push_flow("commitments"), [document], queued=False)
    assert asked.started is not None
    run_to_end(asked.started.run)
    document.refresh_from_db()
    assert standing(document) == Standing.HELD
    intacct.control(do="reset")
    return document


def work_off(connection: Connection, document: Any) -> None:
    """What a worker does with the run that was started."""
    run_to_end(SyncRun.objects.filter(connection=connection, flow="commitments").latest("pk"))
    document.refresh_from_db()


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_admins_are_told_once(
    held: Any, tenant: Tenant, admin: User, accountant: User, outsider: User, settings: Any
) -> None:
    other = User.objects.create_user("ada@summit.example", "correct horse battery", name="Ada")
    set_role(tenant, other, Role.ADMIN)
    tell_what_is_held()
    tell_what_is_held()
    assert len(mail.outbox) == 1
    sent = mail.outbox[0]
    assert sorted(sent.to) == [other.email, admin.email]
    assert sent.subject == "Summit Ridge Builders: pushing commitments to Sage Intacct is held"
    hold = PushHold.objects.get()
    assert hold.told_at is not None
    body = " ".join(str(sent.body).split())
    assert hold.sentence in body
    assert "Waiting: 1 commitment Nothing is lost" in body
    assert f"{settings.SITE_URL}/t/summit-ridge/settings/integrations/sage-intacct/connection/" in body


def test_a_person_who_left_is_not_told(held: Any, admin: User) -> None:
    other = User.objects.create_user("ada@summit.example", "correct horse battery", name="Ada", is_active=False)
    set_role(held.tenant, other, Role.ADMIN)
    tell_what_is_held()
    assert mail.outbox[0].to == [admin.email]


def test_what_is_over_before_it_was_told_is_not_told(held: Any, admin: User) -> None:
    release_hold(PushHold.objects.get(), queued=False)
    tell_what_is_held()
    assert mail.outbox == []


def test_a_mail_that_fails_is_logged_and_sent_later(
    held: Any, admin: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there
    with caplog.at_level(logging.WARNING):
        tell_what_is_held()
    assert "could not be mailed" in caplog.text
    assert PushHold.objects.get().told_at is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    tell_what_is_held()
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_mailed_inside_a_transaction(held: Any, admin: User) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        tell_holds(held.connection)
    assert mail.outbox == []


def test_the_connection_page_says_what_is_held_and_testing_it_releases(
    held: Any, client_for: ClientFor, url: Url, admin: User
) -> None:
    browser = client_for(admin)
    assert "Held until somebody acts" in text_of(browser.get(url("connection")))
    page = text_of(browser.post(url("check_connection"), follow=True))
    assert "No longer held, and under way again: Push commitments." in page
    assert "Held until somebody acts" not in page
    work_off(held.connection, held)
    assert standing(held) == Standing.VERIFIED, held.state_reason
    assert "No longer held" not in text_of(browser.post(url("check_connection"), follow=True))


def test_a_held_document_can_be_taken_back_on_its_page(
    held: Any, client_for: ClientFor, url: Url, accountant: User
) -> None:
    browser, page = client_for(accountant), url("commitment", pk=held.pk)
    assert url("take_back_commitment", pk=held.pk) in text_of(browser.get(page))
    browser.post(url("take_back_commitment", pk=held.pk))
    held.refresh_from_db()
    assert standing(held) == Standing.READY
    assert url("take_back_commitment", pk=held.pk) not in text_of(browser.get(page))


def test_new_credentials_release_by_themselves(held: Any, intacct: SandboxServer) -> None:
    facts = intacct.credentials
    update_credentials(held.connection, user_id=facts["user"], password=facts["password"])
    assert not PushHold.objects.exists()
    work_off(held.connection, held)
    assert standing(held) == Standing.VERIFIED, held.state_reason


def test_a_connection_that_does_not_work_goes_on_holding(
    held: Any, intacct: SandboxServer, client_for: ClientFor, url: Url, admin: User
) -> None:
    intacct.control(do="fault", kind="401", times=1, match="any")
    answer = client_for(admin).post(url("check_connection"))
    assert answer.status_code == 422
    assert PushHold.objects.count() == 1


def test_a_flow_that_is_switched_off_meanwhile_is_released_all_the_same(
    held: Any, client_for: ClientFor, url: Url, admin: User
) -> None:
    save_settings(held.connection, values={}, switched={"sync_commitments": False})
    answer = client_for(admin).post(url("check_connection"), follow=True)
    assert answer.status_code == 200
    assert not PushHold.objects.exists()


def test_a_hold_that_comes_back_is_told_again(held: Any, intacct: SandboxServer, admin: User) -> None:
    tell_what_is_held()
    release_hold(PushHold.objects.get(), queued=False)
    work_off(held.connection, held)
    intacct.control(do="fault", kind="permission", object="PODOCUMENT")
    connection = Connection.objects.get()
    asked = ask_pushes(connection, push_flow("commitments"), [commitment(connection, "SC-2")], queued=False)
    assert asked.started is not None
    run_to_end(asked.started.run)
    assert PushHold.objects.get().told_at is None
    tell_what_is_held()
    assert len(mail.outbox) == 2
