"""Issues from their beginning to their end and back: counted, looked after, snoozed, grown, retried, resolved."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.codes import features
from accounts.models import AuditEntry, Tenant, User
from accounts.tenancy import tenant_scope
from erp_admin.issues.causes import open_causes
from erp_admin.issues.service import note_issues
from erp_admin.models import ChangeOrder, Commitment, Issue
from integrations.delivery import blocked
from integrations.lists import KINDS
from integrations.models import (
    Connection,
    DocumentState,
    ListItem,
    Push,
    PushHold,
    PushProblem,
    RunStep,
    SyncRun,
    with_state,
)
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import change_order, choose_settings, commitment
from tests.integrations.delivery.ledger import push

pytestmark = pytest.mark.django_db

Url = Callable[..., str]
Browser = Callable[[User | None], Client]
GONE = "“NOBODY” is not among the records read from Intacct."


def rows(page: Any) -> list[tuple[str, str, int]]:
    return [(row.cause.source.value, row.title, row.cause.count) for row in page.context["rows"]]


def badge(page: Any) -> str:
    _, _, after = page.text.partition('<span class="rail-badge">')
    return after.partition("<")[0]


def blocked_by_a_vendor(connection: Connection, number: int) -> list[Commitment]:
    documents = [commitment(connection, f"SC-{each:02}", "100.00", vendor_id="NOBODY") for each in range(number)]
    blocked.renew(connection)
    return documents


def test_one_cause_is_one_issue_however_much_it_blocks(pushing: Connection, ben: Client, url: Url) -> None:
    documents = blocked_by_a_vendor(pushing, 25)
    page = ben.get(url("issues"))
    (row,) = page.context["rows"]
    assert (row.cause.code, row.kinds, row.cause.money) == ("REF-INVALID", "25 commitments", {"USD": Decimal(2500)})
    assert badge(page) == "1"
    assert "1–1 of 1 issue<" in page.text
    assert "and 24 more" in page.text
    assert "vendor ID" in page.text
    inside = ben.get(row.url)
    assert all(str(document) in inside.text for document in documents)
    assert "$2,500.00" in inside.text


def test_a_line_counts_its_document_once(pushing: Connection, ben: Client, url: Url) -> None:
    document = commitment(pushing, "SC-1", "100.00", "250.00")
    document.lines.update(quantity=0)
    Commitment.objects.update(judged_for=None)
    blocked.renew(pushing)
    assert PushProblem.objects.filter(field_name="quantity").count() == 2
    quantity = next(cause for cause in open_causes() if cause.field_name == "quantity")
    assert (quantity.count, quantity.money) == (1, {"USD": Decimal(350)})


def test_what_every_source_says_is_on_the_page_and_the_badge_counts_it(
    pushing: Connection, ben: Client, url: Url, intacct: SandboxServer
) -> None:
    differing = commitment(pushing, "SC-D", "100.00")
    push(pushing, differing)
    Commitment.objects.filter(pk=differing.pk).update(changed_there=True, difference="Total: 1 in Intacct, 2 here")
    failed = commitment(pushing, "SC-F", "200.00")
    Commitment.objects.filter(pk=failed.pk).update(delivery="failed", state_reason="Intacct refused it.")
    Commitment.objects.filter(pk=commitment(pushing, "SC-R").pk).update(approval="needs_review")
    canadian = commitment(pushing, "SC-C", "70.00", vendor_id="NOBODY", currency="CAD")
    blocked_by_a_vendor(pushing, 1)
    held = commitment(pushing, "SC-H", "300.00")
    intacct.control(do="fault", kind="permission", object="PODOCUMENT")
    push(pushing, held)
    page = ben.get(url("issues"))
    found = {row.cause.source.value: row for row in page.context["rows"]}
    assert list(found) == ["held", "failed", "differs", "blocked", "review"]
    assert found["blocked"].cause.money == {"CAD": Decimal(70), "USD": Decimal(100)}
    assert (found["held"].title, found["held"].cause.count) == ("Commitments are on hold", 1)
    assert "Total: 1 in Intacct, 2 here" in page.text
    assert "70.00 CAD" in page.text
    assert badge(page) == "5" == badge(ben.get(url("home")))
    assert canadian.number in ben.get(found["blocked"].url).text
    assert {str(with_state(Commitment.objects.all()).get(pk=held.pk).shown_as)} == {DocumentState.HELD.value}


def test_every_other_page_counts_what_was_noted_last(pushing: Connection, ben: Client, url: Url) -> None:
    blocked_by_a_vendor(pushing, 3)
    assert badge(ben.get(url("commitments"))) == ""
    note_issues(pushing.tenant)
    assert badge(ben.get(url("commitments"))) == "1" == badge(ben.get(url("issues")))
    (row,) = ben.get(url("issues")).context["rows"]
    TestWhatPeopleSay().save(ben, row, snoozed_until=(timezone.localdate() + timedelta(days=3)).isoformat())
    assert badge(ben.get(url("commitments"))) == ""
    commitment(pushing, "SC-90", vendor_id="NOBODY")
    blocked.renew(pushing)
    note_issues(pushing.tenant)
    assert badge(ben.get(url("commitments"))) == "1"
    Commitment.objects.update(is_blocked=False)
    note_issues(pushing.tenant)
    assert badge(ben.get(url("commitments"))) == ""


def test_the_same_questions_for_ten_documents_and_for_many(pushing: Connection, ben: Client, url: Url) -> None:
    blocked_by_a_vendor(pushing, 2)
    ben.get(url("issues"))

    def asked(address: str) -> int:
        with CaptureQueriesContext(database) as queries:
            assert ben.get(address).status_code == 200
        return len(queries)

    inside = ben.get(url("issues")).context["rows"][0].url
    few = asked(url("issues")), asked(inside)
    for number in range(2, 30):
        commitment(pushing, f"SC-{number:02}", "100.00", vendor_id=f"NOBODY-{number % 7}")
    blocked.renew(pushing)
    assert (asked(url("issues")), asked(inside)) == few
    assert few[0] <= 20


class TestWhatPeopleSay:
    def save(self, ben: Client, row: Any, **values: str) -> Any:
        return ben.post(row.url, values, follow=True)

    def test_owner_and_note_are_kept_and_shown_and_stand_in_the_trail(
        self, pushing: Connection, ben: Client, url: Url, accountant: User, viewer: User
    ) -> None:
        blocked_by_a_vendor(pushing, 1)
        (row,) = ben.get(url("issues")).context["rows"]
        page = self.save(ben, row, owner=str(accountant.pk), note="Waiting for the W-9.").text
        assert "Ben Okafor" in page
        assert "Waiting for the W-9." in page
        assert "Ben Okafor" in ben.get(url("home")).text
        assert AuditEntry.objects.filter(content_type__model="issue").exists()
        assert "Select a valid choice" in self.save(ben, row, owner=str(viewer.pk)).text

    def test_snoozed_until_its_day_or_until_it_grows(self, pushing: Connection, ben: Client, url: Url) -> None:
        blocked_by_a_vendor(pushing, 1)
        (row,) = ben.get(url("issues")).context["rows"]
        today = timezone.localdate()
        assert "a day to come only" in self.save(ben, row, snoozed_until=today.isoformat()).text
        page = self.save(ben, row, snoozed_until=(today + timedelta(days=3)).isoformat())
        assert (page.context["rows"], len(page.context["asleep"]), badge(page)) == ([], 1, "")
        assert "Nothing needs you today" in page.text
        assert "snoozed" in ben.get(url("home")).text
        commitment(pushing, "SC-90", vendor_id="NOBODY")
        blocked.renew(pushing)
        page = ben.get(url("issues"))
        assert "is back: it concerned 1 then and concerns 2 now" in page.text
        assert badge(page) == "1"
        Issue.objects.update(snoozed_documents=9)
        assert ben.get(url("issues")).context["rows"] == []
        Issue.objects.update(snoozed_until=today)
        assert len(ben.get(url("issues")).context["rows"]) == 1

    def test_a_note_is_saved_after_the_day_has_come_and_snoozes_nothing(
        self, pushing: Connection, ben: Client, url: Url
    ) -> None:
        blocked_by_a_vendor(pushing, 1)
        (row,) = ben.get(url("issues")).context["rows"]
        today = timezone.localdate()
        self.save(ben, row, snoozed_until=(today + timedelta(days=3)).isoformat())
        Issue.objects.update(snoozed_until=today)
        form = ben.get(row.url).context["form"]
        text = self.save(ben, row, note="Dana calls back.", snoozed_until=form["snoozed_until"].value() or "").text
        assert "The issue was saved." in text
        issue = Issue.objects.get()
        assert (issue.note, issue.snoozed_until) == ("Dana calls back.", None)

    def test_one_that_grew_is_snoozed_anew_until_the_same_day(self, pushing: Connection, ben: Client, url: Url) -> None:
        blocked_by_a_vendor(pushing, 1)
        (row,) = ben.get(url("issues")).context["rows"]
        day = (timezone.localdate() + timedelta(days=3)).isoformat()
        self.save(ben, row, snoozed_until=day)
        commitment(pushing, "SC-90", vendor_id="NOBODY")
        blocked.renew(pushing)
        assert ben.get(row.url).context["form"]["snoozed_until"].value() is None  # a note alone snoozes nothing
        page = self.save(ben, row, snoozed_until=day)
        assert (page.context["rows"], badge(page)) == ([], "")
        commitment(pushing, "SC-91", vendor_id="NOBODY")
        blocked.renew(pushing)
        assert badge(ben.get(url("issues"))) == "1"

    def test_ignored_until_it_is_restored(self, pushing: Connection, ben: Client, url: Url) -> None:
        blocked_by_a_vendor(pushing, 1)
        (row,) = ben.get(url("issues")).context["rows"]
        page = ben.post(url("set_aside_issue", issue_key=row.cause.key), follow=True)
        assert (page.context["rows"], badge(page)) == ([], "")
        assert rows(ben.get(url("issues"), {"tab": "ignored"}))[0][2] == 1
        assert "ignored under Issues" in ben.get(url("home")).text
        page = ben.post(url("set_aside_issue", issue_key=row.cause.key), {"restore": "1"}, follow=True)
        assert len(page.context["rows"]) == 1

    def test_a_viewer_reads_and_changes_nothing(
        self, pushing: Connection, client_for: Browser, viewer: User, url: Url
    ) -> None:
        blocked_by_a_vendor(pushing, 1)
        vera = client_for(viewer)
        (row,) = vera.get(url("issues")).context["rows"]
        assert "This needs the role Accountant" in vera.get(row.url).text
        for address in (row.url, *(url(name, issue_key=row.cause.key) for name in ("retry_issue", "sync_for_issue"))):
            assert vera.post(address, {"note": "Mine"}).status_code == 403

    def test_another_company_has_none_of_it(
        self, pushing: Connection, client_for: Browser, outsider: User, other_tenant: Tenant, ben: Client, url: Url
    ) -> None:
        blocked_by_a_vendor(pushing, 1)
        (row,) = ben.get(url("issues")).context["rows"]
        theirs = row.url.replace("summit-ridge", other_tenant.slug)
        otto = client_for(outsider)
        assert otto.get(theirs).status_code == 404
        assert otto.get(url("issues").replace("summit-ridge", other_tenant.slug)).context["rows"] == []
        with tenant_scope(other_tenant):
            assert open_causes() == []


def test_it_ends_by_itself_and_comes_back(pushing: Connection, ben: Client, url: Url) -> None:
    (document,) = blocked_by_a_vendor(pushing, 1)
    note_issues(pushing.tenant)
    note_issues(pushing.tenant)
    issue = Issue.objects.get()
    assert (issue.times, issue.resolved_at, issue.documents, issue.money) == (1, None, 1, {"USD": "100.00"})
    (row,) = ben.get(url("issues")).context["rows"]
    ben.post(row.url, {"note": "Ask Dana."})
    Commitment.objects.update(approval="draft")
    assert "Resolved: no document has this cause any more." in ben.get(row.url).text
    assert "It is resolved" in ben.post(url("retry_issue", issue_key=issue.key), follow=True).text
    resolved = ben.get(url("issues"), {"tab": "resolved"})
    assert "just now" in resolved.text  # seen at once, written down with the next round
    note_issues(pushing.tenant)
    issue.refresh_from_db()
    assert issue.resolved_at is not None
    Commitment.objects.update(approval="approved")
    note_issues(pushing.tenant)
    issue.refresh_from_db()
    assert (issue.times, issue.resolved_at, issue.note) == (2, None, "Ask Dana.")
    page = ben.get(url("issues"))
    assert "2 times so far" in page.text
    assert "Ask Dana." in page.text
    assert document.number in page.text


class TestRetry:
    def test_ten_of_one_cause_at_once_and_nothing_twice(
        self, pushing: Connection, ben: Client, url: Url, intacct: SandboxServer
    ) -> None:
        documents = [commitment(pushing, f"SC-{number}", "100.00") for number in range(10)]
        ben.post(url("push_commitments"), {"item": [each.pk for each in documents], "expected": "10"})
        choose_settings(pushing, purchasing_state="Draft")  # what was queued is no longer what would be written
        run_to_end(SyncRun.objects.latest("number"))
        page = ben.get(url("issues"))
        assert rows(page)[0][2] == 10
        assert "Retry all 10" in page.text
        (row,) = page.context["rows"]
        answer = ben.post(url("retry_issue", issue_key=row.cause.key))
        run = SyncRun.objects.latest("number")
        assert answer["Location"] == url("run", number=run.number)
        assert ben.post(url("retry_issue", issue_key=row.cause.key), follow=True).status_code == 200
        run_to_end(run)
        states = set(with_state(Commitment.objects.all()).values_list("shown_as", flat=True))
        assert states == {DocumentState.IN_INTACCT.value}
        assert Push.objects.filter(state="delivered").count() == 10
        assert "Nothing needs you" in ben.get(url("issues")).text

    def test_of_two_types_one_run_each_and_what_is_blocked_stays(
        self, pushing: Connection, ben: Client, url: Url
    ) -> None:
        base = commitment(pushing, "SC-1", "100.00")
        push(pushing, base)
        change = change_order(base, "CO-1", "10.00")
        other = commitment(pushing, "SC-2", "100.00", vendor_id="NOBODY")
        Commitment.objects.filter(pk=other.pk).update(delivery="failed", state_reason="It was refused.")
        ChangeOrder.objects.filter(pk=change.pk).update(delivery="failed", state_reason="It was refused.")
        (row,) = ben.get(url("issues")).context["rows"]
        assert row.kinds == "1 commitment and 1 change order"
        page = ben.post(url("retry_issue", issue_key=row.cause.key), follow=True)
        assert "Pushing commitments: 1 blocked and not sent." in page.text
        assert [each.flow for each in SyncRun.objects.filter(state="queued")] == ["change_orders"]

    def test_what_is_no_matter_of_pushing_again_says_so(self, pushing: Connection, ben: Client, url: Url) -> None:
        Commitment.objects.filter(pk=commitment(pushing, "SC-1").pk).update(approval="needs_review")
        (row,) = ben.get(url("issues")).context["rows"]
        assert row.retried == ""
        page = ben.post(url("retry_issue", issue_key=row.cause.key), follow=True)
        assert "This is not repaired by pushing again." in page.text

    def test_a_switch_that_is_off_is_told(self, pushing: Connection, ben: Client, url: Url) -> None:
        blocked_by_a_vendor(pushing, 1)
        (row,) = ben.get(url("issues")).context["rows"]
        Connection.objects.update(state="needs_credentials", state_reason="The password was refused.")
        page = ben.post(url("retry_issue", issue_key=row.cause.key), follow=True)
        assert "The password was refused." in page.text
        assert not Push.objects.exists()


class TestSync:
    def test_exactly_the_lists_that_the_cause_needs_are_synced(
        self, pushing: Connection, ben: Client, url: Url
    ) -> None:
        vendor = ListItem.objects.filter(kind="vendors", is_active=True, entity_id="").earliest("record_no")
        commitment(pushing, "SC-1", vendor_id=vendor.business_id)
        ListItem.objects.filter(pk=vendor.pk).update(fields={**vendor.fields, "ONHOLD": "true"})
        Commitment.objects.update(judged_for=None)
        blocked.renew(pushing)
        page = ben.get(url("issues"))
        assert "Sync vendors now" in page.text
        (row,) = page.context["rows"]
        answer = ben.post(url("sync_for_issue", issue_key=row.cause.key))
        run = SyncRun.objects.latest("number")
        assert answer["Location"] == url("run", number=run.number)
        keys = RunStep.objects.filter(run=run, key__startswith="list:").values_list("key", flat=True)
        assert list(keys) == ["list:vendors"]
        page = ben.post(url("sync_for_issue", issue_key=row.cause.key), follow=True)
        assert "Another sync is under way." in page.text

    def test_a_definition_of_the_settings_has_its_list(self, pushing: Connection, ben: Client, url: Url) -> None:
        commitment(pushing, "SC-1")
        ListItem.objects.filter(kind="purchasing_definitions", business_id="PC Subcontracts").update(is_active=False)
        Commitment.objects.update(judged_for=None)
        blocked.renew(pushing)
        assert "Sync purchasing transaction definitions now" in ben.get(url("issues")).text.replace("&nbsp;", " ")

    def test_every_list_that_a_code_names_exists(self) -> None:
        named = {name for codes in features().values() for code in codes for _, name in code.lists}
        assert named
        assert named <= {kind.key for kind in KINDS}


def test_a_hold_is_released_by_an_admin_alone(
    pushing: Connection, ben: Client, url: Url, intacct: SandboxServer, admin: User, client_for: Browser
) -> None:
    intacct.control(do="fault", kind="permission", object="PODOCUMENT")
    push(pushing, commitment(pushing, "SC-1", "300.00"))
    page = ben.get(url("issues"))
    (row,) = page.context["rows"]
    assert "This needs the role Admin" in page.text
    assert row.cause.money == {"USD": Decimal(300)}
    assert "of type podocument Nothing" not in page.text
    alma = client_for(admin)
    assert "Release and retry all" in alma.get(url("issues")).text
    intacct.control(do="reset")
    alma.post(url("release_hold", pk=PushHold.objects.get().pk))
    assert not PushHold.objects.exists()
