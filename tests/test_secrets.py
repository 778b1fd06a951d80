"""No secret that was ever used is found anywhere it should not be: log, database, exchanges, trail, pages, reports."""

import io
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Tenant, User
from accounts.sign_in.sessions import SessionStore
from accounts.tenancy import cross_tenant
from config.logging import logging_configuration
from config.reporting import ReportMailHandler
from integrations.connections.service import authorize
from integrations.intacct import IntacctError
from integrations.models import Connection, Exchange, SyncRun
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.conftest import DEFAULTS
from tests.people import PASSWORD
from tests.second_factor import code

WRONG = "a wrong password <& of mine"
NEW_PASSWORD = "a quite different long one"
Url = Callable[..., str]


def everything_stored() -> str:
    """Every column of every row of every model, as text; of sessions also what they hold, once it is opened."""
    with cross_tenant("test"):
        rows = [repr(list(model._base_manager.values_list())) for model in apps.get_models() if model._meta.managed]
        held = [SessionStore().decode(session.session_data) for session in Session.objects.all()]
        return "\n".join([*rows, repr(held)])


@dataclass
class Person:
    """Somebody at a browser that checks forged requests; remembers each page and each cookie."""

    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True, raise_request_exception=False))
    pages: list[str] = field(default_factory=list)
    cookies: set[str] = field(default_factory=set)

    def get(self, address: str) -> Any:
        return self._kept(self.client.get(address, follow=True))

    def post(self, address: str, **typed: str) -> Any:
        token = self.client.cookies["csrftoken"].value
        return self._kept(self.client.post(address, {**typed, "csrfmiddlewaretoken": token}, follow=True))

    def _kept(self, answer: Any) -> Any:
        self.pages.append(answer.getvalue().decode())
        self.cookies |= {cookie.value for cookie in self.client.cookies.values() if len(cookie.value) > 20}
        return answer


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every session id that Intacct opened."""
    from integrations.intacct import Client as IntacctClient

    opened: list[str] = []
    original = IntacctClient.open_session

    def remember(self: IntacctClient, *, fresh: bool = False) -> Any:
        session = original(self, fresh=fresh)
        opened.append(session.session_id)
        return session

    monkeypatch.setattr(IntacctClient, "open_session", remember)
    return opened


@pytest.fixture
def logs() -> Iterator[dict[str, io.StringIO]]:
    """Everything that is logged at the lowest level, in each format, and error reports with all their details."""
    written, handlers = {}, []
    for line_format in ("json", "console"):
        chosen = logging_configuration("DEBUG", line_format)["formatters"]["line"]
        written[line_format] = io.StringIO()
        handler: logging.Handler = logging.StreamHandler(written[line_format])
        handler.setFormatter(chosen.pop("()")(**chosen))
        handlers.append(handler)
    reports = ReportMailHandler(include_html=True)
    reports.setLevel(logging.ERROR)
    root = logging.getLogger()
    level = root.level
    for each in (*handlers, reports):
        root.addHandler(each)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(level)
    for each in (*handlers, reports):
        root.removeHandler(each)


def connect_and_work(alma: Person, intacct: SandboxServer, url: Url) -> None:
    """The main job by its pages: connect, renew, sync, settings, import; with a wrong password on the way."""
    facts = intacct.credentials
    typed = {"company_id": facts["company"], "user_id": facts["user"], "entity_id": ""}
    alma.post(url("authorize"), **typed, password=WRONG)
    alma.post(url("authorize"), **typed, password=facts["password"])
    alma.post(url("update_credentials"), **typed, password=WRONG)
    alma.post(url("update_credentials"), **typed, password=facts["password"])
    alma.post(url("start_sync"))
    work()
    with cross_tenant("test"):
        connection = str(Connection.objects.get().pk)
    saved = alma.post(url("settings"), connection=connection, version="0", **DEFAULTS, sync_projects="on")
    assert "fully enabled" in saved.text
    intacct.control(do="expire_sessions")
    alma.post(url("import_projects"), all_matching="1")
    work()
    with cross_tenant("test"):
        done = list(SyncRun.objects.order_by("number").values_list("flow", "state"))
    assert done == [("lists", "succeeded"), ("projects", "succeeded")]
    alma.post(url("check_connection"))


def work() -> None:
    with cross_tenant("test"):
        for run in SyncRun.objects.filter(finished_at=None):
            run_to_end(run)


def choose_new_password(email: str) -> str:
    """Through the link that is mailed; returns its token."""
    somebody = Person()
    somebody.get(reverse("password_reset"))
    somebody.post(reverse("password_reset"), email=email)
    link = re.search(r"https?://[^/\s]+(/password-reset/\S+)", mail.outbox[-1].body)
    assert link is not None
    form = somebody.get(link[1])
    where = form.redirect_chain[-1][0]
    done = somebody.post(where, password1=NEW_PASSWORD, password2=NEW_PASSWORD)
    assert done.status_code == 200
    assert "password was saved" in done.text
    return link[1].strip("/").rpartition("/")[2]


def set_up_second_factor(email: str) -> list[str]:
    """By the pages, apart from the others: they show the secret once, on purpose. Returns it and the recovery codes."""
    browser = Client()
    browser.post(reverse("login"), {"login": email, "password": NEW_PASSWORD})
    page = browser.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    done = browser.post(reverse("mfa_activate_totp"), {"code": code(secret)}, follow=True)
    assert done.status_code == 200
    with cross_tenant("test"):
        made = Authenticator.objects.get(user__email=email, type=Authenticator.Type.RECOVERY_CODES)
        return [secret, *made.wrap().get_unused_codes()]


def invite_and_accept(admin: User, url: Url) -> str:
    """By the pages, apart from the others: the link is shown to the admin once. Returns its token."""
    inviting = Client()
    admin.refresh_from_db()  # a session is bound to the password
    inviting.force_login(admin)
    # As browsers do: the page that shows the link once takes it out of the session, which was sealed meanwhile.
    inviting.post(url("invite"), {"email": "nora@summit.example", "role": "viewer"}, follow=True)
    link = re.search(r"https?://[^/\s]+(/invitations/\S+)", mail.outbox[-1].body)
    assert link is not None
    guest = Person()
    guest.get(link[1])
    guest.post(reverse("invitation"), name="Nora Haddad", password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    assert User.objects.filter(email="nora@summit.example").exists()
    return link[1].strip("/").rpartition("/")[2]


def fail(alma: Person, url: Url, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect while a password is being handled, with secrets in its variables and in its words."""

    def broken(tenant: Tenant, *, password: str, **typed: Any) -> None:
        sender = configured.INTACCT_SENDER_PASSWORD
        raise RuntimeError(f"<password>{password}</password> {sender} {configured.SECRET_KEY} password={password!r}")

    monkeypatch.setattr("integrations.views.connection.service.authorize", broken)
    typed = {"company_id": "Acme", "user_id": "u", "entity_id": "", "password": WRONG}
    assert alma.post(url("authorize"), **typed).status_code == 500


def look_everywhere(alma: Person, url: Url) -> None:
    names = ("home", "projects", "integrations", "set_up", "connection", "update_credentials", "settings")
    for name in (*names, "settings_history", "runs", "audit_trail", "audit_export"):
        assert alma.get(url(name)).status_code == 200
    with cross_tenant("test"):
        for run in SyncRun.objects.all():
            alma.get(url("run", number=run.number))
        for exchange in Exchange.objects.exclude(run=None).select_related("run"):
            assert exchange.run is not None
            alma.get(url("exchange", number=exchange.run.number, pk=exchange.pk))


def test_no_secret_is_found_anywhere(
    tenant: Tenant,
    admin: User,
    intacct: SandboxServer,
    sessions: list[str],
    logs: dict[str, io.StringIO],
    settings: Any,
    url: Url,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.ADMINS = [("ops@example.com", "ops@example.com")]
    alma = Person()
    alma.get(reverse("login"))
    alma.post(reverse("login"), login=admin.email, password=PASSWORD)
    connect_and_work(alma, intacct, url)
    look_everywhere(alma, url)
    fail(alma, url, monkeypatch)
    token = choose_new_password(admin.email)
    invited = invite_and_accept(admin, url)
    assert Person().client.login(email=admin.email, password=NEW_PASSWORD)

    second_factor = set_up_second_factor(admin.email)
    assert len(second_factor) > 5

    reports = [f"{sent.subject} {sent.body} {sent.alternatives}" for sent in mail.outbox if "ERROR" in sent.subject]
    assert len(reports) == 2  # one as it is configured, one with every detail
    assert "RuntimeError" in reports[0]
    assert len(sessions) > 4
    with cross_tenant("test"):
        assert Exchange.objects.count() > 12
        assert AuditEntry.objects.count() > 30
    assert len(alma.cookies) >= 2
    facts = intacct.credentials
    secrets = [
        facts["password"], facts["sender_password"], WRONG, "a wrong password &lt;&amp; of mine", PASSWORD,
        NEW_PASSWORD, configured.SECRET_KEY, *configured.FIELD_ENCRYPTION_KEYS, token, *sessions, *alma.cookies,
        invited, *second_factor,
    ]  # fmt: skip
    places = {
        "the log for collectors": logs["json"].getvalue(),
        "the log for people": logs["console"].getvalue(),
        "the database": everything_stored(),
        "a page": "\n".join(alma.pages),
        "a report of an error": "\n".join(reports),
    }
    assert all(len(text) > 5_000 for text in places.values())
    found = [(place, secret) for place, text in places.items() for secret in secrets if secret in text]
    assert found == []


def test_an_error_of_intacct_holds_no_secret(scoped: Tenant, intacct: SandboxServer) -> None:
    facts = intacct.credentials
    with pytest.raises(IntacctError) as refused:
        authorize(scoped, company_id=facts["company"], user_id=facts["user"], password=WRONG)
    connection = authorize(scoped, company_id=facts["company"], user_id=facts["user"], password=facts["password"])
    told = f"{refused.value!r} {refused.value} {refused.value.details} {vars(connection)!r}"
    assert [secret for secret in (WRONG, facts["password"], facts["sender_password"]) if secret in told] == []


def test_the_search_itself_finds_what_is_there(scoped: Tenant, intacct: SandboxServer) -> None:
    facts = intacct.credentials
    authorize(scoped, company_id=facts["company"], user_id=facts["user"], password=facts["password"])
    assert facts["company"] in everything_stored()
