"""Settings → Audit trail: what an admin sees, filters, pages through and exports; never another company's entries."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import TextChoices
from django.test import Client
from django.utils import timezone
from django_scopes.exceptions import ScopeError

from accounts.models import AuditEntry, EventKind, Tenant, User
from accounts.tenancy import cross_tenant, tenant_scope
from accounts.trail.views import ENTRIES_PER_PAGE
from integrations.event_kinds import IntegrationEvent

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]


def write(tenant: Tenant, text: str, kind: TextChoices = EventKind.EXPORTED, **fields: Any) -> AuditEntry:
    return AuditEntry.objects.create(
        tenant=tenant, kind=kind, text=text, actor_label=fields.pop("actor_label", "somebody"), **fields
    )


def wipe() -> None:
    with cross_tenant("test"):
        AuditEntry.objects.all().delete()


@pytest.fixture
def alma(client_for: ClientFor, admin: User) -> Client:
    """An admin who has just logged in, with nothing in the trail yet."""
    client = client_for(admin)
    wipe()
    return client


def test_no_entry_can_be_read_outside_a_tenant_but_one_can_be_written(tenant: Tenant) -> None:
    write(tenant, "written")
    for ask in (AuditEntry.objects.all, AuditEntry.objects.exists, AuditEntry.objects.count):
        with pytest.raises(ScopeError):
            list(ask())  # type: ignore[call-overload]


def test_another_companys_entries_are_never_seen(
    alma: Client, tenant: Tenant, other_tenant: Tenant, outsider: User, url: Url
) -> None:
    write(tenant, "of ours")
    write(other_tenant, "of theirs", actor=outsider, actor_label="Otto Brandt")
    AuditEntry.objects.create(kind=EventKind.LOG_IN, text="of nobody", actor_label="Sam Support")
    pages = [
        alma.get(url("audit_trail"), query).text
        for query in ({}, {"who": str(outsider.pk)}, {"what": "exports"}, {"who": "system"}, {"page": "2"})
    ]
    exported = alma.get(url("audit_export")).getvalue().decode()
    assert "of ours" in pages[0]
    for text in (*pages, exported):
        assert "of theirs" not in text
        assert "of nobody" not in text
        assert "Otto" not in text
    with tenant_scope(other_tenant):
        assert [entry.text for entry in AuditEntry.objects.filter(kind=EventKind.EXPORTED)] == ["of theirs"]


def test_an_empty_trail_says_what_would_be_in_it(alma: Client, url: Url) -> None:
    page = alma.get(url("audit_trail")).text
    assert "Nothing has happened yet" in page
    assert "Export CSV" not in page


def test_an_entry_shows_who_what_about_and_each_change(alma: Client, tenant: Tenant, url: Url) -> None:
    changes = [{"label": "Contract amount", "before": "100.00", "after": "250.00"}]
    write(tenant, "", EventKind.CHANGED, object_label="24-101 Depot", changes=changes, remote_addr="203.0.113.7")
    page = alma.get(url("audit_trail")).text
    for text in ("somebody", "from 203.0.113.7", "Changed", "24-101 Depot", "Contract amount: 100.00", "250.00"):
        assert text in page


def test_many_changes_are_folded_away_and_none_is_lost(alma: Client, tenant: Tenant, url: Url) -> None:
    changes = [{"label": f"Field {number}", "before": "", "after": "x"} for number in range(9)]
    write(tenant, "", EventKind.CREATED, changes=changes)
    page = alma.get(url("audit_trail")).text
    assert "<summary>9 fields</summary>" in page
    assert all(f"Field {number}" in page for number in range(9))


class TestFilters:
    @pytest.fixture(autouse=True)
    def entries(self, alma: Client, tenant: Tenant, admin: User, staff: User) -> None:
        wipe()
        write(tenant, "run by a command", IntegrationEvent.RUN_STARTED, actor_label="command: sync")
        write(tenant, "came in", EventKind.LOG_IN, actor=admin, actor_label="Alma Reyes")
        write(tenant, "support looked", EventKind.CHANGED, actor=staff, actor_label="Sam Support")
        # 23:30 of 1 March in Denver, which is 2 March in UTC.
        write(tenant, "long ago", EventKind.LOG_OUT, at=datetime(2026, 3, 2, 6, 30, tzinfo=UTC), actor=admin)

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({}, {"run by a command", "came in", "support looked", "long ago"}),
            ({"what": "runs"}, {"run by a command"}),
            ({"what": "sign_in"}, {"came in", "long ago"}),
            ({"who": "system"}, {"run by a command"}),
            ({"last": "2026-03-01"}, {"long ago"}),
            ({"first": "2026-03-01", "last": "2026-03-01"}, {"long ago"}),
            ({"first": "2026-03-02"}, {"run by a command", "came in", "support looked"}),
            ({"last": "2026-02-28"}, set()),
            ({"what": "nonsense", "who": "x' or 1", "first": "yesterday"}, None),
        ],
    )
    def test_by_kind_person_and_period(self, alma: Client, url: Url, query: Any, expected: Any) -> None:
        answer = alma.get(url("audit_trail"), query)
        assert answer.status_code == 200
        seen = {line["entry"].text for line in answer.context["lines"]}
        assert seen == ({"run by a command", "came in", "support looked", "long ago"} if expected is None else expected)
        if expected is None:
            assert "data-error-summary" in answer.text
        if expected == set():
            assert "No entry matches" in answer.text

    def test_by_person_also_one_who_is_no_member(self, alma: Client, url: Url, admin: User, staff: User) -> None:
        page = alma.get(url("audit_trail"), {"who": str(staff.pk)})
        assert [line["entry"].text for line in page.context["lines"]] == ["support looked"]
        assert f'<option value="{staff.pk}" selected>Sam Support</option>' in page.text
        mine = alma.get(url("audit_trail"), {"who": str(admin.pk)})
        assert {line["entry"].text for line in mine.context["lines"]} == {"came in", "long ago"}

    def test_days_the_wrong_way_round_are_said(self, alma: Client, url: Url) -> None:
        page = alma.get(url("audit_trail"), {"first": "2026-03-02", "last": "2026-03-01"}).text
        assert "This day is before the first one." in page


def test_an_entry_of_a_kind_that_no_app_registers_any_more_is_still_shown(
    alma: Client, tenant: Tenant, url: Url
) -> None:
    AuditEntry.objects.create(tenant=tenant, kind="forms_signed", text="in an earlier year", actor_label="Ben Okafor")
    page = alma.get(url("audit_trail")).text
    assert "Forms signed" in page
    assert "in an earlier year" in page
    assert "Forms signed" in alma.get(url("audit_export")).getvalue().decode()


class TestExport:
    def test_it_holds_what_the_filter_lets_through_and_is_itself_told(
        self, alma: Client, tenant: Tenant, admin: User, url: Url
    ) -> None:
        changes = [{"label": "Role", "before": "Viewer", "after": "Admin"}]
        write(tenant, "", EventKind.CHANGED, actor=admin, actor_label="Alma Reyes", changes=changes)
        write(tenant, "", EventKind.LOG_IN)
        answer = alma.get(url("audit_export"), {"what": "records"})
        assert answer["Content-Disposition"].startswith('attachment; filename="summit-ridge-audit-')
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.streaming
        rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
        assert [(row["Who"], row["E-mail"], row["What"], row["Changes"]) for row in rows] == [
            ("Alma Reyes", admin.email, "Changed", "Role: Viewer → Admin")
        ]
        with tenant_scope(tenant):
            event = AuditEntry.objects.latest("pk")
        assert (event.kind, event.actor) == (EventKind.EXPORTED, admin)
        assert "what=records" in event.text

    def test_no_cell_is_taken_for_a_formula(self, alma: Client, tenant: Tenant, url: Url) -> None:
        write(tenant, "=HYPERLINK(1)", EventKind.LOG_IN, object_label="@SUM(A1)")
        answer = alma.get(url("audit_export"), {"what": "sign_in"})
        [row] = csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
        assert (row["Details"], row["About"]) == ("'=HYPERLINK(1)", "'@SUM(A1)")


def fill(tenant: Tenant, number: int, **fields: Any) -> None:
    now = timezone.now()
    rows = (
        AuditEntry(
            tenant=tenant, kind=EventKind.CHANGED, actor_label="Alma Reyes", object_label=f"Project {index}",
            at=now - timedelta(minutes=number - index), **fields,
        )
        for index in range(number)
    )  # fmt: skip
    AuditEntry._base_manager.bulk_create(rows, batch_size=5_000)


def test_a_long_trail_is_paged_and_says_where_it_is_cut(
    alma: Client, tenant: Tenant, url: Url, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    fill(tenant, 200)
    with django_assert_max_num_queries(10) as few:
        first = alma.get(url("audit_trail"))
    most = len(few)
    assert len(first.context["lines"]) == ENTRIES_PER_PAGE
    assert "1–50 of 200 entries" in first.text
    monkeypatch.setattr("accounts.admin.read_only.MOST_COUNTED", 120)
    cut = alma.get(url("audit_trail"), {"page": "3"})
    assert "Only the newest 120 that match are paged here." in cut.text
    assert next(line["entry"].object_label for line in cut.context["lines"]) == "Project 99"
    fill(tenant, 300)
    with django_assert_max_num_queries(most):
        alma.get(url("audit_trail"))
