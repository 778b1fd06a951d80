"""The commands do what the pages do, speak JSON, and end with exit codes that scripts can use."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from erp_admin.models import Project
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ListItem, SettingsVersion, SyncRun
from integrations.runs import lease
from integrations.sandbox.facade import SandboxServer


def command(name: str, *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    out, err = StringIO(), StringIO()
    try:
        call_command(name, *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def as_json(name: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    code, out, _ = command(name, *arguments, "--json")
    return code, json.loads(out)


@pytest.fixture
def slug(tenant: Tenant) -> str:
    return tenant.slug


@pytest.fixture
def connected(slug: str, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("INTACCT_USER_PASSWORD", intacct.credentials["password"])
    code, out, _ = command("connect", slug, "--company", "summit-demo", "--user", "ws_sync")
    assert (code, out) == (0, "Connected to summit-demo · top level as ws_sync.\n")
    return slug


def test_the_main_job_by_commands(connected: str, tenant: Tenant) -> None:
    code, facts = as_json("sync", connected, "--lists", "gl_accounts,items")
    assert (code, facts["state"], [step["key"] for step in facts["steps"]]) == (
        0,
        "succeeded",
        ["list:gl_accounts", "list:items"],
    )
    code, facts = as_json(
        "configure", connected, "--default-account", "5010", "--default-item", "SUBCON", "--sync-projects"
    )
    assert (code, facts["fully_enabled"], facts["switches"]["sync_projects"]) == (0, True, True)
    code, facts = as_json("import_projects", connected, "--all")
    assert (code, facts["state"]) == (0, "succeeded")
    with tenant_scope(tenant):
        assert Project.objects.count() == facts["rows"]["new"] == ListItem.objects.filter(kind="projects").count()
    code, facts = as_json("runs", connected)
    assert [run["flow"] for run in facts["runs"]] == ["projects", "lists", "lists"]


def test_chosen_projects_are_imported_by_id(connected: str, tenant: Tenant) -> None:
    command("configure", connected, "--draft", "--sync-projects")
    command("sync", connected, "--lists", "projects")
    with tenant_scope(tenant):
        wanted = list(ListItem.objects.filter(kind="projects").values_list("business_id", flat=True)[:2])
    code, out, _ = command("import_projects", connected, *wanted)
    assert code == 0, out
    with tenant_scope(tenant):
        assert sorted(Project.objects.values_list("number", flat=True)) == sorted(wanted)
    code, facts = as_json("import_projects", connected, "NOPE-1")
    assert (code, facts["error"]) == (3, "PROJECT-UNKNOWN")
    assert "NOPE-1" in facts["sentence"]


@pytest.mark.parametrize("name", ["sync", "runs", "connect --company c --user u", "configure", "import_projects --all"])
def test_an_unknown_tenant_is_wrong_use(db: None, name: str) -> None:
    name, *rest = name.split()
    code, facts = as_json(name, "nobody", *rest)
    assert (code, facts["error"]) == (2, "TENANT-UNKNOWN")


@pytest.mark.parametrize("name", ["sync", "configure", "import_projects --all"])
def test_without_a_connection_the_way_to_one_is_named(slug: str, name: str) -> None:
    name, *rest = name.split()
    code, _, err = command(name, slug, *rest)
    assert code == 3
    assert "manage.py connect" in err


def test_wrong_credentials_end_with_4_and_store_nothing(
    slug: str, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTACCT_USER_PASSWORD", "wrong-password-of-mine")
    code, out, err = command("connect", slug, "--company", "summit-demo", "--user", "ws_sync")
    assert code == 4
    assert "password" in err
    assert "wrong-password-of-mine" not in out + err
    from accounts.tenancy import cross_tenant

    with cross_tenant("test"):
        assert not Connection.objects.exists()


def test_connecting_again_renews_the_credentials_of_the_same_connection(connected: str, tenant: Tenant) -> None:
    assert command("connect", connected, "--company", " summit-demo ", "--user", "ws_sync")[0] == 0
    with tenant_scope(tenant):
        assert Connection.objects.count() == 1


def test_configure_refuses_what_is_not_valid_and_keeps_a_draft_when_asked(connected: str, tenant: Tenant) -> None:
    code, _, err = command("configure", connected, "--default-account", "5010")
    assert code == 3
    assert "Default Account" in err
    assert "Default Item ID" in err
    assert "Nothing was saved" in err
    code, facts = as_json("configure", connected, "--default-account", "5010", "--draft")
    assert (code, facts["draft"], facts["fully_enabled"]) == (0, True, False)
    code, facts = as_json("configure", connected, "--default-account", "5010", "--draft")
    assert (code, facts["changed"]) == (0, False)
    with tenant_scope(tenant):
        assert SettingsVersion.objects.count() == 1


def test_a_switch_can_be_turned_off_again(connected: str) -> None:
    command("configure", connected, "--draft", "--sync-projects", "--sync-commitments")
    code, facts = as_json("configure", connected, "--draft", "--no-sync-projects")
    assert code == 0
    assert facts["switches"] == {
        "sync_projects": False,
        "sync_commitments": True,
        "sync_contracts": False,
        "sync_bills": False,
    }
    code, _, err = command("configure", connected, "--draft", "--sync-bills")
    assert code == 3
    assert "Sync Bills is coming" in err
    code, _, err = command("import_projects", connected, "--all")
    assert code == 3
    assert "Sync Projects is switched off" in err


def test_a_sync_that_fails_in_part_ends_with_1(connected: str, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="permission", object="TASK")
    code, out, _ = command("sync", connected)
    assert code == 1
    assert "Partly succeeded" in out


def test_a_queued_sync_is_left_to_a_worker(connected: str, tenant: Tenant) -> None:
    code, facts = as_json("sync", connected, "--queue", "--partial")
    assert (code, facts["state"], facts["mode"]) == (5, "queued", "partial")
    code, facts = as_json("sync", connected)
    assert (code, facts["error"]) == (3, "RUN-ACTIVE")
    with tenant_scope(tenant):
        assert SyncRun.objects.get().trigger == "command"


def test_a_run_left_by_a_killed_command_is_finished_before_the_next_begins(connected: str, tenant: Tenant) -> None:
    with tenant_scope(tenant):
        left = start_list_sync(Connection.objects.get(), kinds=["items"], queued=False).run
        assert lease.claim_run(left.pk)
    code, facts = as_json("sync", connected, "--lists", "customers")
    assert (code, facts["error"]) == (3, "RUN-ACTIVE"), "its worker may still be alive"
    with tenant_scope(tenant):
        SyncRun.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    code, out, err = command("sync", connected, "--lists", "customers", "--json")
    assert (code, json.loads(out)["run"]) == (0, 2)
    assert "Run 1 of the same kind was left unfinished" in err
    with tenant_scope(tenant):
        assert set(SyncRun.objects.values_list("number", "state")) == {(1, "succeeded"), (2, "succeeded")}


def test_an_import_whose_projects_cannot_be_read_says_why(connected: str, intacct: SandboxServer) -> None:
    command("configure", connected, "--draft", "--sync-projects")
    intacct.control(do="fault", kind="permission", object="PROJECT")
    code, facts = as_json("import_projects", connected, "--all")
    assert (code, facts["error"]) == (1, "PROJECTS-UNREAD")
    assert "permission" in facts["sentence"].lower()
    assert "runs" in facts["advice"]


def test_an_import_reads_what_the_mirror_lacks_also_while_other_lists_are_read(connected: str, tenant: Tenant) -> None:
    command("configure", connected, "--draft", "--sync-projects")
    with tenant_scope(tenant):
        start_list_sync(Connection.objects.get(), kinds=["items"])
    code, facts = as_json("import_projects", connected, "--all")
    assert (code, facts["state"]) == (0, "succeeded")


def test_runs_shows_one_run_with_its_steps(connected: str) -> None:
    command("sync", connected, "--lists", "items")
    code, out, _ = command("runs", connected, "--number", "1")
    assert code == 0
    assert "Items" in out
    assert command("runs", connected, "--number", "9")[0] == 2


def test_import_needs_ids_or_all_and_not_both(connected: str) -> None:
    assert command("import_projects", connected)[0] == 2
    assert command("import_projects", connected, "A-1", "--all")[0] == 2


def test_bad_keys_are_named_before_a_queued_run_is_touched(connected: str, tenant: Tenant, settings: Any) -> None:
    command("sync", connected, "--queue")
    settings.FIELD_ENCRYPTION_KEYS = ["garbage"]
    code, facts = as_json("sync", connected)
    assert (code, facts["error"]) == (2, "CONFIG-KEYS")
    with tenant_scope(tenant):
        assert SyncRun.objects.get().state == "queued"


def test_connect_without_a_password_or_a_terminal_says_what_to_set(
    slug: str, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INTACCT_USER_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin", StringIO())
    code, facts = as_json("connect", slug, "--company", "summit-demo", "--user", "ws_sync")
    assert (code, facts["error"]) == (2, "CON-NO-PASSWORD")
    assert "INTACCT_USER_PASSWORD" in facts["advice"]


def test_connect_without_a_sender_asks_nobody(
    slug: str, intacct: SandboxServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTACCT_USER_PASSWORD", "any")
    settings.INTACCT_SENDER_ID = ""
    code, facts = as_json("connect", slug, "--company", "summit-demo", "--user", "ws_sync")
    assert (code, facts["error"]) == (3, "CON-NO-SENDER")
    assert intacct.control(do="stats")["requests"] == 0


def test_ids_given_to_configure_are_trimmed(connected: str) -> None:
    command("sync", connected, "--lists", "gl_accounts,items")
    code, facts = as_json("configure", connected, "--default-account", " 5010 ", "--default-item", "SUBCON ")
    chosen = {key: value for key, value in facts["values"].items() if value}
    assert (code, chosen) == (0, {"default_account": "5010", "default_item": "SUBCON"})


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_an_odd_limit_is_wrong_use(slug: str, limit: str) -> None:
    with pytest.raises(CommandError, match="limit"):
        call_command("runs", slug, "--limit", limit)
