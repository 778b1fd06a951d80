"""The bell and the mails: raised once while a document needs somebody, settled by itself, mailed as each chose."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Tenant, User
from accounts.tenancy import tenant_scope
from erp_admin.models import Commitment, MailHow, Notification, NotificationChoice
from erp_admin.notifications.raising import renew
from erp_admin.notifications.selectors import unseen_by
from erp_admin.notifications.service import choose_mail, tell_people
from integrations.jobs import do_round
from integrations.models import Approval, Delivery

pytestmark = pytest.mark.django_db

Url = Callable[..., str]
ClientFor = Callable[[User | None], Client]


def written(tenant: Tenant, number: str, **more: Any) -> Commitment:
    facts = {"title": "Roof", "currency": "USD", "dated_on": date(2026, 3, 2), "total": Decimal("1250.00"), **more}
    return Commitment.objects.create(tenant=tenant, number=number, **facts)


def failed(tenant: Tenant, number: str, **more: Any) -> Commitment:
    reason = "Intacct has no vendor V-9."
    return written(tenant, number, approval=Approval.APPROVED, delivery=Delivery.FAILED, state_reason=reason, **more)


def open_ones() -> list[tuple[str, str]]:
    return list(Notification.objects.filter(settled_at=None).order_by("pk").values_list("label", "kind"))


def test_each_need_is_raised_once_and_settled_when_it_is_over(scoped: Tenant) -> None:
    one = failed(scoped, "SC-1")
    written(scoped, "SC-2", approval=Approval.APPROVED, delivery=Delivery.HELD)
    written(scoped, "SC-3", approval=Approval.NEEDS_REVIEW)
    written(scoped, "SC-4")
    assert renew(scoped) == 3
    assert renew(scoped) == 0
    assert [kind for _, kind in open_ones()] == ["failed", "held", "waits"]
    raised = Notification.objects.get(document_id=one.pk)
    assert (raised.sentence, raised.amount, raised.currency) == ("Intacct has no vendor V-9.", one.total, "USD")

    Commitment.objects.filter(pk=one.pk).update(delivery=Delivery.DELIVERED, state_reason="")
    renew(scoped)
    assert [kind for _, kind in open_ones()] == ["held", "waits"]
    Commitment.objects.filter(pk=one.pk).update(delivery=Delivery.FAILED)
    assert renew(scoped) == 1  # it failed again, and is told again
    assert Notification.objects.filter(document_id=one.pk).count() == 2


def test_a_document_that_fails_while_held_needs_somebody_for_one_reason_at_a_time(scoped: Tenant) -> None:
    one = written(scoped, "SC-1", approval=Approval.APPROVED, delivery=Delivery.HELD)
    renew(scoped)
    Commitment.objects.filter(pk=one.pk).update(delivery=Delivery.FAILED)
    renew(scoped)
    assert [kind for _, kind in open_ones()] == ["failed"]


def test_a_document_that_was_removed_leaves_no_open_notification(scoped: Tenant) -> None:
    failed(scoped, "SC-1").delete()
    failed(scoped, "SC-2")
    renew(scoped)
    Commitment.objects.all().delete()
    renew(scoped)
    assert open_ones() == []


def test_the_bell_counts_what_the_person_has_not_seen(
    scoped: Tenant, viewer: User, admin: User, client_for: ClientFor, url: Url
) -> None:
    vera = client_for(viewer)
    failed(scoped, "SC-1")
    renew(scoped)
    assert "Notifications: 1 new" in vera.get(url("home")).text
    vera.get(url("notifications"))
    assert unseen_by(viewer).count() == 1  # looking changes nothing; saying so does
    vera.post(url("notifications_seen"))
    assert (unseen_by(viewer).count(), unseen_by(admin).count()) == (0, 1)
    failed(scoped, "SC-2")
    renew(scoped)
    assert unseen_by(viewer).count() == 1


def test_the_page_lists_open_ones_and_with_all_the_settled(
    scoped: Tenant, viewer: User, client_for: ClientFor, url: Url
) -> None:
    vera = client_for(viewer)
    assert "Nothing needs you" in vera.get(url("notifications")).text
    one = failed(scoped, "SC-1")
    renew(scoped)
    page = vera.get(url("notifications")).text
    assert url("commitment", pk=one.pk) in page
    assert "Intacct has no vendor V-9." in page
    assert "$1,250.00" in page
    one.delete()
    renew(scoped)
    assert "SC-1" not in vera.get(url("notifications")).text
    assert "SC-1" in vera.get(url("notifications"), {"show": "all"}).text


def test_nothing_of_another_company_is_told(
    scoped: Tenant, other_tenant: Tenant, viewer: User, client_for: ClientFor, url: Url
) -> None:
    with tenant_scope(other_tenant):
        failed(other_tenant, "LOWLAND-1")
        renew(other_tenant)
    renew(scoped)
    assert open_ones() == []
    assert unseen_by(viewer).count() == 0
    assert "LOWLAND" not in client_for(viewer).get(url("notifications"), {"show": "all"}).text


def test_at_once_is_mailed_once_for_each_need(scoped: Tenant, viewer: User, url: Url) -> None:
    failed(scoped, "SC-0")
    renew(scoped)
    choose_mail(scoped, viewer, MailHow.AT_ONCE)
    assert tell_people(scoped) == 0  # what was raised before is known
    failed(scoped, "SC-1")
    failed(scoped, "SC-2")
    assert tell_people(scoped) == 1
    assert tell_people(scoped) == 0
    (one,) = mail.outbox
    assert one.to == [viewer.email]
    assert one.subject == f"{scoped.name}: 2 documents need somebody"
    assert "SC-1" in one.body
    assert "Intacct has no vendor V-9." in one.body
    assert "Failed: 3, $3,750.00" in one.body
    assert url("notifications") in one.body


def test_daily_waits_for_the_morning_of_the_company(scoped: Tenant, viewer: User, monkeypatch: Any) -> None:
    def at(day: int, hour: int, minute: int = 0) -> datetime:
        moment = datetime(2026, 11, day, hour, minute, tzinfo=scoped.zone)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    at(20, 9)
    choose_mail(scoped, viewer, MailHow.DAILY)
    failed(scoped, "SC-1")
    assert tell_people(scoped) == 0
    at(20, 9, 5)
    failed(scoped, "SC-2")
    assert tell_people(scoped) == 0
    at(21, 6, 59)
    assert tell_people(scoped) == 0
    at(21, 7)
    assert tell_people(scoped) == 1
    assert "SC-2" in mail.outbox[0].body
    at(21, 12)
    failed(scoped, "SC-3")
    assert tell_people(scoped) == 0
    at(23, 10)  # the worker was away for a day
    assert tell_people(scoped) == 1
    at(24, 8)
    assert tell_people(scoped) == 0  # nothing new


def test_another_way_of_being_mailed_loses_nothing_that_was_to_be_mailed(
    scoped: Tenant, viewer: User, client_for: ClientFor, url: Url
) -> None:
    vera = client_for(viewer)
    vera.post(url("notifications_mail"), {"mail": "daily"})
    failed(scoped, "SC-1")
    assert tell_people(scoped) == 0  # it is for the next morning
    vera.post(url("notifications_mail"), {"mail": "daily"})
    vera.post(url("notifications_mail"), {"mail": "at_once"})
    assert tell_people(scoped) == 1
    assert "SC-1" in mail.outbox[0].body
    vera.post(url("notifications_mail"), {"mail": "off"})
    failed(scoped, "SC-2")
    renew(scoped)
    vera.post(url("notifications_mail"), {"mail": "at_once"})
    assert tell_people(scoped) == 0  # raised while nothing was wanted


def test_a_name_of_two_lines_keeps_no_mail_back(
    scoped: Tenant, viewer: User, admin: User, client_for: ClientFor, url: Url
) -> None:
    alma = client_for(admin)
    form = alma.get(url("company")).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields} | {"name": "Summit\r\nRidge"}
    alma.post(url("company"), typed)
    tenant = Tenant.objects.get(pk=scoped.pk)
    assert tenant.name == "Summit Ridge"
    choose_mail(tenant, viewer, MailHow.AT_ONCE)
    failed(tenant, "SC-1")
    assert tell_people(tenant) == 1


def test_a_mail_server_that_is_away_loses_no_mail(scoped: Tenant, viewer: User, settings: Any) -> None:
    choose_mail(scoped, viewer, MailHow.AT_ONCE)
    failed(scoped, "SC-1")
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1", 1,
    )  # fmt: skip
    assert tell_people(scoped) == 0
    settings.EMAIL_BACKEND = working
    assert tell_people(scoped) == 1


def test_who_left_or_wants_none_is_not_mailed(scoped: Tenant, viewer: User, accountant: User) -> None:
    choose_mail(scoped, viewer, MailHow.AT_ONCE)
    choose_mail(scoped, accountant, MailHow.AT_ONCE)
    Membership.objects.filter(user=viewer).delete()
    choose_mail(scoped, accountant, MailHow.OFF)
    failed(scoped, "SC-1")
    assert tell_people(scoped) == 0
    assert mail.outbox == []


def test_everybody_chooses_for_themselves(scoped: Tenant, viewer: User, client_for: ClientFor, url: Url) -> None:
    vera = client_for(viewer)
    assert vera.post(url("notifications_mail"), {"mail": "hourly"}).status_code == 422
    answer = vera.post(url("notifications_mail"), {"mail": "daily"}, follow=True)
    assert "Saved." in answer.text
    assert NotificationChoice.objects.get().mail == MailHow.DAILY


def test_the_round_of_the_queue_raises_and_mails(scoped: Tenant, viewer: User) -> None:
    choose_mail(scoped, viewer, MailHow.AT_ONCE)
    failed(scoped, "SC-1")
    do_round(scoped.pk)
    assert len(mail.outbox) == 1
    do_round(scoped.pk + 1000)  # a company that was removed meanwhile


def test_many_are_raised_with_few_questions(
    scoped: Tenant, viewer: User, django_assert_max_num_queries: Any, client_for: ClientFor, url: Url
) -> None:
    row = {"title": "Roof", "currency": "USD", "dated_on": date(2026, 3, 2), "approval": Approval.NEEDS_REVIEW}
    Commitment.objects.bulk_create(
        Commitment(tenant=scoped, number=f"SC-{number}", number_key=f"sc-{number}", **row) for number in range(1200)
    )
    with django_assert_max_num_queries(30):
        assert renew(scoped) == 1200
    choose_mail(scoped, viewer, MailHow.AT_ONCE)
    NotificationChoice.objects.update(mailed_at=timezone.now() - timedelta(days=1))
    tell_people(scoped)
    assert "and 1,180 more" in mail.outbox[0].body
    vera = client_for(viewer)
    vera.get(url("notifications"))
    with django_assert_max_num_queries(24):
        vera.get(url("notifications"))
