"""A database of the version before, with documents in every state: it migrates, opens on every page, and goes on.

What is in it and how it was made is told in README.md; what is expected of it stands in expected.py.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.core.management import call_command
from django.db.models import Model
from django.test import Client, override_settings
from django.urls import reverse
from lxml import html

from accounts.models import Tenant, User
from accounts.support_visits import state_reason
from accounts.tenancy import cross_tenant
from integrations import jobs
from integrations.models import ACTIVE_RUNS, SyncRun
from integrations.sandbox.facade import SandboxServer
from tests.migration import expected, previous, rows, there
from tests.migration.places import ROWS, Database, pages
from tests.migration.version import KEYS, TENANT
from tests.second_factor import code

pytestmark = pytest.mark.django_db
PASSWORD = "summit-ridge-demo"
Browser = Callable[[str], Client]


@pytest.fixture(scope="module")
def database(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """The rows as they were, while the migrated database stands in for the test database."""
    own = tmp_path_factory.mktemp("previous")
    with (
        django_db_blocker.unblock(),
        override_settings(FIELD_ENCRYPTION_KEYS=KEYS),
        previous.migrated(_shared(tmp_path_factory), own) as stored,
    ):
        yield Database(stored)


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test run, the same for all its workers."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture
def browser(database: Database, client_for: Callable[[User | None], Client]) -> Browser:
    """The browser of a person of the demo, by first name."""
    return lambda name: client_for(User.objects.get(email__startswith=f"{name}@"))


def address(name: str, **arguments: object) -> str:
    return reverse(name, kwargs={"tenant_slug": TENANT, **arguments})


def test_no_row_and_no_value_is_lost(database: Database) -> None:
    wrong = []
    for label in database.models():
        name = expected.RENAMED.get(label, label)
        if name is None:
            continue
        columns, present = rows.now(name)
        before = {values["id"]: values for values in database.all_of(label)}
        if not before.keys() <= present.keys() or (len(present) > len(before) and label not in expected.MORE_ROWS):
            wrong.append(f"{label}: {len(before)} rows before, {len(present)} now")
        moved = set(next(iter(before.values()))) - columns
        if moved != expected.MOVED.get(label, set()):
            wrong.append(f"{label} is without {sorted(moved)}")
        kept = columns - expected.READ_OTHERWISE.get(label, set())
        wrong += [
            f"{label} {key} {column}: {before[key][column]!r} before, {present[key][column]!r} now"
            for key in before.keys() & present.keys()
            for column in kept & before[key].keys()
            if present[key][column] != before[key][column]
        ]
    assert wrong == []


@pytest.mark.parametrize("moved", expected.MOVED_TO)
def test_what_moved_is_whole_where_it_went(database: Database, moved: tuple[str, str]) -> None:
    label, column = moved
    model, name, key = expected.MOVED_TO[moved]
    before = {values["id"]: values[column] for values in database.all_of(label) if values[column]}
    _, present = rows.now(model)
    assert {values[key]: values[name] for values in present.values() if values[name]} == before


def test_each_document_is_shown_in_its_state(browser: Browser) -> None:
    assert states(browser("vera")) == {number: state for state, all_ in expected.SHOWN.items() for number in all_}


def states(client: Client) -> dict[str, str]:
    """The state that the lists of documents show of each, by its number; a change order's behind its commitment's."""
    found = {}
    for name in ("commitments", "change_orders"):
        page = html.fromstring(client.get(address(name)).content)
        for row in page.xpath("//tbody/tr"):
            numbers = row.xpath("*[contains(concat(' ', @class, ' '), ' id ')]//a/text()")
            found[" ".join(reversed(numbers))] = row.xpath("string(*//*[@class='state-label'])")
    return found


def test_runs_are_shown_as_they_stood(browser: Browser) -> None:
    client = browser("vera")
    shown = {}
    for number in expected.RUNS:
        page = html.fromstring(client.get(address("run", number=number)).content)
        shown[number] = page.xpath("string(//h1/following::*[@class='state-label'])")
    assert shown == expected.RUNS


@pytest.mark.parametrize("name", ["alma", "ben", "vera"])
def test_every_page_opens(database: Database, browser: Browser, name: str) -> None:
    """Alma, the admin, opens every page about every row. The others open every page that is theirs."""
    client, opened, wrong = browser(name), set(), []
    for page, where in pages(database, everything=name == "alma"):
        status = client.get(where).status_code
        if status == 200:
            opened.add(page)
        elif status not in _OTHERWISE or (status == 403 and name == "alma"):
            wrong.append(f"{where}: {status}")
    assert [each for each in wrong if each not in _NOT_FOUND] == []
    assert "commitments" in opened
    if name == "alma":
        assert set(ROWS) <= opened


# Redirects to what a person is to do first, what is another role's, and what only changes something.
_OTHERWISE = {302, 403, 405}
# Of nobody without a token, of support staff, of somebody without a second factor; and no worker is running.
_NOT_FOUND = {
    "/metrics: 404", "/version: 404", "/account/second-factor/remove/: 404", "/account/recovery-codes/: 404",
    "/readyz: 503",
}  # fmt: skip


def test_support_sees_every_table(browser: Browser) -> None:
    client, wrong = browser("sam"), []
    session = client.session
    for pk in Tenant.objects.values_list("pk", flat=True):
        state_reason(session, pk, "Ticket 1: a test")
    session.save()
    for model in django_admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for where in (reverse(f"{name}_changelist"), *(reverse(f"{name}_change", args=[pk]) for pk in _last(model))):
            if (status := client.get(where).status_code) != 200:
                wrong.append(f"{where}: {status}")
    assert wrong == []


def _last(model: type[Model]) -> list[object]:
    """The last row, where there is one."""
    with cross_tenant("test"):
        return list(model._base_manager.order_by("-pk").values_list("pk", flat=True)[:1])


def test_people_log_in_with_the_password_and_the_second_factor_they_had(database: Database, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    client = Client()
    asked = client.post(reverse("account_login"), {"login": "alma@summit-ridge.example", "password": PASSWORD})
    assert asked["Location"] == reverse("mfa_authenticate")
    client.post(asked["Location"], {"code": code()})
    assert client.get(address("home")).status_code == 200


def test_every_document_goes_on_and_none_is_doubled(
    database: Database, browser: Browser, intacct: SandboxServer, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.PUSH_QUARANTINE_SECONDS = 0
    settings.VERIFY_NIGHTLY_DAYS = 36500
    there.rebuild(intacct, database)
    client, held = browser("alma"), there.documents_held(intacct)
    shown = states(client)

    _work_off()
    assert states(client) == (shown := shown | expected.AFTER_WORK)
    assert there.documents_held(intacct) == held + expected.NEW_THERE

    [hold] = database.of("integrations.pushhold")
    client.post(address("release_hold", pk=hold["id"]))
    _work_off()
    assert states(client) == (shown := shown | expected.AFTER_RELEASE)

    jobs.verify()
    _work_off()
    assert states(client) == (shown := shown | expected.AFTER_VERIFICATION)

    for number in expected.APPROVED_AGAIN:
        [document] = (each for each in database.of("erp_admin.commitment") if each["number"] == number)
        client.post(address("approve_commitment", pk=document["id"]))
    capsys.readouterr()
    call_command("push", TENANT, "--json", *(f"--document={number}" for number in expected.PUSHED))
    flows = json.loads(capsys.readouterr().out)["flows"]
    assert [each for flow in flows for each in (*flow["blocked"], *flow["left"])] == []
    assert states(client) == shown | expected.AFTER_PUSH


def _work_off() -> None:
    """What dispatcher and workers do until nothing is left to do."""
    for _ in range(20):
        jobs.dispatch()
        with cross_tenant("test"):
            due = list(SyncRun.objects.filter(state__in=ACTIVE_RUNS).order_by("pk").values_list("tenant_id", "pk"))
        if not due:
            return
        for tenant_id, run_id in due:
            jobs.work_run(tenant_id, run_id)
    raise AssertionError(f"still at work: {due}")
