"""The audit trail is written: by persons, commands and runs, for every model people change, without any secret."""

import io
from collections.abc import Callable
from typing import Any

from auditlog.registry import auditlog
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db.models import TextChoices
from django.test import Client
from django.urls import reverse

from accounts.audit import record_event
from accounts.log_in_events import MOST_FAILED_AN_HOUR
from accounts.models import Attempts, AuditEntry, EventKind, Membership, Role, Tenant, User
from accounts.services import set_role
from accounts.tenancy import cross_tenant, tenant_scope
from config.audit import AUDITED, NOT_AUDITED
from erp_admin.documents.types import document_types
from erp_admin.models import Project
from erp_admin.projects.service import link, unlink
from integrations.event_kinds import IntegrationEvent, RecordEvent
from integrations.models import Connection, ListItem
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.people import PASSWORD
from tests.shown_forms import version_of

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]
OURS = ("accounts", "integrations", "erp_admin")


def told(*kinds: TextChoices) -> list[AuditEntry]:
    """The entries of these kinds over all tenants, oldest first."""
    with cross_tenant("test"):
        found = AuditEntry.objects.order_by("pk")
        return list(found.filter(kind__in=kinds) if kinds else found)


def last(kind: TextChoices) -> AuditEntry:
    return told(kind)[-1]


def changes(entry: AuditEntry) -> dict[str, tuple[str, str]]:
    return {each["label"]: (each["before"], each["after"]) for each in entry.changes}


def test_every_model_is_audited_or_said_why_not() -> None:
    """A new model must be decided about: a line in config/audit.py, or a document type of which it is a part."""
    ours = {model._meta.label for model in apps.get_models() if model._meta.app_label in OURS}
    documents = {each for kind in document_types() for each in (kind.model, kind.lines and kind.lines.model) if each}
    audited = {str(each["model"]) for each in AUDITED} | {each._meta.label for each in documents}
    assert audited | set(NOT_AUDITED) == ours
    assert audited & set(NOT_AUDITED) == set()
    assert {model._meta.label for model in auditlog.get_models()} == audited


class TestRecords:
    def test_a_project_tells_labels_before_and_after(
        self, client_for: ClientFor, accountant: User, tenant: Tenant, url: Url
    ) -> None:
        ben = client_for(accountant)
        typed = {"number": "H-1", "name": "Depot", "currency": "USD", "is_active": "on", "contract_amount": "100.00"}
        assert ben.post(url("new_project"), typed).status_code == 302
        made = last(EventKind.CREATED)
        assert (made.actor, made.actor_label, made.tenant) == (accountant, "Ben Okafor", tenant)
        assert made.object_label == "H-1 Depot"
        assert changes(made)["Project number"] == ("", "H-1")
        assert changes(made)["Is active"] == ("", "yes")
        assert {"Id", "ID", "Tenant", "Created at", "Updated at"}.isdisjoint(changes(made))
        pk = made.object_id
        assert pk is not None
        typed |= {"name": "Depot North", "contract_amount": "100.0", **version_of(ben, url("edit_project", pk=pk))}
        ben.post(url("edit_project", pk=pk), typed)
        assert changes(last(EventKind.CHANGED)) == {"Name": ("Depot", "Depot North")}

    def test_a_change_that_changes_nothing_leaves_no_entry(self, scoped: Tenant) -> None:
        project = Project.objects.create(tenant=scoped, number="H-1", name="Depot", currency="USD")
        before = len(told())
        project.save()
        assert len(told()) == before

    def test_a_link_is_told_by_names_and_in_the_tenants_time(
        self, mirrored: Connection, accountant: User, scoped: Tenant
    ) -> None:
        project = Project.objects.create(tenant=scoped, number="H-1", name="Depot", currency="USD")
        link(ListItem.objects.filter(kind="projects", missing_at=None).earliest("pk"), project, by=accountant)
        linked = changes(last(EventKind.CHANGED))
        assert linked["Connection"] == ("", str(mirrored))
        assert linked["Linked by"] == ("", "Ben Okafor")
        assert linked["Linked"][1].endswith(("MST", "MDT"))
        unlink(project)
        assert changes(last(EventKind.CHANGED))["Connection"] == (str(mirrored), "")

    def test_a_role_is_told_in_its_words(self, tenant: Tenant, viewer: User) -> None:
        set_role(tenant, viewer, Role.ACCOUNTANT)
        entry = last(EventKind.CHANGED)
        assert changes(entry) == {"Role": ("Viewer", "Accountant")}
        assert entry.tenant == tenant
        assert entry.actor_label == "system"

    def test_what_support_staff_change_is_in_the_tenants_trail(
        self, client_for: ClientFor, staff: User, tenant: Tenant, admin: User, viewer: User
    ) -> None:
        membership = Membership.objects.get(user=viewer)
        page = reverse("admin:accounts_membership_change", args=[membership.pk])
        answer = client_for(staff).post(page, {"user": viewer.pk, "tenant": tenant.pk, "role": "admin"})
        assert answer.status_code == 302
        entry = last(EventKind.CHANGED)
        assert (entry.tenant, entry.actor, changes(entry)) == (tenant, staff, {"Role": ("Viewer", "Admin")})
        client_for(staff).post(reverse("admin:accounts_membership_delete", args=[membership.pk]), {"post": "yes"})
        assert last(EventKind.DELETED).object_label == f"{viewer} in {tenant} (Admin)"

    def test_a_person_of_two_companies_is_told_in_both_and_never_by_password(
        self, viewer: User, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        set_role(other_tenant, viewer, Role.VIEWER)
        viewer.name = "Vera Lind"
        viewer.set_password("a new and quite long password")
        viewer.save()
        entries = told(EventKind.CHANGED)
        assert {entry.tenant for entry in entries} == {tenant, other_tenant}
        assert [changes(entry) for entry in entries] == [{"Name": ("Vera Lindqvist", "Vera Lind")}] * 2
        set_anew = [entry for entry in told(EventKind.PASSWORD_CHANGED) if entry.tenant]
        assert {(entry.tenant, entry.object_id) for entry in set_anew} == {
            (tenant, viewer.pk),
            (other_tenant, viewer.pk),
        }
        assert [entry.changes for entry in set_anew] == [[], []]

    def test_a_hash_that_is_renewed_at_log_in_is_no_new_password(
        self, client: Client, admin: User, settings: Any
    ) -> None:
        settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
        User.objects.filter(pk=admin.pk).update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
        before = len(told(EventKind.PASSWORD_CHANGED))
        client.post(reverse("login"), {"login": admin.email, "password": PASSWORD})
        admin.refresh_from_db()
        assert admin.password.startswith("md5$")
        assert len(told(EventKind.PASSWORD_CHANGED)) == before


class TestEvents:
    def test_logging_in_out_and_failing(self, client: Client, admin: User, tenant: Tenant) -> None:
        client.post(reverse("login"), {"login": admin.email, "password": "wrong"})
        client.post(reverse("login"), {"login": admin.email, "password": PASSWORD}, REMOTE_ADDR="203.0.113.7")
        client.post(reverse("logout"))
        failed, came, left = told(EventKind.LOG_IN_FAILED, EventKind.LOG_IN, EventKind.LOG_OUT)
        assert (failed.kind, failed.actor, failed.object_id) == (EventKind.LOG_IN_FAILED, None, admin.pk)
        assert failed.actor_label == "not logged in"
        assert (came.kind, came.actor, came.tenant, came.remote_addr) == (
            EventKind.LOG_IN, admin, tenant, "203.0.113.7"
        )  # fmt: skip
        assert (left.kind, left.actor) == (EventKind.LOG_OUT, admin)
        assert all(entry.request_id for entry in (failed, came, left))

    def test_guessing_does_not_fill_the_trail(self, client: Client, admin: User, settings: Any) -> None:
        settings.ACCOUNT_RATE_LIMITS = False  # as with guesses from many addresses
        for _ in range(MOST_FAILED_AN_HOUR + 3):
            Attempts.objects.all().delete()  # as with guesses that wait long enough
            client.post(reverse("login"), {"login": admin.email, "password": "wrong"})
        client.post(reverse("login"), {"login": "nobody@example.com", "password": "wrong"})
        assert len(told(EventKind.LOG_IN_FAILED)) == MOST_FAILED_AN_HOUR

    def test_the_address_is_left_out_when_it_is_not_to_be_kept(
        self, client: Client, admin: User, settings: Any
    ) -> None:
        settings.AUDIT_REMOTE_ADDRESS = False
        client.post(reverse("login"), {"login": admin.email, "password": PASSWORD})
        assert last(EventKind.LOG_IN).remote_addr is None

    def test_a_proxy_is_believed_only_when_it_is_trusted(self, client: Client, admin: User, settings: Any) -> None:
        typed = {"login": admin.email, "password": PASSWORD}
        claim = {"HTTP_X_FORWARDED_FOR": "198.51.100.1, 203.0.113.9", "REMOTE_ADDR": "10.0.0.2"}
        client.post(reverse("login"), typed, **claim)
        assert last(EventKind.LOG_IN).remote_addr == "10.0.0.2"
        settings.TRUST_PROXY_HEADERS = True
        Client().post(reverse("login"), typed, **claim)
        assert last(EventKind.LOG_IN).remote_addr == "203.0.113.9"

    def test_of_somebody_of_two_companies_each_learns_what_concerns_it(
        self, client: Client, admin: User, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        """A log-in where it is entered, from there; failures and changes of the account everywhere, from nowhere."""
        set_role(other_tenant, admin, Role.VIEWER)
        seen = told()[-1].pk
        typed = {"login": admin.email, "password": PASSWORD}
        client.post(reverse("login"), {**typed, "password": "wrong"}, REMOTE_ADDR="203.0.113.7")
        client.post(reverse("login"), typed, REMOTE_ADDR="203.0.113.7")
        for _ in range(2):
            client.get(reverse("home", kwargs={"tenant_slug": tenant.slug}), REMOTE_ADDR="203.0.113.7")
        client.post(reverse("account"), {"name": "Alma R."}, REMOTE_ADDR="203.0.113.7")
        client.post(reverse("logout"), REMOTE_ADDR="203.0.113.7")

        def of(company: Tenant | None) -> list[tuple[str, str | None]]:
            return [(str(e.kind), e.remote_addr) for e in told() if e.tenant == company and e.pk > seen]

        assert of(None) == [("log_in", "203.0.113.7")]
        assert of(tenant) == [
            ("log_in_failed", None), ("log_in", "203.0.113.7"), ("changed", None), ("log_out", None),
        ]  # fmt: skip
        assert of(other_tenant) == [("log_in_failed", None), ("changed", None)]

    def test_the_connection_from_its_beginning_to_its_end(
        self, client_for: ClientFor, admin: User, tenant: Tenant, intacct: SandboxServer, url: Url
    ) -> None:
        facts, alma = intacct.credentials, client_for(admin)
        typed = {"company_id": facts["company"], "user_id": facts["user"], "password": facts["password"]}
        alma.post(url("authorize"), {**typed, "entity_id": ""})
        alma.post(url("update_credentials"), typed)
        alma.post(url("disconnect"))
        kinds = (IntegrationEvent.CONNECTED, IntegrationEvent.CREDENTIALS_RENEWED, IntegrationEvent.DISCONNECTED)
        entries = [entry for entry in told() if entry.content_type and entry.content_type.model == "connection"]
        assert [entry.kind for entry in entries] == list(kinds)  # each told once, by its event
        assert {entry.actor for entry in entries} == {admin}
        assert changes(entries[1]) == {"Password": ("", "set again")}
        assert facts["password"] not in "".join(f"{entry.text}{entry.changes}" for entry in told())

    def test_settings_tell_what_changed_in_words(self, ready: Connection) -> None:
        entry = last(IntegrationEvent.SETTINGS_SAVED)
        assert changes(entry)["Sync Projects"] == ("off", "on")

    def test_runs_tell_who_started_and_who_cancelled(
        self, client_for: ClientFor, accountant: User, mirrored: Connection, url: Url
    ) -> None:
        ben = client_for(accountant)
        answer = ben.post(url("start_sync"))
        started = last(IntegrationEvent.RUN_STARTED)
        assert (started.actor, started.object_label) == (accountant, "Run 2: Sync lists")
        assert started.request_id == answer["X-Request-ID"]
        ben.post(url("cancel_run", number=2))
        ben.post(url("cancel_run", number=2))
        assert [entry.actor for entry in told(IntegrationEvent.RUN_CANCELLED)] == [accountant]

    def test_ignoring_and_restoring_are_told_though_no_record_is_saved(
        self, client_for: ClientFor, accountant: User, mirrored: Connection, url: Url
    ) -> None:
        ben = client_for(accountant)
        ben.post(url("ignore_projects"), {"all_matching": "1", "confirmed": "1", "reason": "Old ones"})
        entry = last(RecordEvent.IGNORED)
        assert entry.actor == accountant
        assert "more. Reason: Old ones" in entry.text
        ben.post(url("restore_projects"), {"all_matching": "1"})
        assert last(RecordEvent.RESTORED).text.endswith("more.")


def test_rotating_keys_is_told_and_belongs_to_no_company(connection: Connection) -> None:
    call_command("rotate_keys", stdout=io.StringIO())
    entry = last(IntegrationEvent.KEYS_ROTATED)
    assert (entry.tenant, entry.actor_label) == (None, "command: rotate_keys")
    assert "1 current" in entry.text


class TestWho:
    def test_a_command_is_named(self, db: None) -> None:
        call_command("create_tenant", "river", name="River Works", admin="ada@river.example", stdout=io.StringIO())
        entries = told(EventKind.CREATED)
        assert {entry.actor_label for entry in entries} == {"command: create_tenant"}
        assert {entry.object_label for entry in entries} >= {"River Works"}

    def test_what_a_run_changes_is_of_the_run_and_of_who_started_it(
        self, ready: Connection, accountant: User, scoped: Tenant
    ) -> None:
        from erp_admin.projects.selectors import intacct_projects
        from erp_admin.projects.service import start_import

        run = run_to_end(start_import(ready, intacct_projects(ready), by=accountant, queued=False).run)
        made = [
            entry for entry in told(EventKind.CREATED) if entry.content_type and entry.content_type.model == "project"
        ]
        assert len(made) == run.rows.count()
        assert {entry.actor_label for entry in made} == {f"run {run.number}, started by Ben Okafor"}
        assert {entry.actor for entry in made} == {accountant}

    def test_nobody_is_left_over_from_the_request_before(
        self, client_for: ClientFor, accountant: User, url: Url, tenant: Tenant
    ) -> None:
        client_for(accountant).get(url("home"))
        with tenant_scope(tenant):
            record_event(EventKind.EXPORTED, "after the request")
        entry = last(EventKind.EXPORTED)
        assert (entry.actor, entry.actor_label, entry.request_id) == (None, "system", "")
