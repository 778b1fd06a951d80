"""The mirror equals Intacct: after a Full, and after changes behind its back and a Partial, in few requests.

What Intacct holds is asked by a client that knows nothing of the mirror.
"""

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from erp_admin.models import Project
from erp_admin.projects.selectors import project_records
from integrations.gateway import client as gateway
from integrations.imports.selectors import IMPORTED
from integrations.intacct import Function, Query
from integrations.lists import KINDS, KINDS_BY_KEY, ListKind
from integrations.mirror.clock import learn_clock
from integrations.mirror.definitions import keep_dimensions
from integrations.models import (
    ChangeKind,
    CompanyClock,
    Connection,
    ListDefinition,
    ListItem,
    ListItemChange,
    ListState,
    StepState,
    SyncRun,
)
from integrations.records.kinds import kinds_for, overlap
from integrations.sandbox.facade import SandboxServer
from integrations.settings.declared import switches

Sync = Callable[..., dict[str, Any]]


@pytest.fixture
def sync(connection: Connection) -> Sync:
    """The command as a person types it; what it printed as JSON."""

    def sync(*options: str, exit_code: int = 0) -> dict[str, Any]:
        out = StringIO()
        with ExitStack() as expected:
            left = expected.enter_context(pytest.raises(SystemExit)) if exit_code else None
            call_command("sync", connection.tenant.slug, "--json", *options, stdout=out)
        assert left is None or left.value.code == exit_code
        answer: dict[str, Any] = json.loads(out.getvalue())
        return answer

    return sync


def there(connection: Connection, kind: ListKind) -> dict[int, dict[str, str]]:
    """Every record of the list as Intacct shows it now, by key."""
    with gateway.opened(connection) as client:
        names = client.lookup(kind.object).names
        fields = [name for name in kind.wanted_fields if name in names]
        query = Query(kind.object, fields, page_size=500, show_private=not connection.entity_id)
        rows = [row for page in client.pages(query, key=kind.key_field) for row in page.rows]
    return {int(row[kind.key_field]): row for row in rows}


def assert_equal(connection: Connection, kinds: list[ListKind]) -> None:
    """Each record of Intacct is in the mirror with the same fields, and nothing else counts as being there."""
    assert kinds
    for kind in kinds:
        remote = there(connection, kind)
        mirror = ListItem.objects.filter(connection=connection, kind=kind.key, missing_at=None)
        assert {item.record_no for item in mirror} == set(remote), kind.key
        for item in mirror:
            row = remote[item.record_no]
            assert item.business_id == row[kind.id_field]
            assert item.is_active == (row.get(kind.status_field, "active").lower() != "inactive")
            for name in set(row) - {kind.key_field}:
                assert item.fields[name] == row[name], (kind.key, item.record_no, name)


def steps_of(facts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {step["key"]: step for step in facts["steps"]}


def test_after_a_full_the_mirror_equals_intacct(connection: Connection, sync: Sync) -> None:
    facts = sync("--full")
    kinds = list(kinds_for(connection))
    assert {kind.key for kind in kinds} >= {"udd_site_phase", "udd_crew", "vendors", "purchasing_definitions"}
    assert "units_of_measure" not in {kind.key for kind in kinds}, "this company does not have it"
    assert_equal(connection, kinds)
    assert {step["state"] for step in facts["steps"]} == {"succeeded"}
    assert len(facts["steps"]) == len(kinds) + 2, "one for each, one that finds the dimensions, one that is not there"
    # A sign-in, the dimensions, and for each list what it offers, where it ends, and its only page.
    reads = ListItem.objects.filter(kind="purchasing_definitions").count() // 100 + 1
    assert SyncRun.objects.get().exchanges.count() <= 3 + 3 * len(kinds) + reads + 1
    assert facts["totals"]["billable"] <= SyncRun.objects.get().exchanges.count()


@pytest.fixture
def changed_behind_its_back(intacct: SandboxServer) -> None:
    """Something changed, something new, something deleted, and something made inactive."""
    intacct.control(do="put", object="VENDOR", record={"RECORDNO": "12", "NAME": "Renamed & Sons"})
    intacct.control(do="put", object="VENDOR", record={"VENDORID": "V-NEW", "NAME": "Newly made", "STATUS": "inactive"})
    intacct.control(do="put", object="ITEM", record={"RECORDNO": "13", "STATUS": "inactive"})
    intacct.control(do="put", object="SITE_PHASE", record={"name": "Snagging"})


def delete(connection: Connection, object_name: str, *numbers: int) -> None:
    """As a person deletes in Intacct: the audit history knows of it."""
    with gateway.opened(connection) as client:
        keys = ",".join(str(number) for number in numbers)
        xml = f"<delete><object>{object_name}</object><keys>{keys}</keys></delete>"
        (result,) = client.execute([Function(f"delete-{object_name}-{keys}", "delete", xml)], write=True)
        result.raise_for_error()


CHANGED = ["vendors", "items", "customers", "contacts", "udd_site_phase", "projects"]


@pytest.fixture
def full(connection: Connection, intacct: SandboxServer, sync: Sync) -> dict[str, Any]:
    intacct.control(do="put", object="CONTACT", record={"CONTACTNAME": "Leaver, Lou", "PRINTAS": "Lou Leaver"})
    with gateway.opened(connection) as client:
        keep_dimensions(connection, client.dimensions())
    return sync("--full", "--lists", ",".join(CHANGED))


def of_vendor(record_no: int) -> ListItem:
    return ListItem.objects.get(kind="vendors", record_no=record_no)


def test_after_changes_a_partial_brings_the_mirror_up_to_date_in_few_requests(
    connection: Connection, intacct: SandboxServer, sync: Sync, full: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    gone = ListItem.objects.get(kind="contacts", business_id="Leaver, Lou")
    request.getfixturevalue("changed_behind_its_back")
    delete(connection, "CONTACT", gone.record_no)
    before = SyncRun.objects.count()

    facts = sync("--partial", "--lists", ",".join(CHANGED))

    assert SyncRun.objects.count() == before + 1
    assert_equal(connection, [kind for kind in kinds_for(connection) if kind.key in CHANGED])
    steps = steps_of(facts)
    assert (steps["list:vendors"]["new"], steps["list:vendors"]["changed"]) == (1, 1)
    assert steps["list:contacts"]["missing"] == 1
    gone.refresh_from_db()
    assert gone.missing_at is not None, "marked, and kept"
    assert not ListItem.objects.get(kind="items", record_no=13).is_active
    # A page of each list, the audit history once, the suspects of one list, and a dimension that is read whole.
    assert facts["totals"]["requests"] <= len(CHANGED) + 1 + 1 + 1
    log = " ".join(SyncRun.objects.latest("pk").log.values_list("message", flat=True))
    assert "audit history: 1 records" in log
    assert "read whole, because the list keeps no modification time" in log


def test_without_the_right_to_the_audit_history_the_record_numbers_are_read_once_a_night(
    connection: Connection, intacct: SandboxServer, sync: Sync, full: dict[str, Any]
) -> None:
    intacct.control(do="fault", kind="permission", object="AUDITHISTORY")
    gone = ListItem.objects.filter(kind="customers").latest("record_no")
    intacct.control(do="delete", object="CUSTOMER", key=str(gone.record_no))
    sync("--partial", "--lists", "customers")
    gone.refresh_from_db()
    assert gone.missing_at is None, "its deletions were looked for a moment ago"

    night = datetime.now(UTC) - timedelta(hours=21)
    ListState.objects.filter(kind="customers").update(swept_at=night)
    facts = sync("--partial", "--lists", "customers")

    gone.refresh_from_db()
    assert gone.missing_at is not None
    assert steps_of(facts)["list:customers"]["missing"] == 1
    log = " ".join(SyncRun.objects.latest("pk").log.values_list("message", flat=True))
    assert "may not view the audit history" in log
    assert "Customers: deletions were looked for by all record numbers; 1 are gone." in log
    state = ListState.objects.get(kind="customers")
    assert state.swept_at is not None
    assert state.swept_at > night
    assert state.missing == 1


def test_what_changed_in_a_record_is_kept(
    connection: Connection, intacct: SandboxServer, sync: Sync, full: dict[str, Any]
) -> None:
    assert not ListItemChange.objects.exists(), "the first sight is no change"
    name = of_vendor(12).name
    intacct.control(do="put", object="VENDOR", record={"RECORDNO": "12", "NAME": "Renamed & Sons"})
    sync("--partial", "--lists", "vendors")
    change = ListItemChange.objects.get()
    assert (change.item, change.kind, change.run) == (of_vendor(12), ChangeKind.CHANGED, SyncRun.objects.latest("pk"))
    assert change.changes == [{"field": "NAME", "before": name, "after": "Renamed & Sons"}]
    intacct.control(do="put", object="VENDOR", record={"RECORDNO": "12", "STATUS": "inactive"})
    intacct.control(do="delete", object="VENDOR", key="13")
    sync("--full", "--lists", "vendors")
    kinds = list(ListItemChange.objects.order_by("pk").values_list("kind", flat=True))
    assert sorted(kinds) == ["changed", "inactive", "missing"]
    ListItemChange.objects.filter(kind="changed").update(at=datetime.now(UTC) - timedelta(days=731))
    call_command("prune", "--json", stdout=StringIO())
    assert sorted(ListItemChange.objects.values_list("kind", flat=True)) == ["inactive", "missing"]


def test_other_fields_are_no_change_and_a_link_goes_on_holding(
    ready: Connection, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = ListItem.objects.filter(kind="projects", is_active=True).earliest("record_no")
    Project.objects.create(
        tenant_id=item.tenant_id, connection=ready, remote_record_no=item.record_no, remote_digest=item.digest,
        number=item.business_id, name=item.name, currency="USD",
    )  # fmt: skip
    more = replace(KINDS_BY_KEY["projects"], fields=(*KINDS_BY_KEY["projects"].fields, "BUDGETAMOUNT"))
    monkeypatch.setitem(KINDS_BY_KEY, "projects", more)
    facts = sync("--full", "--lists", "projects")
    assert steps_of(facts)["list:projects"]["changed"] == 0
    before, item = item.digest, ListItem.objects.get(pk=item.pk)
    assert item.digest != before
    assert project_records().get(pk=item.pk).import_state == IMPORTED.value


def test_a_sync_of_one_entity_covers_its_own_and_shared_records_and_marks_no_other(
    connection: Connection, intacct: SandboxServer, sync: Sync
) -> None:
    sync("--full", "--lists", "projects")
    projects = ListItem.objects.filter(kind="projects")
    mine = projects.filter(entity_id="200").latest("record_no")
    other = projects.filter(entity_id="300").latest("record_no")
    for item in (mine, other):
        intacct.control(do="delete", object="PROJECT", key=str(item.record_no))

    facts = sync("--full", "--lists", "projects", "--entity", "200")

    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.missing_at is None, other.missing_at is None) == (False, True)
    step = steps_of(facts)["list:projects"]
    assert (facts["entity"], step["missing"]) == ("200", 1)
    assert step["read"] == projects.filter(entity_id__in=["", "200"], missing_at=None).count() < projects.count()
    states = {state.entity_id: state for state in ListState.objects.filter(kind="projects")}
    assert set(states) == {"", "200"}
    assert states["200"].records == step["read"]


def test_a_record_that_moves_to_another_entity_is_not_missing(
    connection: Connection, intacct: SandboxServer, sync: Sync
) -> None:
    sync("--full", "--lists", "projects")
    moved = ListItem.objects.filter(kind="projects", entity_id="200").latest("record_no")
    intacct.control(do="put", object="PROJECT", record={"RECORDNO": str(moved.record_no), "MEGAENTITYID": "300"})
    facts = sync("--full", "--lists", "projects", "--entity", "200")
    moved.refresh_from_db()
    assert moved.missing_at is None
    assert steps_of(facts)["list:projects"]["missing"] == 0


def test_an_entity_that_is_not_there_is_refused_with_those_that_are(connection: Connection, sync: Sync) -> None:
    answer = sync("--entity", "999", exit_code=3)
    assert answer["error"] == "ENTITY-UNKNOWN"
    assert "100, 200, 300" in answer["advice"]


def test_an_entity_that_is_gone_is_refused_once_the_entities_were_read(
    connection: Connection, intacct: SandboxServer, sync: Sync
) -> None:
    intacct.control(do="delete", object="LOCATIONENTITY", key="300")
    sync("--full", "--lists", "entities")
    answer = sync("--entity", "300", exit_code=3)
    assert answer["error"] == "ENTITY-UNKNOWN"
    assert "100, 200." in answer["advice"]
    assert sync("--entity", "200", "--lists", "projects")["entity"] == "200"


def test_a_persons_own_start_of_a_partial_is_taken_and_closes_no_gap(
    connection: Connection, intacct: SandboxServer, sync: Sync, full: dict[str, Any]
) -> None:
    complete = ListState.objects.get(kind="vendors").complete_through
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    assert sync("--partial", "--lists", "vendors", "--from", tomorrow, exit_code=2)["error"] == "USAGE"
    late = sync("--partial", "--lists", "vendors", "--from", datetime.now(UTC).isoformat())
    everything = sync("--partial", "--lists", "vendors", "--from", "2020-01-01")
    assert steps_of(late)["list:vendors"]["read"] < steps_of(everything)["list:vendors"]["read"]
    assert steps_of(everything)["list:vendors"]["read"] == ListItem.objects.filter(kind="vendors").count()
    later = ListState.objects.get(kind="vendors").complete_through
    assert complete is not None
    assert later is not None
    assert later > complete, "what was read from before the last time on leaves nothing out"
    assert sync("--full", "--from", "2020-01-01", "--lists", "vendors", exit_code=3)["error"] == "SYNC-FROM"


def test_a_known_clock_makes_partials_shorter(
    connection: Connection, intacct: SandboxServer, sync: Sync, full: dict[str, Any]
) -> None:
    before = steps_of(sync("--partial", "--lists", "vendors"))["list:vendors"]["read"]
    assert overlap(connection) == timedelta(hours=24)
    now = datetime.now(UTC)
    assert learn_clock(connection, stamped=now + timedelta(hours=5, minutes=22), happened_at=now, source="x") is None
    learn_clock(connection, stamped=now - timedelta(hours=8, seconds=2), happened_at=now, source="a push read back")
    assert CompanyClock.objects.get().offset_minutes == -480
    assert overlap(connection) == timedelta(hours=2, minutes=30)
    # The company now stamps eight hours early, and a change is seen all the same.
    intacct.control(do="clock", offset_seconds=-8 * 3600)
    intacct.control(do="put", object="VENDOR", record={"RECORDNO": "12", "NAME": "Stamped by another clock"})
    step = steps_of(sync("--partial", "--lists", "vendors"))["list:vendors"]
    assert step["changed"] == 1
    assert step["read"] < before + 2


def test_a_field_that_intacct_refuses_is_left_out_and_said(
    connection: Connection, sync: Sync, full: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when somebody removes a custom field in Intacct: what `lookup` said a week ago is no longer true."""
    kind = replace(KINDS_BY_KEY["items"], fields=("ITEMTYPE", "REMOVED_FIELD"))
    monkeypatch.setitem(KINDS_BY_KEY, "items", kind)
    definition = ListDefinition.objects.get(kind="items")
    definition.offered = [*definition.offered, "REMOVED_FIELD"]
    definition.save()
    facts = sync("--full", "--lists", "items", exit_code=1)
    assert steps_of(facts)["list:items"]["state"] == "limited"
    assert facts["totals"]["read"] == ListItem.objects.filter(kind="items").count()
    log = SyncRun.objects.latest("pk").log.filter(message__contains="REMOVED_FIELD")
    assert log.count() == 2, "what was refused, and what the list goes without"
    definition.refresh_from_db()
    assert "REMOVED_FIELD" not in definition.offered, "lookup was asked again"
    assert facts["totals"]["requests"] == 1 + 1 + 1 + 1 + 0 + 1


def test_a_field_that_lookup_lists_and_a_select_refuses_is_asked_for_again(
    connection: Connection, intacct: SandboxServer, sync: Sync
) -> None:
    for name in ("CONTRACTAMOUNT", "CUSTOMERNAME"):
        intacct.control(do="fault", kind="unselectable", object="PROJECT", field=name)
    facts = sync("--full", "--lists", "projects", exit_code=1)
    assert facts["state"] == "partly"
    refused = ListDefinition.objects.get(kind="projects").unselectable
    assert [entry["name"] for entry in refused] == ["CUSTOMERNAME", "CONTRACTAMOUNT"]
    assert all("not a valid field" in entry["reason"] and entry["at"] for entry in refused)
    log = " ".join(SyncRun.objects.get().log.values_list("message", flat=True))
    assert "refuses to select CONTRACTAMOUNT" in log
    assert "refuses to select CUSTOMERNAME" in log
    assert "CONTRACTAMOUNT" not in ListItem.objects.filter(kind="projects").latest("record_no").fields
    again = sync("--full", "--lists", "projects", exit_code=1)
    assert again["totals"]["requests"] == 4, "the refused fields are asked for again, lookup is not"
    assert steps_of(again)["list:projects"]["same"] == ListItem.objects.filter(kind="projects").count()
    intacct.control(do="heal")
    assert sync("--partial", "--lists", "projects")["state"] == "succeeded"
    assert ListDefinition.objects.get(kind="projects").unselectable == []
    assert "CONTRACTAMOUNT" in ListItem.objects.filter(kind="projects").latest("record_no").fields


def test_nothing_confidential_is_read(connection: Connection, sync: Sync) -> None:
    sync("--full", "--lists", "checking_accounts,savings_accounts,vendors,employees,entities")
    assert ListItem.objects.filter(kind="savings_accounts").count() == 1
    for item in ListItem.objects.all():
        assert not {"BANKACCOUNTNO", "ROUTINGNO", "TAXID", "BIRTHDATE", "FEDERALID", "SSN"} & set(item.fields)
    requests = " ".join(SyncRun.objects.get().exchanges.values_list("request_xml", flat=True))
    assert "<field>BANKACCOUNTNO</field>" not in requests
    assert "<field>BANKNAME</field>" in requests


def test_the_permission_to_add_is_named(connection: Connection, intacct: SandboxServer, sync: Sync) -> None:
    intacct.control(do="fault", kind="permission", object="SAVINGSACCOUNT")
    facts = sync("--full", "--lists", "savings_accounts,items", exit_code=1)
    steps = steps_of(facts)
    assert (steps["list:savings_accounts"]["state"], steps["list:items"]["state"]) == (
        StepState.LIMITED,
        StepState.SUCCEEDED,
    )
    line = SyncRun.objects.get().log.get()
    assert "List and View on Cash Management → Savings Accounts" in line.message
    state = ListState.objects.get(kind="savings_accounts")
    assert state.last_problem_code == "PRM-OPERATION"
    assert state.last_read_at is None
    intacct.control(do="reset")
    sync("--full", "--lists", "savings_accounts")
    state.refresh_from_db()
    assert (state.last_problem, state.records) == ("", 1)


def test_every_switch_that_a_list_names_exists() -> None:
    known = {switch.key for switch in switches()}
    assert {key for kind in KINDS for key in kind.needed_by} <= known
    assert len({kind.key for kind in KINDS}) == len(KINDS) >= 30


def test_only_this_tenants_lists_are_touched(other_tenant: Tenant, connection: Connection, sync: Sync) -> None:
    sync("--full", "--lists", "items")
    with tenant_scope(other_tenant):
        assert not ListItem.objects.exists()
        assert not ListState.objects.exists()


def test_the_documented_table_is_what_is_declared() -> None:
    page = (Path(__file__).parents[3] / "docs" / "smartsync.md").read_text()
    lines = [line for line in page.splitlines() if line.startswith("| ") and "`" in line and " → " in line]
    declared = {
        f"| {kind.label} | `{kind.key}` | {kind.object} | {' + '.join(kind.id_parts)} | "
        f"{'modified since' if kind.modified_field else 'whole'} | {kind.permission.module} → {kind.permission.name} |"
        for kind in KINDS
    }
    assert set(lines) == declared
