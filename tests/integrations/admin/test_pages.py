"""The support admin: every page opens with rows present, shows no secret, changes no history, and is for staff only."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.db.models import CharField, Model
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.admin.read_only import MOST_COUNTED, ReadOnlyAdmin
from accounts.models import CrossTenantAccess, Membership, Role, SavedView, Tenant, User
from accounts.people.invitations import invite
from accounts.support_visits import tenant_of
from accounts.tenancy import cross_tenant, tenant_scope
from erp_admin.models import (
    Commitment,
    CommitmentLine,
    ImportCorrection,
    ImportDraft,
    ImportedDocument,
    ImportFile,
    Issue,
    MatchKind,
    Notification,
    NotificationChoice,
    NotificationKind,
    Project,
    RememberedColumns,
    RememberedMatch,
)
from erp_admin.uploads.service import read_upload
from integrations.models import (
    ApiBudget,
    ChangeKind,
    CompanyClock,
    Connection,
    ElementOrder,
    Exchange,
    Heartbeat,
    ListDefinition,
    ListItem,
    ListItemChange,
    ListState,
    LogLevel,
    Push,
    PushBody,
    PushEvent,
    PushHold,
    PushProblem,
    PushState,
    RemoteRecord,
    RowOutcome,
    RunLog,
    RunRow,
    RunStep,
    SettingsVersion,
    SignInTries,
    SyncProfile,
    SyncRun,
    SyncSchedule,
)
from integrations.sandbox.facade import SandboxServer
from integrations.schedules.profiles import ensure_profile
from integrations.usage.service import set_budget
from tests import lists
from tests.conftest import enable
from tests.erp_admin.imported import commitment_row, csv_of
from tests.erp_admin.samples import change_order, commitment
from tests.local_intacct import begin_with_the_seed, settings_for
from tests.people import ben, sam, summit_ridge
from tests.second_factor import enrol
from tests.shared import rows_of_a_module
from tests.snapshot import connect, read_lists

OURS = ("accounts", "integrations", "erp_admin")
# Models without a page of their own, each with the reason.
WITHOUT_A_PAGE = {
    "accounts.Attempts": "counters under keyed hashes, which say nothing to anybody",
    "accounts.FormDraft": "what somebody typed and has not saved, which is theirs alone until they save it",
    "accounts.ListChoice": "the columns somebody likes; of use to nobody else",
    "accounts.SupportVisit": "a count beside an entry of the audit trail",
    "integrations.PushBody": "on the page of its push",
    "integrations.ExchangeSubject": "on the page of its exchange",
    "erp_admin.ChosenRecords": "keys of rows ticked for one preview, gone after some days",
    "erp_admin.CommitmentLine": "on the page of its commitment",
    "erp_admin.ChangeOrderLine": "on the page of its change order",
}
MODELS: list[type[Model]] = [
    model for model in apps.get_models() if model._meta.app_label in OURS and model._meta.label not in WITHOUT_A_PAGE
]
HISTORY = [model for model in MODELS if model not in (Tenant, User, Membership)]
ClientFor = Callable[[User | None], Client]


def named(model: type[Model]) -> str:
    return model.__name__


def address(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def some(model: type[Model]) -> Model:
    with cross_tenant("test"):
        found = model._default_manager.order_by("-pk").first()
    assert found is not None, f"no {named(model)} to look at"
    return found


@pytest.fixture
def site(client_for: ClientFor, staff: User) -> Client:
    return client_for(staff)


@pytest.fixture(scope="module")
def everything(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, local_intacct: SandboxServer
) -> Iterator[None]:
    """At least one row of everything, for all tests here."""
    with rows_of_a_module(django_db_blocker) as rows:
        with rows.adding(), pytest.MonkeyPatch.context() as patch, override_settings(**settings_for(local_intacct)):
            begin_with_the_seed(local_intacct, patch)
            tenant, _ = summit_ridge(), sam()
            with tenant_scope(tenant):
                _fill(enable(read_lists(connect(tenant), lists.FEW)), ben(tenant))
        yield


@pytest.fixture
def tenant(everything: None, db: None) -> Tenant:
    return Tenant.objects.get()


@pytest.fixture
def accountant(everything: None, db: None) -> User:
    return User.objects.get(name="Ben Okafor")


@pytest.fixture
def staff(everything: None, db: None) -> User:
    return User.objects.get(name="Sam Support")


@pytest.fixture
def filled(scoped: Tenant) -> Connection:
    return Connection.objects.get()


def _fill(ready: Connection, accountant: User) -> Connection:
    run = SyncRun.objects.get()
    SyncRun.objects.filter(pk=run.pk).update(started_by=accountant, settings_version=SettingsVersion.objects.get())
    step = run.steps.first()
    RunLog.objects.create(tenant_id=run.tenant_id, run=run, step=step, level=LogLevel.WARNING, message="Read whole.")
    item = ListItem.objects.filter(kind="projects").first()
    RunRow.objects.create(
        tenant_id=run.tenant_id, run=run, step=step, list_item=item, label="24-101 Depot", outcome=RowOutcome.NEW
    )
    ours = {"tenant_id": run.tenant_id, "connection": run.connection}
    now = timezone.now()
    ListState.objects.update_or_create(kind="projects", entity_id="", **ours, defaults={"last_read_at": now})
    ListDefinition.objects.update_or_create(
        kind="projects", **ours, defaults={"object": "PROJECT", "looked_up_at": now}
    )
    CompanyClock.objects.create(offset_minutes=-480, source="a push read back", learned_at=now, **ours)
    ListItemChange.objects.create(tenant_id=run.tenant_id, item=item, run=run, at=now, kind=ChangeKind.MISSING)
    Heartbeat.objects.create(name="queue", beat_at=timezone.now())
    ensure_profile(run.connection)
    set_budget(run.connection, 5000)
    Project.objects.create(
        tenant_id=run.tenant_id, number="24-101", name="Depot", currency="USD", begins_on=date(2026, 1, 5)
    )
    invite(ready.tenant, "nora@summit.example", Role.VIEWER, by=None)
    CrossTenantAccess.objects.create(actor=accountant, actor_label="Ben Okafor", reason="test")
    SignInTries.objects.create(key="tenant:abc", tries=3)
    _documents(ready, accountant)
    _attention(run.tenant_id, accountant)
    return ready


def _documents(connection: Connection, by: User) -> None:
    """A commitment with a change order that was pushed and refused, and a file of commitments."""
    base = commitment(connection, "SC-1", "100.00", "250.00", vendor_id="V-1")
    change_order(base, "CO-1")
    ours = {"tenant_id": connection.tenant_id, "connection": connection, "flow": "commitments"}
    push = Push.objects.create(
        document_id=base.pk, label="Commitment SC-1", state=PushState.FAILED, control_id="c-1", tries=1, asked_by=by,
        function_name="create_potransaction", planned=[{"label": "Vendor"}],
        expected={"total": "350.00"}, run=SyncRun.objects.get(), due_at=timezone.now(), **ours,
    )  # fmt: skip
    PushBody.objects.create(tenant_id=connection.tenant_id, push=push, xml="<create_potransaction/>")
    PushEvent.objects.create(tenant_id=connection.tenant_id, push=push, state=PushState.FAILED, message="Refused.")
    RemoteRecord.objects.create(
        document_id=base.pk, object_name="PODOCUMENT", remote_id="PC Subcontracts-SC-1", record_no=7, **ours
    )
    PushHold.objects.create(error_code="SIGN-IN", sentence="The sign-in was refused.", **ours)
    ElementOrder.objects.create(company_id=connection.company_id, order="documented")
    rows = csv_of(commitment_row("SC-2", "Somebody Unheard Of"))
    read_upload(connection.tenant, "commitments", "subcontracts.csv", rows, by=by)
    RememberedMatch.objects.create(tenant_id=connection.tenant_id, kind=MatchKind.VENDOR, name="acme", value="V-1")
    ours = {"tenant_id": connection.tenant_id}
    cell = {"row": 2, "place": 0, "column": "number", "label": "Number"}
    ImportCorrection.objects.create(draft=ImportDraft.objects.get(), before="SC2", after="SC-2", **cell, **ours)
    RememberedColumns.objects.create(kind="commitments", fingerprint="f-1", name="Procore", **ours)


def _attention(tenant_id: int, person: User) -> None:
    """What needs somebody, who was told of it, and how a person likes to look at it."""
    now, ours = timezone.now(), {"tenant_id": tenant_id}
    about: dict[str, Any] = {"flow": "commitments", "document_id": Commitment.objects.get().pk}
    PushProblem.objects.create(code="VENDOR-NONE", sentence="It has no vendor.", since=now, **about, **ours)
    Issue.objects.create(key="k-1", source="blocked", sentence="It has no vendor.", opened_at=now, **ours)
    Notification.objects.create(kind=NotificationKind.FAILED, label="SC-1", raised_at=now, **about, **ours)
    NotificationChoice.objects.create(user=person, seen_at=now, **ours)
    SavedView.objects.create(owner=person, list_key="commitments", name="Mine", query="state=failed", **ours)


def test_all_of_ours_are_registered_and_nothing_of_the_queue() -> None:
    """A new model gets a page, or a line in WITHOUT_A_PAGE that says why not."""
    registered = set(django_admin.site._registry)
    assert {named(model) for model in MODELS if model not in registered} == set()
    labels = {model._meta.label for model in apps.get_models()}
    assert WITHOUT_A_PAGE.keys() <= labels
    assert not [model for model in registered if model._meta.label in WITHOUT_A_PAGE]
    assert not [model for model in registered if model._meta.app_label == "django_q"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("model", MODELS, ids=named)
class TestPages:
    def test_list_search_and_row_open(self, site: Client, model: type[Model], intacct: SandboxServer) -> None:
        row = some(model)
        page = site.get(address(model, "changelist"))
        assert page.status_code == 200
        assert address(model, "change", row.pk) in page.content.decode()
        searched = site.get(address(model, "changelist"), {"q": "zz-nothing-at-all"})
        assert searched.status_code == 200
        # The search itself leaves a trace, which is what this search then finds.
        assert searched.context["cl"].result_count == (1 if model is CrossTenantAccess else 0)
        assert site.get(address(model, "changelist"), {"q": "1"}).status_code == 200
        change = site.get(address(model, "change", row.pk))
        assert change.status_code == 200
        history = site.get(address(model, "history", row.pk))
        assert history.status_code == 200

    def test_every_filter_column_and_date_works(self, site: Client, model: type[Model]) -> None:
        page = site.get(address(model, "changelist"))
        changelist = page.context["cl"]
        choices = {choice["query_string"] for spec in changelist.filter_specs for choice in spec.choices(changelist)}
        columns = [f"o=-{column}" for column in range(1, len(changelist.list_display) + 1)]
        # Each choice, sorted by one of the columns as long as there are some left: what fails alone fails together.
        for choice, order in itertools.zip_longest(sorted(choices), columns, fillvalue=""):
            query = f"{choice or '?'}&{order}"
            assert site.get(address(model, "changelist") + query).status_code == 200, query
        hierarchy = changelist.model_admin.date_hierarchy
        if hierarchy:
            today = timezone.now()
            by_day = {f"{hierarchy}__year": today.year, f"{hierarchy}__month": today.month}
            assert site.get(address(model, "changelist"), by_day).status_code == 200
        else:
            assert model is Membership

    def test_no_secret_is_in_any_page(self, site: Client, model: type[Model], intacct: SandboxServer) -> None:
        with cross_tenant("test"):
            connection = Connection.objects.get()
        facts = intacct.credentials
        secrets = [facts["password"], facts["sender_password"], connection.password.token]
        with cross_tenant("test"):
            rows = list(model._default_manager.all()[:30])
        for page in (address(model, "changelist"), *(address(model, "change", row.pk) for row in rows)):
            html = site.get(page).content.decode()
            assert not [secret for secret in secrets if secret in html], page


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("model", HISTORY, ids=named)
def test_history_is_read_only(site: Client, model: type[Model]) -> None:
    row = some(model)
    assert isinstance(django_admin.site._registry[model], ReadOnlyAdmin)
    assert site.get(address(model, "add")).status_code == 403
    assert site.post(address(model, "change", row.pk), {"name": "x"}).status_code == 403
    assert site.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert 'name="_save"' not in site.get(address(model, "change", row.pk)).content.decode()


FRESH = itertools.count(1000)


def multiply(model: type[Model], times: int) -> None:
    """More rows like the newest one, differing where they must, the last like one of another company, if there is any:
    a list of one company alone is a visit to it, which is written down."""
    newest = some(model)
    with cross_tenant("test"):
        others = (row.pk for row in model._default_manager.order_by("-pk") if tenant_of(row) != tenant_of(newest))
        keys = [newest.pk] * (times - 1) + [next(others, newest.pk)]
        rows = [_like(model._default_manager.get(pk=key), next(FRESH)) for key in keys]
        model._default_manager.bulk_create(rows)


def _like(row: Any, mark: int) -> Any:
    row.pk = None
    for name in ("position", "record_no", "number", "document_id"):
        if hasattr(row, name):
            is_text = isinstance(row._meta.get_field(name), CharField)
            setattr(row, name, str(mark) if is_text else mark)
    for name in ("name", "company_id", "slug", "email", "token_hash", "text"):
        if hasattr(row, name):
            setattr(row, name, f"{mark}{getattr(row, name)}"[:40])
    if isinstance(row, Connection):
        row.state = "disconnected"
    if isinstance(row, ListState | ListDefinition):
        row.kind = f"udd_{mark}"
    if isinstance(row, SyncProfile):
        row.entity_id = f"{mark}"
    if isinstance(row, SyncSchedule):
        row.group = f"group-{mark}"
    if isinstance(row, CompanyClock | ApiBudget):
        row.connection = _like(row.connection, mark)
        row.connection.save()
    if isinstance(row, ImportFile):
        row.draft = _like(row.draft, mark)
        row.draft.save()
    if isinstance(row, PushHold):
        row.flow = f"flow-{mark}"
    if isinstance(row, SignInTries):
        row.key = f"tenant:{mark}"
    if isinstance(row, Issue):
        row.key = f"{mark}"
    if isinstance(row, ImportCorrection):
        row.row = mark
    if isinstance(row, RememberedColumns):
        row.fingerprint = f"{mark}"
    if isinstance(row, Membership | NotificationChoice):
        row.user = User.objects.create(email=f"p{mark}@summit.example")
    return row


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("model", MODELS, ids=named)
def test_a_list_costs_the_same_for_few_and_many_rows(
    site: Client, model: type[Model], django_assert_max_num_queries: Any
) -> None:
    multiply(model, 2)
    site.get(address(model, "changelist"))
    with django_assert_max_num_queries(20) as few:
        site.get(address(model, "changelist"))
    multiply(model, 25)
    with django_assert_max_num_queries(len(few)):
        page = site.get(address(model, "changelist"))
    assert len(page.context["cl"].result_list) > 25


@pytest.mark.usefixtures("filled")
class TestLinks:
    def test_a_run_leads_to_all_it_left_and_back(self, site: Client) -> None:
        run: Any = some(SyncRun)
        page = site.get(address(SyncRun, "change", run.pk)).content.decode()
        for model in (RunRow, RunLog, Exchange):
            link = f"{address(model, 'changelist')}?run__id__exact={run.pk}"
            assert link in page
            rows = site.get(link)
            assert rows.status_code == 200
            assert rows.context["cl"].result_count > 0
            assert address(SyncRun, "change", run.pk) in rows.content.decode()
        with cross_tenant("test"):
            steps = list(run.steps.all())
        assert all(address(RunStep, "change", step.pk) in page for step in steps)
        assert address(Connection, "change", run.connection_id) in page
        assert address(Tenant, "change", run.tenant_id) in page
        step_page = site.get(address(RunStep, "change", steps[0].pk)).content.decode()
        assert f"{address(Exchange, 'changelist')}?step__id__exact={steps[0].pk}" in step_page
        assert address(SyncRun, "change", run.pk) in step_page

    def test_a_connection_and_its_settings_lead_to_the_runs(self, site: Client) -> None:
        connection, version = some(Connection), some(SettingsVersion)
        page = site.get(address(Connection, "change", connection.pk)).content.decode()
        for model in (SettingsVersion, SyncRun, ListItem, Exchange):
            link = f"{address(model, 'changelist')}?connection__id__exact={connection.pk}"
            assert link in page
            assert site.get(link).context["cl"].result_count > 0
        link = f"{address(SyncRun, 'changelist')}?settings_version__id__exact={version.pk}"
        assert link in site.get(address(SettingsVersion, "change", version.pk)).content.decode()
        assert site.get(link).context["cl"].result_count == 1

    def test_an_exchange_shows_both_bodies(self, site: Client) -> None:
        exchange: Any = some(Exchange)
        page = site.get(address(Exchange, "change", exchange.pk)).content.decode()
        assert "&lt;request&gt;" in page
        assert "&lt;response&gt;" in page

    def test_an_exchange_outside_any_run_opens_too(self, site: Client) -> None:
        with cross_tenant("test"):
            lone = Exchange.objects.filter(run=None).first()
        assert lone is not None
        assert site.get(address(Exchange, "change", lone.pk)).status_code == 200


@pytest.mark.usefixtures("filled")
class TestLongTables:
    def test_a_list_says_that_it_is_counted_to_a_limit_only(
        self, site: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = site.get(address(ListItem, "changelist")).content.decode()
        assert "rows are counted and paged here" not in page
        monkeypatch.setattr("accounts.admin.read_only.MOST_COUNTED", 60)
        cut = site.get(address(ListItem, "changelist"))
        assert "Only 60 rows are counted and paged here." in cut.content.decode()
        assert cut.context["cl"].result_count == 60
        assert site.get(address(ListItem, "changelist"), {"p": 2}).status_code == 200
        assert MOST_COUNTED == 10_000

    def test_a_list_of_exchanges_reads_no_bodies(self, site: Client, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(20) as asked:
            site.get(address(Exchange, "changelist"))
        assert not [query for query in asked.captured_queries if "response_xml" in query["sql"]]

    def test_a_list_of_pushes_reads_no_bodies_and_no_plans(
        self, site: Client, django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(20) as asked:
            page = site.get(address(Push, "changelist"))
        assert "create_potransaction" not in page.text
        long = ("xml", "planned", "expected", "sent")
        assert not [query for query in asked.captured_queries for name in long if f'"{name}"' in query["sql"]]


@pytest.mark.usefixtures("filled")
class TestDocuments:
    def test_a_push_shows_what_was_sent_what_happened_and_its_run(self, site: Client) -> None:
        page = site.get(address(Push, "change", some(Push).pk)).text
        for shown in ("&lt;create_potransaction/&gt;", "&quot;total&quot;: &quot;350.00&quot;", "Refused.", "c-1"):
            assert shown in page

    def test_a_commitment_shows_its_lines_and_leads_to_its_pushes(
        self, site: Client, django_assert_max_num_queries: Any
    ) -> None:
        base = some(Commitment)
        with django_assert_max_num_queries(25) as few:
            page = site.get(address(Commitment, "change", base.pk)).text
        queries = len(few)
        assert "Part 1" in page
        assert "250.00" in page
        link = f"{address(Push, 'changelist')}?flow__exact=commitments&amp;document_id__exact={base.pk}"
        assert link in page
        assert site.get(link.replace("&amp;", "&")).context["cl"].result_count == 1
        with cross_tenant("test"):
            line = CommitmentLine.objects.filter(commitment=base).first()
            assert line is not None
            for number in range(10, 40):
                line.pk, line.number = None, number
                line.project = Project.objects.get()
                line.save()
        with django_assert_max_num_queries(queries):
            assert site.get(address(Commitment, "change", base.pk)).text.count("Part ") > 30

    def test_a_document_of_a_file_shows_its_rows_as_they_were(self, site: Client) -> None:
        page = site.get(address(ImportedDocument, "change", some(ImportedDocument).pk)).text
        assert "2: SC-2 | Works | Subcontract | Somebody Unheard Of" in page


class TestWho:
    def test_staff_who_enter_leave_a_trace_with_the_page(self, site: Client, staff: User, filled: Connection) -> None:
        before = CrossTenantAccess.objects.count()
        site.get(address(SyncRun, "changelist"), {"q": "Sync"})
        trace = CrossTenantAccess.objects.first()
        assert trace is not None
        assert CrossTenantAccess.objects.count() == before + 1
        assert (trace.actor, trace.reason) == (staff, "support admin")
        assert trace.path == address(SyncRun, "changelist") + "?q=Sync"

    @pytest.mark.usefixtures("filled")
    @pytest.mark.parametrize("model", MODELS, ids=named)
    def test_others_are_refused(self, client_for: ClientFor, admin: User, model: type[Model]) -> None:
        row = some(model)
        before = CrossTenantAccess.objects.count()
        logins = {reverse("admin:login"), reverse("account_login")}
        for person in (admin, None):
            for page in (address(model, "changelist"), address(model, "change", row.pk), reverse("admin:index")):
                response = client_for(person).get(page)
                assert response.status_code == 302
                assert response.headers["Location"].partition("?")[0] in logins
        assert CrossTenantAccess.objects.count() == before

    def test_staff_without_permissions_see_no_rows(self, client_for: ClientFor, filled: Connection) -> None:
        helper = User.objects.create_user("hal@support.example", "correct horse battery", is_staff=True)
        enrol(helper)
        assert client_for(helper).get(address(SyncRun, "changelist")).status_code == 403
        assert client_for(helper).get(reverse("admin:index")).status_code == 200


class TestPeople:
    def test_a_person_can_be_added_and_given_a_membership(self, site: Client, tenant: Tenant) -> None:
        password = "a long and fine phrase"
        members = {
            "memberships-TOTAL_FORMS": "1",
            "memberships-INITIAL_FORMS": "0",
            "memberships-0-tenant": tenant.pk,
            "memberships-0-role": "viewer",
        }
        response = site.post(
            address(User, "add"),
            {"email": "Nora@Summit.example", "name": "Nora", "password1": password, "password2": password, **members},
        )
        assert response.status_code == 302, response.context["adminform"].form.errors
        nora = User.objects.get(email="nora@summit.example")
        assert nora.memberships.get().role == "viewer"
        assert nora.check_password(password)
        assert site.get(address(User, "change", nora.pk)).status_code == 200

    def test_pickers_find_people_and_tenants(self, site: Client, tenant: Tenant, admin: User) -> None:
        asked = {"app_label": "accounts", "model_name": "membership", "field_name": "user", "term": "alma"}
        found = site.get(reverse("admin:autocomplete"), asked).json()["results"]
        assert [row["text"] for row in found] == ["Alma Reyes"]
        asked.update(field_name="tenant", term="summit")
        assert len(site.get(reverse("admin:autocomplete"), asked).json()["results"]) == 1

    def test_neither_people_nor_tenants_are_deleted_here(self, site: Client, tenant: Tenant, admin: User) -> None:
        assert site.post(address(User, "delete", admin.pk), {"post": "yes"}).status_code == 403
        assert site.post(address(Tenant, "delete", tenant.pk), {"post": "yes"}).status_code == 403

    def test_a_tenant_can_be_added_without_members(self, site: Client) -> None:
        response = site.post(
            address(Tenant, "add"),
            {
                "name": "Harbour Works", "slug": "harbour", "time_zone": "UTC", "base_currency": "USD",
                "date_format": "mdy", "time_format": "12", "number_format": "us",
                "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0",
            },
        )  # fmt: skip
        assert response.status_code == 302
        assert Tenant.objects.filter(slug="harbour").exists()


def test_old_rows_are_reached_by_date(site: Client, filled: Connection) -> None:
    old = timezone.now() - timedelta(days=800)
    with cross_tenant("test"):
        Exchange.objects.filter(pk=some(Exchange).pk).update(started_at=old)
    page = site.get(address(Exchange, "changelist"), {"started_at__year": old.year})
    assert page.context["cl"].result_count == 1
